"""SQL of client certificates that end soon."""

from datetime import datetime, timedelta

from api.store.types import Conn, Row

_DUE = """
    SELECT d.no, d.id, d.patient_no, p.bucket
      FROM device d JOIN patient p ON p.no = d.patient_no
      JOIN LATERAL (SELECT max(c.expires_at) AS ends FROM device_certificate c
                     WHERE c.device_no = d.no AND c.revoked_at IS NULL) AS newest ON true
     WHERE d.state = 'enrolled' AND d.bound_to IS NULL
       AND newest.ends > now() AND newest.ends < now() + %(before)s
       AND NOT EXISTS (SELECT FROM command k WHERE k.device_no = d.no
                          AND k.command = 'rotate_key' AND k.issued > %(now)s - %(again)s)
       AND NOT EXISTS (SELECT FROM enrolment e WHERE e.device_no = d.no
                          AND e.used_at IS NULL AND e.expires_at > now())
     ORDER BY newest.ends LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED
"""


async def due(
    conn: Conn, now: datetime, *, before: timedelta, again: timedelta, most: int
) -> list[Row]:
    """Enrolled devices whose newest certificate ends soon, locked until the transaction's end.

    Those that somebody holds an unused token of are left out: a new one would end it.

    Args:
        conn: a connection acting for who manages the patients.
        now: ward time, by which commands are issued; certificates end by real time.
        before: how long before its end a certificate is due.
        again: how long ago a device was last asked, at least.
        most: not more than so many.
    """
    values = {"now": now, "before": before, "again": again, "most": most}
    return await (await conn.execute(_DUE, values)).fetchall()
