"""SQL of consultations: who meets whom when, what was written of it, and who signed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import errors

from api.store.types import Conn, Row

_COLUMNS = """
    SELECT c.id, c.no, c.patient_no, p.id AS patient, c.doctor_id, d.name AS doctor_name,
           d.user_id AS doctor_user, lower(c.during) AS start, upper(c.during) AS "end", c.wish,
           c.about, c.state, c.booked_at, c.booked_by, c.changed_at, c.waiting_at, c.admitted_at,
           c.ended_at, c.notes, c.summary, c.follow_up, c.signed_at, c.signed_by, c.signature,
           coalesce(nullif(s.display_name, ''), s.username) AS signed_by_name
      FROM consultation c JOIN patient p ON p.no = c.patient_no JOIN doctor d ON d.id = c.doctor_id
      LEFT JOIN app_user s ON s.id = c.signed_by
"""

_BOOK = """
    INSERT INTO consultation (patient_no, doctor_id, during, wish, about, booked_at, booked_by,
                              news, news_by)
    VALUES (%(no)s, %(doctor)s, tstzrange(%(start)s, %(end)s), %(wish)s, %(about)s, %(now)s,
            %(by)s, 'booked', %(by)s) RETURNING id
"""

_MOVE = """
    UPDATE consultation
       SET doctor_id = %(doctor)s, during = tstzrange(%(start)s, %(end)s), changed_at = %(now)s,
           changed_by = %(by)s, news = 'moved', news_by = %(by)s, early_told = NULL,
           soon_told = NULL, waiting_at = NULL
     WHERE id = %(id)s AND state = 'booked' AND admitted_at IS NULL RETURNING id
"""

_CANCEL = """
    UPDATE consultation SET state = 'cancelled', changed_at = %(now)s, changed_by = %(by)s,
           news = 'cancelled', news_by = %(by)s
     WHERE id = %(id)s AND state = 'booked' RETURNING id
"""

_HOURS = """
    SELECT d.id AS doctor, d.name, lower(s.works) AS start, upper(s.works) AS "end"
      FROM shift s JOIN doctor d ON d.id = s.doctor_id
      JOIN app_user u ON u.id = d.user_id AND u.state = 'active'
     WHERE d.kind = 'doctor' AND d.ward = %(ward)s
       AND s.works && tstzrange(%(start)s, %(end)s)
"""

_BOOKED = """
    SELECT c.patient_no, c.doctor_id, lower(c.during) AS start, upper(c.during) AS "end"
      FROM consultation c
     WHERE c.state = 'booked' AND c.ended_at IS NULL
       AND c.during && tstzrange(%(now)s, %(until)s) ORDER BY lower(c.during)
"""


class SlotTakenError(Exception):
    """Somebody else has this time, of the doctor's or of the patient's."""


async def book(conn: Conn, values: Row) -> UUID:
    """Book a consultation.

    Args:
        conn: a connection acting for who books.
        values: ``no`` of the patient, ``doctor``, ``start``, ``end``, ``wish``, ``about`` (sealed),
            ``now``, ``by``.

    Raises:
        SlotTakenError: the time is taken.
    """
    row = await _one_at_a_time(conn, _BOOK, values)
    if row is None:
        raise LookupError(values["no"])
    made: UUID = row["id"]
    return made


async def move(conn: Conn, values: Row) -> bool:
    """Move a consultation to another time or doctor; False: it has begun or is over.

    Raises:
        SlotTakenError: the time is taken.
    """
    return await _one_at_a_time(conn, _MOVE, values) is not None


async def _one_at_a_time(conn: Conn, statement: str, values: Row) -> Row | None:
    try:
        async with conn.transaction():
            return await (await conn.execute(statement.encode(), values)).fetchone()
    except errors.ExclusionViolation as taken:
        raise SlotTakenError from taken


async def cancel(conn: Conn, consultation_id: UUID, by: UUID, now: datetime) -> bool:
    """Cancel a consultation; False: it is over."""
    found = await conn.execute(_CANCEL, {"id": consultation_id, "by": by, "now": now})
    return await found.fetchone() is not None


async def one(conn: Conn, consultation_id: UUID) -> Row | None:
    """Return a consultation that the acting person may see."""
    return await (await conn.execute(_COLUMNS + " WHERE c.id = %s", (consultation_id,))).fetchone()


async def of_patient(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Return a patient's consultations, the newest booked first; from below ``before`` on."""
    found = await conn.execute(
        _COLUMNS
        + """ WHERE c.patient_no = %(no)s AND (%(before)s::bigint IS NULL OR c.no < %(before)s)
              ORDER BY c.no DESC LIMIT %(limit)s""",
        {"no": patient_no, "before": before, "limit": limit},
    )
    return await found.fetchall()


async def coming(
    conn: Conn, since: datetime, *, after: tuple[datetime, int] | None, limit: int
) -> list[Row]:
    """Return what is booked, and what ended and is not signed, by when it begins."""
    start, no = after or (None, None)
    found = await conn.execute(
        _COLUMNS
        + """ WHERE ((c.state = 'booked' AND upper(c.during) > %(since)s)
                     OR (c.state = 'ended' AND c.signed_at IS NULL))
                AND (%(start)s::timestamptz IS NULL
                     OR (lower(c.during), c.no) > (%(start)s, %(no)s::bigint))
              ORDER BY lower(c.during), c.no LIMIT %(limit)s""",
        {"since": since, "start": start, "no": no, "limit": limit},
    )
    return await found.fetchall()


async def hours(conn: Conn, ward: str, start: datetime, end: datetime) -> list[Row]:
    """Return when a ward's doctors who have an account are at work within a span."""
    found = await conn.execute(_HOURS, {"ward": ward, "start": start, "end": end})
    return await found.fetchall()


async def taken(conn: Conn, ward: str, start: datetime, end: datetime) -> list[Row]:
    """Return ``doctor_id``, ``start`` and ``end`` of what is booked of a ward's doctors."""
    found = await conn.execute(
        """SELECT doctor_id, lower(during) AS start, upper(during) AS "end"
             FROM consultations_taken(%s, tstzrange(%s, %s))""",
        (ward, start, end),
    )
    return await found.fetchall()


async def booked(conn: Conn, now: datetime, until: datetime) -> list[Row]:
    """Return what is booked within a span: ``patient_no``, ``doctor_id``, ``start``, ``end``."""
    return await (await conn.execute(_BOOKED, {"now": now, "until": until})).fetchall()


async def close_over(conn: Conn, before: datetime) -> int:
    """End what was booked until before a moment (the engine's login); how many.

    Where nobody was let in, it did not take place.
    """
    found = await conn.execute(
        """UPDATE consultation
              SET state = CASE WHEN admitted_at IS NULL THEN 'missed' ELSE 'ended' END,
                  ended_at = CASE WHEN admitted_at IS NULL THEN NULL ELSE upper(during) END
            WHERE state = 'booked' AND upper(during) <= %s""",
        (before,),
    )
    return found.rowcount


async def note(conn: Conn, consultation_id: UUID, **columns: Any) -> None:  # noqa: ANN401
    """Write some columns of a consultation, by their names in the table."""
    names = sorted(columns)
    what = ", ".join(f"{name} = %({name})s" for name in names)
    statement = f"UPDATE consultation SET {what} WHERE id = %(id)s"  # noqa: S608 - our own names
    await conn.execute(statement.encode(), {**columns, "id": consultation_id})
