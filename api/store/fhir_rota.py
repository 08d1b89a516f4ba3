"""SQL of FHIR's Schedule and Slot: doctors who can be met, and when they work."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_MET = """
    SELECT d.id, d.name, d.ward, d.user_id, min(lower(s.works)) AS start,
           max(upper(s.works)) AS "end"
      FROM doctor d JOIN app_user u ON u.id = d.user_id AND u.state = 'active'
      LEFT JOIN shift s ON s.doctor_id = d.id AND s.works && tstzrange(%(since)s, %(until)s)
     WHERE d.kind = 'doctor' AND (%(ward)s::text IS NULL OR d.ward = %(ward)s)
       AND (%(only)s::uuid IS NULL OR d.id = %(only)s)
       AND (%(after)s::uuid IS NULL OR d.id > %(after)s)
     GROUP BY d.id ORDER BY d.id LIMIT %(limit)s
"""


async def met(
    conn: Conn,
    span: tuple[datetime, datetime],
    *,
    ward: str | None,
    only: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[Row]:
    """Doctors with an account, by id, with when they first and last work within a span.

    Args:
        conn: any connection of the API.
        span: in which they work; who does not has neither ``start`` nor ``end``.
        ward: of this one alone; None: of all.
        only: this doctor alone.
        after: the last of the page before.
        limit: at most so many.
    """
    asked = {"since": span[0], "until": span[1], "ward": ward, "only": only, "after": after}
    return await (await conn.execute(_MET, asked | {"limit": limit})).fetchall()


async def ward_of(conn: Conn, patient_no: int) -> str | None:
    """The ward of a patient whom the acting person may see."""
    found = await conn.execute("SELECT ward FROM patient WHERE no = %s", (patient_no,))
    row = await found.fetchone()
    return row["ward"] if row else None
