"""SQL of the people on the rota."""

from collections.abc import Sequence
from uuid import UUID

from api.store.types import Conn, Row

_DOCTOR = """
    SELECT id, name, kind, ward, skills, user_id, cost_per_hour, max_patients, phone,
           revision
      FROM doctor
"""
_DOCTORS = (
    _DOCTOR
    + """
     WHERE (%(ward)s::text IS NULL OR ward = %(ward)s)
       AND (%(after)s::text IS NULL OR (name, id) > (%(after)s, %(after_id)s::uuid))
     ORDER BY name, id LIMIT %(limit)s
"""
)

_ADD_DOCTOR = """
    INSERT INTO doctor (name, kind, ward, skills, user_id, cost_per_hour, max_patients, phone)
    VALUES (%(name)s, %(kind)s, %(ward)s, %(skills)s, %(user_id)s, %(cost_per_hour)s,
            %(max_patients)s, %(phone)s)
    RETURNING id
"""

_CHANGE_DOCTOR = """
    UPDATE doctor SET name = %(name)s, kind = %(kind)s, skills = %(skills)s,
           user_id = %(user_id)s, cost_per_hour = %(cost_per_hour)s,
           max_patients = %(max_patients)s, phone = %(phone)s
     WHERE id = %(id)s RETURNING revision
"""


async def doctors(
    conn: Conn, ward: str | None, *, after: tuple[str, UUID] | None, limit: int
) -> list[Row]:
    """Return the rota's people by name; ``ward`` None is every ward."""
    name, last = after or (None, None)
    asked = {"ward": ward, "after": name, "after_id": last, "limit": limit}
    return await (await conn.execute(_DOCTORS, asked)).fetchall()


async def doctor(
    conn: Conn, doctor_id: UUID, ward: str | None, *, lock: bool = False
) -> Row | None:
    """Return one person of the rota, None if not of this ward; ``lock`` until the commit."""
    tail = " WHERE id = %s AND (%s::text IS NULL OR ward = %s)"
    tail += " FOR NO KEY UPDATE" if lock else ""
    cursor = await conn.execute(_DOCTOR + tail, (doctor_id, ward, ward))
    return await cursor.fetchone()


async def names(conn: Conn, ids: Sequence[UUID]) -> dict[str, str]:
    """Return what these people of the rota are called, by id."""
    cursor = await conn.execute("SELECT id, name FROM doctor WHERE id = ANY (%s)", (list(ids),))
    return {str(row["id"]): row["name"] for row in await cursor.fetchall()}


async def add_doctor(conn: Conn, values: Row) -> UUID:
    """Add somebody to the rota.

    Raises:
        psycopg.errors.UniqueViolation: the account is somebody else's on the rota.
    """
    row = await (await conn.execute(_ADD_DOCTOR, values)).fetchone()
    if row is None:
        raise LookupError("doctor")
    made: UUID = row["id"]
    return made


async def change_doctor(conn: Conn, values: Row) -> int:
    """Write a person of the rota whole, read under lock before; return the new revision."""
    row = await (await conn.execute(_CHANGE_DOCTOR, values)).fetchone()
    return row["revision"] if row else 0


async def account(conn: Conn, user_id: UUID) -> Row | None:
    """Return role, ward and state of an account."""
    cursor = await conn.execute("SELECT role, ward, state FROM app_user WHERE id = %s", (user_id,))
    return await cursor.fetchone()
