"""SQL of shifts: who is on the rota when, what was taken off again, and who is absent.

``works`` is when the person is there by a shift; the database keeps one person's from overlapping.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_SHIFT = """
    SELECT s.id, s.doctor_id, d.name AS doctor_name, d.kind, s.start, s."end", s.absent_from,
           s.absence_reason, s.removed_at
      FROM shift s JOIN doctor d ON d.id = s.doctor_id
"""

_PAGE = (
    _SHIFT
    + """
     WHERE (%(ward)s::text IS NULL OR d.ward = %(ward)s)
       AND (%(removed)s OR s.removed_at IS NULL)
       AND (%(doctor)s::uuid IS NULL OR d.id = %(doctor)s)
       AND (%(from)s::timestamptz IS NULL OR s."end" > %(from)s)
       AND (%(to)s::timestamptz IS NULL OR s.start < %(to)s)
       AND (%(after)s::timestamptz IS NULL OR (s.start, s.id) > (%(after)s, %(after_id)s::uuid))
     ORDER BY s.start, s.id LIMIT %(limit)s
"""
)

_OVERLAPPING = (
    _SHIFT
    + """
     WHERE s.doctor_id = %s AND s.id IS DISTINCT FROM %s::uuid AND s.works && tstzrange(%s, %s)
     ORDER BY s.start, s.id
"""
)


async def page(
    conn: Conn,
    ward: str | None,
    *,
    doctor_id: UUID | None,
    window: tuple[datetime | None, datetime | None],
    removed: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Return shifts that touch the window, by their start; ``removed``: those taken off, too."""
    start, last = after or (None, None)
    asked = {
        "ward": ward,
        "doctor": doctor_id,
        "from": window[0],
        "to": window[1],
        "removed": removed,
        "after": start,
        "after_id": last,
        "limit": limit,
    }
    return await (await conn.execute(_PAGE, asked)).fetchall()


async def find(conn: Conn, shift_id: UUID, ward: str | None) -> Row | None:
    """Return one shift, locked, with its person's other shifts; None if not of this ward."""
    cursor = await conn.execute(
        _SHIFT + """ WHERE s.id = %s AND (%s::text IS NULL OR d.ward = %s) FOR UPDATE OF s, d""",
        (shift_id, ward, ward),
    )
    return await cursor.fetchone()


async def lock_person(conn: Conn, doctor_id: UUID) -> None:
    """Let nobody else change this person's shifts until the end of the transaction."""
    await conn.execute("SELECT FROM doctor WHERE id = %s FOR UPDATE", (doctor_id,))


async def overlapping(
    conn: Conn, doctor_id: UUID, start: datetime, end: datetime, *, but: UUID | None = None
) -> list[Row]:
    """Return this person's shifts that cover a part of that time, by their start."""
    cursor = await conn.execute(_OVERLAPPING, (doctor_id, but, start, end))
    return await cursor.fetchall()


async def add(conn: Conn, doctor_id: UUID, start: datetime, end: datetime) -> UUID:
    """Add a shift; engine and re-planner are woken by the row.

    Raises:
        psycopg.errors.ExclusionViolation: the person is on the rota then.
    """
    cursor = await conn.execute(
        'INSERT INTO shift (doctor_id, start, "end") VALUES (%s, %s, %s) RETURNING id',
        (doctor_id, start, end),
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("shift")
    made: UUID = row["id"]
    return made


async def widen(conn: Conn, shift_id: UUID, start: datetime, end: datetime) -> None:
    """Let a shift last from ``start`` to ``end``."""
    await conn.execute(
        'UPDATE shift SET start = %s, "end" = %s WHERE id = %s', (start, end, shift_id)
    )


async def take_off(conn: Conn, ids: Sequence[UUID], by: UUID, at: datetime) -> None:
    """Take shifts off the rota; the rows stay."""
    await conn.execute(
        "UPDATE shift SET removed_at = %s, removed_by = %s WHERE id = ANY (%s)",
        (at, by, list(ids)),
    )


async def put_back(conn: Conn, shift_id: UUID) -> None:
    """Put a shift back on the rota.

    Raises:
        psycopg.errors.ExclusionViolation: the person is on the rota then by another one.
    """
    await conn.execute(
        "UPDATE shift SET removed_at = NULL, removed_by = NULL WHERE id = %s", (shift_id,)
    )


async def set_absence(
    conn: Conn, shift_id: UUID, since: datetime | None, reason: str | None, by: UUID | None
) -> None:
    """Say from when on the person is absent, and why; None: there to the end after all.

    Raises:
        psycopg.errors.ExclusionViolation: another shift has begun in the meantime.
    """
    await conn.execute(
        "UPDATE shift SET absent_from = %s, absence_reason = %s, absent_by = %s WHERE id = %s",
        (since, reason, by, shift_id),
    )
