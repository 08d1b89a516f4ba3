"""SQL of handovers of a shift: who gave which patients to whom, what was told, who took them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_HANDOVER = """
    SELECT h.no, h.id, h.ward, h.given_by, h.given_to, h.given_at, h.hours, h.state, h.until,
           h.accepted_at, coalesce(nullif(g.display_name, ''), g.username) AS given_by_name,
           coalesce(nullif(t.display_name, ''), t.username) AS given_to_name,
           (SELECT count(*) FROM shift_handover_patient l WHERE l.handover_id = h.id) AS shown
      FROM shift_handover h
      JOIN app_user g ON g.id = h.given_by JOIN app_user t ON t.id = h.given_to
"""

_PEOPLE = """
    SELECT u.id, coalesce(nullif(u.display_name, ''), u.username) AS name, u.role,
           bool_or(s.works @> %(now)s::timestamptz) IS TRUE AS on_shift,
           min(lower(s.works)) FILTER (WHERE lower(s.works) > %(now)s) AS next_shift
      FROM app_user u LEFT JOIN doctor d ON d.user_id = u.id
      LEFT JOIN shift s ON s.doctor_id = d.id AND upper(s.works) > %(now)s
     WHERE u.ward = %(ward)s AND u.state = 'active' AND u.role <> 'patient' AND u.id <> %(but)s
       AND (%(one)s::uuid IS NULL OR u.id = %(one)s)
     GROUP BY u.id ORDER BY 4 DESC, 5 NULLS LAST, 2, 1 LIMIT 500
"""


async def people(
    conn: Conn, ward: str, but: UUID, now: datetime, one: UUID | None = None
) -> list[Row]:
    """Return the staff of a ward but one, those at work first; ``one``: that person alone."""
    asked = {"ward": ward, "but": but, "now": now, "one": one}
    return await (await conn.execute(_PEOPLE, asked)).fetchall()


async def add(conn: Conn, values: Row, lines: Sequence[Row]) -> UUID:
    """Write down what is handed over.

    Args:
        conn: a connection acting for who gives.
        values: ``ward``, ``by``, ``to``, ``at``, ``hours``, ``until``.
        lines: ``no`` of the patient, ``told`` and ``note`` (sealed, or None), in their order.
    """
    cursor = await conn.execute(
        """INSERT INTO shift_handover (ward, given_by, given_to, given_at, hours, until)
           VALUES (%(ward)s, %(by)s, %(to)s, %(at)s, %(hours)s, %(until)s) RETURNING id""",
        values,
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("shift_handover")
    made: UUID = row["id"]
    for place, line in enumerate(lines):
        await conn.execute(
            """INSERT INTO shift_handover_patient (handover_id, patient_no, place, told, note)
               VALUES (%s, %s, %s, %s, %s)""",
            (made, line["no"], place, Jsonb(line["told"]), line["note"]),
        )
    return made


async def find(conn: Conn, handover_id: UUID, *, lock: bool = False) -> Row | None:
    """Return one handover that the acting user may see."""
    held = " FOR UPDATE OF h" if lock else ""
    cursor = await conn.execute(_HANDOVER + " WHERE h.id = %s" + held, (handover_id,))
    return await cursor.fetchone()


async def page(
    conn: Conn, *, waiting_for: UUID | None, before: int | None, limit: int
) -> list[Row]:
    """Return handovers, newest first; ``waiting_for``: those alone that wait for this person."""
    cursor = await conn.execute(
        _HANDOVER
        + """
         WHERE (%(before)s::bigint IS NULL OR h.no < %(before)s)
           AND (%(waiting)s::uuid IS NULL OR h.given_to = %(waiting)s AND h.state = 'offered')
         ORDER BY h.no DESC LIMIT %(limit)s
        """,
        {"before": before, "waiting": waiting_for, "limit": limit},
    )
    return await cursor.fetchall()


async def waiting(conn: Conn, user: UUID) -> int:
    """Return how many offers wait for this person to take them over."""
    cursor = await conn.execute(
        "SELECT count(*) AS n FROM shift_handover WHERE given_to = %s AND state = 'offered'",
        (user,),
    )
    row = await cursor.fetchone()
    return int(row["n"]) if row else 0


async def lines(conn: Conn, handover_id: UUID) -> list[Row]:
    """Return what was told of each patient, of those whom the acting user may see."""
    cursor = await conn.execute(
        """SELECT p.id AS patient, l.patient_no, l.told, l.note
             FROM shift_handover_patient l JOIN patient p ON p.no = l.patient_no
            WHERE l.handover_id = %s ORDER BY l.place""",
        (handover_id,),
    )
    return await cursor.fetchall()


async def numbers(conn: Conn, handover_id: UUID) -> list[int]:
    """Return whom a handover is of."""
    cursor = await conn.execute(
        "SELECT patient_no FROM shift_handover_patient WHERE handover_id = %s ORDER BY place",
        (handover_id,),
    )
    return [row["patient_no"] for row in await cursor.fetchall()]


async def withdraw(conn: Conn, handover_id: UUID) -> bool:
    """Take an offer of the acting user back; False: it does not wait any more."""
    cursor = await conn.execute(
        "UPDATE shift_handover SET state = 'withdrawn' WHERE id = %s AND state = 'offered'",
        (handover_id,),
    )
    return cursor.rowcount > 0


async def accept(conn: Conn, handover_id: UUID, at: datetime, until: datetime) -> None:
    """Write down that a handover was taken, and until when it opens the records."""
    await conn.execute(
        "UPDATE shift_handover SET state = 'accepted', accepted_at = %s, until = %s WHERE id = %s",
        (at, until, handover_id),
    )


async def end(conn: Conn, now: datetime) -> int:
    """Let offers lapse that nobody took in their time, and end what was taken for a shift."""
    cursor = await conn.execute(
        """UPDATE shift_handover SET state = CASE state WHEN 'offered' THEN 'lapsed' ELSE 'over' END
            WHERE state IN ('offered', 'accepted') AND until <= %s""",
        (now,),
    )
    return cursor.rowcount


async def works_until(
    conn: Conn, doctor_id: UUID, now: datetime, before: datetime
) -> datetime | None:
    """Return when this person's shift ends: the one they are in, or that begins before then."""
    cursor = await conn.execute(
        """SELECT upper(works) AS until FROM shift
            WHERE doctor_id = %s AND upper(works) > %s AND lower(works) < %s
            ORDER BY lower(works) LIMIT 1""",
        (doctor_id, now, before),
    )
    row = await cursor.fetchone()
    return row["until"] if row else None


async def held_by(conn: Conn, doctor_id: UUID, patients: Sequence[int]) -> list[UUID]:
    """Return living alerts of these patients that this doctor or nurse holds."""
    cursor = await conn.execute(
        """SELECT id FROM episode
            WHERE doctor_id = %s AND patient_no = ANY (%s) AND state IN ('open', 'acknowledged')
              AND NOT historic ORDER BY id""",
        (doctor_id, list(patients)),
    )
    return [row["id"] for row in await cursor.fetchall()]
