"""SQL of what people write about a patient: notes, and the statements of the chart's banner."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_COLUMNS = """
    SELECT n.id, n.kind, n.text, n.written_at, n.written_by,
           coalesce(nullif(u.display_name, ''), u.username) AS written_by_name
      FROM patient_note n LEFT JOIN app_user u ON u.id = n.written_by
"""


async def add(conn: Conn, patient_no: int, values: Row) -> UUID:
    """Write a note.

    Args:
        conn: a connection acting for who writes it.
        patient_no: whom it is about.
        values: ``kind``, ``written_at``, ``written_by`` and ``text``, sealed.
    """
    found = await conn.execute(
        """
        INSERT INTO patient_note (patient_no, kind, written_at, written_by, text)
        VALUES (%(no)s, %(kind)s, %(written_at)s, %(written_by)s, %(text)s) RETURNING id
        """,
        {**values, "no": patient_no},
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(patient_no)
    note_id: UUID = row["id"]
    return note_id


async def one(conn: Conn, note_id: UUID) -> Row | None:
    """Return a note that the acting person may see."""
    return await (await conn.execute(_COLUMNS + " WHERE n.id = %s", (note_id,))).fetchone()


async def page(
    conn: Conn,
    patient_no: int,
    kinds: list[str],
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Return a patient's notes of these kinds, newest first; from below ``before`` on."""
    at, after = before or (None, None)
    found = await conn.execute(
        _COLUMNS
        + """
         WHERE n.patient_no = %(no)s AND n.kind = ANY (%(kinds)s)
           AND (%(at)s::timestamptz IS NULL OR (n.written_at, n.id) < (%(at)s, %(id)s::uuid))
         ORDER BY n.written_at DESC, n.id DESC LIMIT %(limit)s
        """,
        {"no": patient_no, "kinds": kinds, "at": at, "id": after, "limit": limit},
    )
    return await found.fetchall()


async def standing(conn: Conn, patient_no: int) -> list[Row]:
    """Return the newest statement of each kind that is no mere note."""
    found = await conn.execute(
        """
        SELECT DISTINCT ON (n.kind) n.kind, n.text, n.written_at,
               coalesce(nullif(u.display_name, ''), u.username) AS written_by_name
          FROM patient_note n LEFT JOIN app_user u ON u.id = n.written_by
         WHERE n.patient_no = %s AND n.kind <> 'note'
         ORDER BY n.kind, n.written_at DESC, n.id DESC
        """,
        (patient_no,),
    )
    return await found.fetchall()


async def own(
    conn: Conn, patient_no: int, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return all that was written of a patient, as it leaves with the record; newest first.

    Notes of consultations are there once they are signed. The patient may have it too.
    """
    at, after = before or (None, None)
    found = await conn.execute(
        "SELECT * FROM notes_of(%s, %s, %s, %s)", (patient_no, at, after, limit)
    )
    return await found.fetchall()


async def own_one(conn: Conn, note_id: UUID) -> Row | None:
    """Return one of them, if the acting person may have it."""
    found = await conn.execute(
        """SELECT w.* FROM (SELECT note_owner(%(id)s) AS no) o
             CROSS JOIN LATERAL notes_of(o.no, NULL, NULL, NULL) w WHERE w.id = %(id)s""",
        {"id": note_id},
    )
    return await found.fetchone()
