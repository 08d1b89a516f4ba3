"""Outbox of the gateway: findings that wait for the alert engine.

Rows are taken by state and never by "id above the last one": ids are given out before they are
committed, so a later commit may bring a lower id.
"""

from collections.abc import Sequence
from datetime import datetime

from api.store.types import Conn, Row

_TAKE = """
    SELECT id, patient_no, device_no, frame_id, kind, created_at, payload FROM outbox
     WHERE taken_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


async def waiting(conn: Conn, limit: int) -> list[Row]:
    """Return the oldest rows not yet taken, locked."""
    cursor = await conn.execute(_TAKE, (limit,))
    return await cursor.fetchall()


async def mark_taken(conn: Conn, ids: Sequence[int]) -> None:
    """Take the rows, with the transaction that acted on them."""
    await conn.execute("UPDATE outbox SET taken_at = now() WHERE id = ANY (%s)", (list(ids),))


async def forget_taken(conn: Conn, keep_s: float, limit: int) -> int:
    """Delete rows taken more than ``keep_s`` real seconds ago; return how many."""
    cursor = await conn.execute(
        """DELETE FROM outbox WHERE id IN (
               SELECT id FROM outbox WHERE taken_at < now() - make_interval(secs => %s)
                ORDER BY taken_at LIMIT %s)""",
        (keep_s, limit),
    )
    return cursor.rowcount


async def backlog(conn: Conn) -> int:
    """Return how many rows wait."""
    cursor = await conn.execute("SELECT count(*) AS n FROM outbox WHERE taken_at IS NULL")
    row = await cursor.fetchone()
    return int(row["n"]) if row else 0


async def forget_events(conn: Conn, before: datetime, keep: int, limit: int) -> int:
    """Delete feed events older than ``before``, and all but the newest ``keep``."""
    cursor = await conn.execute(
        """DELETE FROM alert_event WHERE stream_id IN (
               SELECT stream_id FROM alert_event
                WHERE at < %(before)s
                   OR stream_id <= (SELECT value FROM stream_position) - %(keep)s
                ORDER BY stream_id LIMIT %(limit)s)""",
        {"before": before, "keep": keep, "limit": limit},
    )
    return cursor.rowcount
