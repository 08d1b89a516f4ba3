"""Charts and searches that a replica answers, unless it is behind, gone, or behind the caller.

Who asks has been let in by the primary, and the access is noted there: of a record that was closed
to somebody a moment ago the replica may know less, so handlers look for the patient first. Whatever
goes wrong there is asked of the primary at once, and the replica rests for a while.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import structlog
from prometheus_client import Counter
from psycopg import OperationalError, errors

from api.http.deps import UnitOfWork
from api.services import Replica
from api.store import patients, rls_context
from api.store import replica as replica_sql
from api.telemetry import REGISTRY

log = structlog.get_logger("api.replica")
HEADER = "Homeward-Behind"
"""Seconds that an answer is old at most; no answer of the primary has it."""
ANSWERS = Counter(
    "homeward_replica_answers",
    "Charts and searches by who answered: replica, or the primary since it was behind or failed",
    ("by",),
    registry=REGISTRY,
)
WAIT_S, REST_S = 1.0, 10.0
T = TypeVar("T")


async def ask_replica(
    work: UnitOfWork, ask: Callable[[UnitOfWork], Awaitable[T]]
) -> tuple[T, dict[str, str]]:
    """Return what ``ask`` reads, and the headers that say how old it may be.

    Args:
        work: the primary's transaction.
        ask: reads through the unit of work that it is given, and changes nothing.
    """
    replica, noted = work.services.replica, work.noted
    if replica is None or time.monotonic() < replica.rests_until:
        return await ask(work), {}
    try:
        found = await _asked(work, replica, ask)
    except (OperationalError, errors.ReadOnlySqlTransaction) as failure:
        replica.rests_until = time.monotonic() + REST_S
        log.warning("replica_failed", error=str(failure))
        work.forget_notes(noted)
        found = None
    if found is None:
        ANSWERS.labels("primary").inc()
        return await ask(work), {}
    ANSWERS.labels("replica").inc()
    return found


async def ask_replica_about(
    work: UnitOfWork, patient_id: UUID | None, ask: Callable[[UnitOfWork], Awaitable[T]]
) -> tuple[T, dict[str, str]]:
    """Ask about one patient whom the primary shows to the caller; of others the primary alone."""
    if patient_id is None or await patients.number(work.conn, patient_id) is None:
        return await ask(work), {}
    return await ask_replica(work, ask)


async def _asked(
    work: UnitOfWork, replica: Replica, ask: Callable[[UnitOfWork], Awaitable[T]]
) -> tuple[T, dict[str, str]] | None:
    """Ask it; None: it is further behind than it may be, or than what the caller changed."""
    caller, most_s = work.caller, work.services.settings.replica_behind_s
    wrote_s = replica.wrote.get(caller.user_id)
    if wrote_s is not None:
        most_s = min(most_s, time.monotonic() - wrote_s)
    async with replica.pool.connection(timeout=WAIT_S) as conn, conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        behind_s = await replica_sql.behind_s(conn, work.conn)
        if behind_s is None or behind_s >= most_s:
            return None
        await rls_context.act_for(conn, caller.user_id, caller.role, office_only=caller.office_only)
        answer = await ask(replace(work, conn=conn))
    return answer, {HEADER: f"{behind_s:.1f}"}
