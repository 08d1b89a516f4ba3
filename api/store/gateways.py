"""Liveness of the gateway: one answer, for readiness, the alert engine and the pages."""

from api.store.types import Conn

_AGE = """
    SELECT CASE WHEN count(*) >= max(groups)
                THEN extract(epoch FROM clock_timestamp() - min(beat))::float8 END AS age
      FROM gateway_worker
     WHERE groups = (SELECT groups FROM gateway_worker ORDER BY beat DESC LIMIT 1)
"""


async def age(conn: Conn) -> float | None:
    """Real seconds since the heartbeat of the group of patients that is served worst.

    Rows of another division than the newest are of workers that are gone for good.

    Returns:
        None while a group has never had a worker, or there is none at all.
    """
    row = await (await conn.execute(_AGE)).fetchone()
    return None if row is None else row["age"]


async def alive(conn: Conn, silent_s: float) -> bool:
    """Whether every group of patients has a worker that gave a sign of life within ``silent_s``."""
    heard_s = await age(conn)
    return heard_s is not None and heard_s <= silent_s
