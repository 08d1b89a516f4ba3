"""SQL of refused frames."""

from datetime import datetime

from api.store.types import Conn, Row


async def frames(
    conn: Conn,
    *,
    before: tuple[datetime, int] | None,
    limit: int,
    patient: object,
    device: str | None,
    reason: str | None,
) -> list[Row]:
    """Refused frames from the newest down, below an arrival and id; without their bytes."""
    found = await conn.execute(
        """
        SELECT q.id, q.received, d.id AS device, p.id AS patient, q.topic, q.reason, q.signed,
               q.boot, q.seq, q.detail, q.bytes
          FROM quarantine_seen q
          LEFT JOIN device d ON d.no = q.device_no
          LEFT JOIN patient p ON p.no = d.patient_no
         WHERE (%(before)s::timestamptz IS NULL OR (q.received, q.id) < (%(before)s, %(below)s))
           AND (%(patient)s::uuid IS NULL OR p.id = %(patient)s::uuid)
           AND (%(device)s::text IS NULL OR d.id = %(device)s)
           AND (%(reason)s::text IS NULL OR q.reason = %(reason)s)
         ORDER BY q.received DESC, q.id DESC LIMIT %(limit)s
        """,
        {
            "before": before[0] if before else None,
            "below": before[1] if before else 0,
            "patient": patient,
            "device": device,
            "reason": reason,
            "limit": limit,
        },
    )
    return await found.fetchall()


async def frame(conn: Conn, frame_id: int) -> Row | None:
    """One refused frame with its bytes."""
    found = await conn.execute(
        """
        SELECT q.id, q.received, d.id AS device, p.id AS patient, q.topic, q.reason, q.signed,
               q.boot, q.seq, q.detail, q.bytes, q.payload
          FROM quarantine_seen q
          LEFT JOIN device d ON d.no = q.device_no
          LEFT JOIN patient p ON p.no = d.patient_no
         WHERE q.id = %s
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


async def counts(conn: Conn, patient: object = None) -> list[Row]:
    """How many were refused, by reason, of devices that the acting user may see."""
    found = await conn.execute(
        """
        SELECT c.reason, sum(c.n)::bigint AS n, max(c.newest) AS newest FROM refusal_count c
         WHERE (c.device_no = 0 AND %(patient)s::uuid IS NULL)
            OR EXISTS (SELECT FROM device d JOIN patient p ON p.no = d.patient_no
                        WHERE d.no = c.device_no
                          AND (%(patient)s::uuid IS NULL OR p.id = %(patient)s::uuid))
         GROUP BY c.reason ORDER BY c.reason
        """,
        {"patient": patient},
    )
    return await found.fetchall()
