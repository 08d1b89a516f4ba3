"""The readings that a replay computes from, some people's at a time, with the caller's rights.

One person's readings of a month lie on as many pages as there are moments, beside those of
everybody else: read one after the other, each page would be read once a person.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta

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
MOST_TOGETHER = 16
MOST_BYTES = 32 * 1024 * 1024
"""Of the readings of those who are read together, but where one person has more."""
SLICE = timedelta(days=3)
"""What is asked for at once: PostgreSQL sorts it in memory."""

Span = tuple[datetime, datetime]


async def stretches(
    services: Services,
    caller: Caller,
    rows: Sequence[Row],
    span: Span,
    tried: StoredPlan | None = None,
) -> AsyncGenerator[StretchRows]:
    """Give the people's readings one after the other; the next are read meanwhile.

    Args:
        services: of the process.
        caller: with whose rights they are read.
        rows: of the people, with their care plans.
        span: of the past.
        tried: a care plan that is tried in the place of each one's own.
    """
    waiting, together = deque(rows), 1
    coming = asyncio.create_task(_read(services, caller, waiting, span, together))
    try:
        while found := await coming:
            together = min(MOST_TOGETHER, 2 * together)
            coming = asyncio.create_task(_read(services, caller, waiting, span, together))
            for row, packed, outcomes in found:
                plan = care_plans.stored_plan(row)
                yield StretchRows(str(row["id"]), packed, outcomes, plan, tried)
    finally:
        coming.cancel()


async def _read(
    services: Services, caller: Caller, waiting: deque[Row], span: Span, together: int
) -> list[tuple[Row, bytes, list[int]]]:
    """Take at most so many of those who wait, read them, and put back whom there is no room for."""
    taken = [waiting.popleft() for _ in range(min(together, len(waiting)))]
    kept: list[tuple[Row, list[bytes]]] = [(row, []) for row in taken]
    size, start = 0, span[0]
    async with acting(services, caller) as work:
        while start < span[1]:
            until = min(start + SLICE, span[1])
            found = await replay.rows(work.conn, [row["no"] for row, _ in kept], start, until)
            for row, packed in kept:
                packed.append(found.get(row["no"], b""))
            size += sum(map(len, found.values()))
            while size > MOST_BYTES and len(kept) > 1:
                row, packed = kept.pop()
                waiting.appendleft(row)
                size -= sum(map(len, packed))
            start = until
        return [
            (row, b"".join(packed), await replay.outcomes(work.conn, row["no"], *span))
            for row, packed in kept
        ]
