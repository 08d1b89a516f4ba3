"""SQL of the words between a patient and those who care for them, and of who has seen which."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_COLUMNS = """
    SELECT m.id, m.no, m.patient_no, m.text, m.written_at, m.written_by, m.by_patient,
           coalesce(nullif(u.display_name, ''), u.username) AS written_by_name,
           coalesce((SELECT jsonb_agg(jsonb_build_object(
                        'by', s.user_id, 'at', s.seen_at, 'role', w.role,
                        'name', coalesce(nullif(w.display_name, ''), w.username))
                        ORDER BY s.seen_at, s.user_id)
                       FROM message_seen s LEFT JOIN app_user w ON w.id = s.user_id
                      WHERE s.message_id = m.id), '[]') AS seen
      FROM patient_message m LEFT JOIN app_user u ON u.id = m.written_by
"""

_ADD = """
    INSERT INTO patient_message (patient_no, written_at, written_by, by_patient, text, entry_key)
    VALUES (%(no)s, %(now)s, %(by)s, %(by_patient)s, %(text)s, %(key)s)
    ON CONFLICT (patient_no, entry_key) DO NOTHING RETURNING id
"""

_THREADS = """
    SELECT p.id AS patient, m.no, m.text, m.written_at, m.by_patient,
           (SELECT count(*) FROM patient_message n
             WHERE n.patient_no = m.patient_no AND n.first_seen IS NULL
               AND n.by_patient = (acting_role() <> 'patient')) AS unread
      FROM (SELECT DISTINCT ON (patient_no) * FROM patient_message
             ORDER BY patient_no, no DESC) m
      JOIN patient p ON p.no = m.patient_no
     WHERE %(before)s::bigint IS NULL OR m.no < %(before)s
     ORDER BY m.no DESC LIMIT %(limit)s
"""

_UNREAD = """
    SELECT p.id AS patient, count(*) AS unread FROM patient_message m
      JOIN patient p ON p.no = m.patient_no
     WHERE m.first_seen IS NULL AND m.by_patient = (acting_role() <> 'patient')
     GROUP BY p.id ORDER BY min(m.no) LIMIT %s
"""


async def add(conn: Conn, values: Row) -> UUID | None:
    """Keep a message; None: it was kept before, under the same key.

    Args:
        conn: a connection acting for who writes it.
        values: ``no`` of the patient, ``now``, ``by``, ``by_patient``, ``text`` (sealed), ``key``.
    """
    row = await (await conn.execute(_ADD, values)).fetchone()
    made: UUID | None = row["id"] if row else None
    return made


async def by_key(conn: Conn, patient_no: int, key: bytes) -> UUID | None:
    """Return the message that has this key, None if there is none."""
    found = await conn.execute(
        "SELECT id FROM patient_message WHERE patient_no = %s AND entry_key = %s", (patient_no, key)
    )
    row = await found.fetchone()
    return row["id"] if row else None


async def one(conn: Conn, message_id: UUID) -> Row | None:
    """Return a message that the acting person may see."""
    return await (await conn.execute(_COLUMNS + " WHERE m.id = %s", (message_id,))).fetchone()


async def page(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Return a patient's messages, newest first; from below ``before`` on."""
    found = await conn.execute(
        _COLUMNS
        + """ WHERE m.patient_no = %(no)s AND (%(before)s::bigint IS NULL OR m.no < %(before)s)
              ORDER BY m.no DESC LIMIT %(limit)s""",
        {"no": patient_no, "before": before, "limit": limit},
    )
    return await found.fetchall()


async def see(conn: Conn, patient_no: int, upto: int, now: datetime) -> int:
    """Note that the acting person has seen what the other side wrote; how much was new to them."""
    found = await conn.execute("SELECT see_messages(%s, %s, %s) AS n", (patient_no, upto, now))
    row = await found.fetchone()
    return int(row["n"]) if row else 0


async def threads(conn: Conn, *, before: int | None, limit: int) -> list[Row]:
    """Return each patient's newest message, newest first; from below ``before`` on."""
    return await (await conn.execute(_THREADS, {"before": before, "limit": limit})).fetchall()


async def unread(conn: Conn, limit: int) -> list[Row]:
    """Return how many messages nobody of the acting person's side has seen, by patient."""
    return await (await conn.execute(_UNREAD, (limit,))).fetchall()
