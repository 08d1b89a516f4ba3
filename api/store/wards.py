"""SQL of what the wards have set: revisions that are added to and never changed."""

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_NEWEST = """
    SELECT DISTINCT ON (ward) no, ward, revision, profile, settings FROM ward_settings
     WHERE %(ward)s::text IS NULL OR ward = %(ward)s ORDER BY ward, revision DESC
"""
_HISTORY = """
    SELECT s.no, s.revision, s.profile, s.settings, s.reason, s.set_by, s.set_at,
           coalesce(nullif(u.display_name, ''), u.username) AS set_by_name
      FROM ward_settings s LEFT JOIN app_user u ON u.id = s.set_by
     WHERE s.ward = %(ward)s AND (%(before)s::integer IS NULL OR s.revision <= %(before)s)
     ORDER BY s.revision DESC LIMIT %(limit)s
"""
_ADD = """
    INSERT INTO ward_settings (ward, revision, profile, settings, reason, set_by, set_at)
    VALUES (%(ward)s, %(revision)s, %(profile)s, %(settings)s, %(reason)s, %(set_by)s, %(now)s)
"""


async def settings(conn: Conn, ward: str) -> Row | None:
    """What a ward has set last; None: nothing ever."""
    return await (await conn.execute(_NEWEST, {"ward": ward})).fetchone()


async def every(conn: Conn) -> list[Row]:
    """What each ward has set last."""
    return await (await conn.execute(_NEWEST, {"ward": None})).fetchall()


async def history(conn: Conn, ward: str, *, before: int | None, limit: int) -> list[Row]:
    """Revisions of a ward's settings, newest first, with who set them; from ``before`` on."""
    asked = {"ward": ward, "before": before, "limit": limit}
    return await (await conn.execute(_HISTORY, asked)).fetchall()


async def add(conn: Conn, values: Row) -> bool:
    """Add a revision; False if somebody else has just added it.

    Args:
        conn: a connection acting for who manages the ward.
        values: ``ward``, ``revision``, ``profile``, ``settings``, ``reason``, ``set_by``, ``now``.
    """
    try:
        async with conn.transaction():
            await conn.execute(_ADD, {**values, "settings": Jsonb(values["settings"])})
    except UniqueViolation:
        return False
    return True


_PEOPLE = """
    SELECT 'rota' AS list, id::text, name || ', ' || kind AS name FROM doctor
     WHERE ward = %(ward)s
    UNION ALL
    SELECT 'coordinators', id::text, coalesce(nullif(display_name, ''), username) FROM app_user
     WHERE role = 'coordinator' AND state = 'active' AND ward = %(ward)s
    ORDER BY 1, 3, 2
"""


async def people(conn: Conn, ward: str) -> dict[str, dict[str, str]]:
    """Return who may be chosen in a ward's settings: id to name, by ``rota``, ``coordinators``."""
    found: dict[str, dict[str, str]] = {"rota": {}, "coordinators": {}}
    for row in await (await conn.execute(_PEOPLE, {"ward": ward})).fetchall():
        found[row["list"]][row["id"]] = row["name"]
    return found


async def exists(conn: Conn, ward: str) -> bool:
    """Whether anybody belongs to a ward, or anything was set for it."""
    cursor = await conn.execute(
        """SELECT EXISTS (SELECT FROM app_user WHERE ward = %(w)s)
               OR EXISTS (SELECT FROM patient WHERE ward = %(w)s)
               OR EXISTS (SELECT FROM ward_settings WHERE ward = %(w)s) AS there""",
        {"w": ward},
    )
    row = await cursor.fetchone()
    return bool(row and row["there"])
