"""SQL of beds, kits and equipment: how many a ward has, who has one, who waits."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import psycopg

from api.errors import WardFullError
from api.store.types import Conn, Row

_FULL = "HW001"
"""What the database says of a stay that cannot begin (``take_resources``)."""
_LIST = """
    SELECT r.id, r.ward, r.kind, r.name, r.count, r.each_patient, r.revision,
           count(u.no) FILTER (WHERE u.given_at IS NOT NULL)::int AS used,
           count(u.no) FILTER (WHERE u.given_at IS NULL)::int AS waiting
      FROM ward_resource r
      LEFT JOIN resource_use u ON u.resource_id = r.id AND u.ended_at IS NULL
     WHERE r.removed_at IS NULL AND (%(ward)s::text IS NULL OR r.ward = %(ward)s)
       AND (%(id)s::uuid IS NULL OR r.id = %(id)s)
     GROUP BY r.id ORDER BY r.ward, r.kind, r.name, r.id
"""
_HOLDERS = """
    SELECT u.resource_id, p.no, p.id AS patient, u.wanted_at, u.given_at
      FROM resource_use u JOIN patient p ON p.no = u.patient_no
     WHERE u.ended_at IS NULL AND (%(ids)s::uuid[] IS NULL OR u.resource_id = ANY (%(ids)s))
     ORDER BY u.given_at NULLS LAST, u.wanted_at, p.no
"""
_ADD = """
    INSERT INTO ward_resource (ward, kind, name, count, each_patient)
    VALUES (%(ward)s, %(kind)s, %(name)s, %(count)s, %(each_patient)s) RETURNING id
"""
_CHANGE = """
    UPDATE ward_resource SET name = %(name)s, count = %(count)s, each_patient = %(each_patient)s
     WHERE id = %(id)s
"""


async def of_wards(conn: Conn, ward: str | None, resource_id: UUID | None = None) -> list[Row]:
    """Return the resources that count (of a ward), with how many are used and waited for."""
    asked = {"ward": ward, "id": resource_id}
    return await (await conn.execute(_LIST, asked)).fetchall()


async def held(conn: Conn, resource_id: UUID, ward: str | None) -> Row | None:
    """Return one resource, which nobody else changes until the commit; None if it is not there."""
    cursor = await conn.execute(
        """SELECT id, ward, kind, name, count, each_patient, revision FROM ward_resource
            WHERE id = %s AND removed_at IS NULL AND (%s::text IS NULL OR ward = %s)
              FOR UPDATE""",
        (resource_id, ward, ward),
    )
    return await cursor.fetchone()


async def holders(conn: Conn, ids: Sequence[UUID] | None = None) -> list[Row]:
    """Return who has or waits for these resources (None: for any), those who have one first."""
    asked = {"ids": None if ids is None else list(ids)}
    return await (await conn.execute(_HOLDERS, asked)).fetchall()


async def add(conn: Conn, values: Row, now: datetime) -> UUID:
    """Add a resource; of what each patient needs, those who are there have one at once.

    Raises:
        psycopg.errors.UniqueViolation: the ward has something of this name.
    """
    row = await (await conn.execute(_ADD, values)).fetchone()
    if row is None:
        raise LookupError("ward_resource")
    made: UUID = row["id"]
    await conn.execute("SELECT share_resource(%s, %s)", (made, now))
    return made


async def change(conn: Conn, values: Row, now: datetime) -> None:
    """Write a resource whole, held before.

    Raises:
        psycopg.errors.UniqueViolation: the ward has something of this name.
    """
    await conn.execute(_CHANGE, values)
    await conn.execute("SELECT share_resource(%s, %s)", (values["id"], now))


async def remove(conn: Conn, resource_id: UUID, now: datetime) -> None:
    """Let a resource count no more."""
    await conn.execute("UPDATE ward_resource SET removed_at = %s WHERE id = %s", (now, resource_id))


async def give(
    conn: Conn, resource_id: UUID, patient_no: int, now: datetime, *, or_wait: bool
) -> str:
    """Give a patient one: ``given``, ``waiting``, ``none_free`` or ``elsewhere`` (another ward).

    ``or_wait``: whether the patient waits where none is free, or others wait already.
    """
    row = await (
        await conn.execute(
            "SELECT give_resource(%s, %s, %s, %s) AS found",
            (resource_id, patient_no, now, or_wait),
        )
    ).fetchone()
    return str(row["found"]) if row else "elsewhere"


async def take_back(conn: Conn, resource_id: UUID, patient_no: int, now: datetime) -> None:
    """Take one back from a patient, or off the list of who waits; a repeat changes nothing."""
    await conn.execute("SELECT return_resource(%s, %s, %s)", (resource_id, patient_no, now))


@contextmanager
def refused_when_full() -> Iterator[None]:
    """Tell a stay that cannot begin, for want of what each patient needs, as that.

    Raises:
        WardFullError: it could not begin.
    """
    try:
        yield
    except psycopg.DatabaseError as error:
        if error.sqlstate != _FULL:
            raise
        raise WardFullError(json.loads(str(error.diag.message_primary))) from error
