"""SQL of refused frames."""

from api.store.types import Conn, Row


async def frames(
    conn: Conn, *, before: int | None, limit: int, device: str | None, reason: str | None
) -> list[Row]:
    """Refused frames from the newest down, older than id ``before``; without their bytes."""
    found = await conn.execute(
        """
        SELECT q.id, q.received, d.id AS device, q.topic, q.reason, q.signed, q.boot, q.seq,
               q.detail, q.bytes
          FROM quarantine_seen q LEFT JOIN device d ON d.no = q.device_no
         WHERE (%(before)s::bigint IS NULL OR q.id < %(before)s)
           AND (%(device)s::text IS NULL OR d.id = %(device)s)
           AND (%(reason)s::text IS NULL OR q.reason = %(reason)s)
         ORDER BY q.id DESC LIMIT %(limit)s
        """,
        {"before": before, "device": device, "reason": reason, "limit": limit},
    )
    return await found.fetchall()


async def frame(conn: Conn, frame_id: int) -> Row | None:
    """One refused frame with its bytes."""
    found = await conn.execute(
        """
        SELECT q.id, q.received, d.id AS device, q.topic, q.reason, q.signed, q.boot, q.seq,
               q.detail, q.bytes, q.payload
          FROM quarantine_seen q LEFT JOIN device d ON d.no = q.device_no WHERE q.id = %s
        """,
        (frame_id,),
    )
    return await found.fetchone()


async def totals(conn: Conn) -> dict[str, int]:
    """How much was refused so far in the whole ward, by reason; as the engine."""
    found = await conn.execute(
        "SELECT reason, sum(n)::bigint AS n FROM refusal_count GROUP BY reason"
    )
    return {row["reason"]: row["n"] for row in await found.fetchall()}


async def counts(conn: Conn) -> list[Row]:
    """How many frames were refused, by reason, of devices that the acting user may see."""
    found = await conn.execute(
        """
        SELECT c.reason, sum(c.n)::bigint AS n, max(c.newest) AS newest FROM refusal_count c
         WHERE c.device_no = 0 OR EXISTS (SELECT FROM device d WHERE d.no = c.device_no)
         GROUP BY c.reason ORDER BY c.reason
        """
    )
    return await found.fetchall()
