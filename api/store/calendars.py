"""SQL of the calendar links: who made one, and the shifts behind it."""

from datetime import datetime, timedelta
from uuid import UUID

from api.store.types import Conn, Row

_SHIFTS = """
    SELECT s.id, d.name, d.kind, d.ward, lower(s.works) AS start, upper(s.works) AS "end"
      FROM calendar_link l JOIN doctor d ON d.id = l.doctor_id
      LEFT JOIN app_user u ON u.id = d.user_id
      LEFT JOIN shift s ON s.doctor_id = d.id AND NOT isempty(s.works)
           AND s.works && tstzrange(%(from)s, %(to)s)
     WHERE l.token_hash = %(hash)s AND l.revoked_at IS NULL
       AND (d.user_id IS NULL OR u.state = 'active')
     ORDER BY start
"""
_PAST, _COMING = timedelta(days=31), timedelta(days=366)


async def doctor_of(conn: Conn, user_id: UUID) -> UUID | None:
    """Return who on the rota has this account."""
    cursor = await conn.execute("SELECT id FROM doctor WHERE user_id = %s", (user_id,))
    row = await cursor.fetchone()
    found: UUID | None = row["id"] if row else None
    return found


async def add(conn: Conn, doctor_id: UUID, token_hash: bytes, at: datetime, by: UUID) -> UUID:
    """Keep a link; return its id."""
    cursor = await conn.execute(
        """INSERT INTO calendar_link (doctor_id, token_hash, made_at, made_by)
           VALUES (%s, %s, %s, %s) RETURNING id""",
        (doctor_id, token_hash, at, by),
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("calendar_link")
    made: UUID = row["id"]
    return made


async def links(conn: Conn, doctor_id: UUID) -> list[Row]:
    """Return a person's links that count."""
    cursor = await conn.execute(
        """SELECT id, made_at FROM calendar_link
            WHERE doctor_id = %s AND revoked_at IS NULL ORDER BY made_at""",
        (doctor_id,),
    )
    return await cursor.fetchall()


async def revoke(conn: Conn, doctor_id: UUID, link_id: UUID, at: datetime) -> bool:
    """Take a link back; False if the person has no such link."""
    cursor = await conn.execute(
        """UPDATE calendar_link SET revoked_at = coalesce(revoked_at, %s)
            WHERE id = %s AND doctor_id = %s""",
        (at, link_id, doctor_id),
    )
    return cursor.rowcount > 0


async def shifts(conn: Conn, token_hash: bytes, now: datetime) -> list[Row] | None:
    """Return the shifts behind a link; None if the link does not count."""
    asked = {"hash": token_hash, "from": now - _PAST, "to": now + _COMING}
    rows = await (await conn.execute(_SHIFTS, asked)).fetchall()
    return [row for row in rows if row["id"] is not None] if rows else None
