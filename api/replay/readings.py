"""The readings that a replay computes from, each person's read with the caller's rights."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from analytics.settings.in_force import StoredPlan
from api.auth.sessions import Caller
from api.http.deps import acting
from api.patients import care_plans
from api.replay.rows import StretchRows
from api.services import Services
from api.store import replay
from api.store.types import Row

MINUTES = {"high": 30.0, "medium": 12.0, "low": 10.0}
"""Of somebody's time for an alert: those by which the rota plans, as shipped (proposed)."""


async def stretches(
    services: Services,
    caller: Caller,
    rows: Sequence[Row],
    span: tuple[datetime, datetime],
    tried: StoredPlan | None = None,
) -> AsyncIterator[StretchRows]:
    """Give the people's readings one after the other.

    Args:
        services: of the process.
        caller: with whose rights they are read.
        rows: of the people, with their care plans.
        span: of the past.
        tried: a care plan that is tried in the place of each one's own.
    """
    for row in rows:
        async with acting(services, caller) as work:
            rows_of = await replay.rows(work.conn, row["no"], *span)
            outcomes = await replay.outcomes(work.conn, row["no"], *span)
        plan = care_plans.stored_plan(row)
        yield StretchRows(str(row["id"]), rows_of, outcomes, plan, tried)
