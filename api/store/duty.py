"""Duty now: the people at work, the alerts they hold, and the patients of the plan in force."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_ON_SHIFT = """
    SELECT d.id, d.name, d.kind, d.ward, d.skills, u.id AS user_id, d.cost_per_hour,
           d.max_patients, lower(s.works) AS since, upper(s.works) AS until
      FROM doctor d JOIN shift s ON s.doctor_id = d.id
      LEFT JOIN app_user u ON u.id = d.user_id AND u.state = 'active' AND u.role <> 'patient'
     WHERE s.works @> %(now)s::timestamptz AND (d.user_id IS NULL OR u.id IS NOT NULL)
     ORDER BY d.kind, d.id
"""

_OFF = """
    SELECT d.id AS doctor, d.name, d.kind, d.skills, d.phone,
           (SELECT min(lower(works)) FROM shift s
             WHERE s.doctor_id = d.id AND lower(works) > %(now)s) AS next_shift,
           (SELECT max(upper(works)) FROM shift s
             WHERE s.doctor_id = d.id AND upper(works) <= %(now)s) AS worked_until
      FROM doctor d
     WHERE (%(ward)s::text IS NULL OR d.ward = %(ward)s)
       AND NOT EXISTS (SELECT FROM shift s WHERE s.doctor_id = d.id
                        AND (s.works @> %(now)s::timestamptz
                             OR s.removed_at IS NULL AND s.absent_from <= %(now)s
                                AND s."end" > %(now)s))
     ORDER BY d.kind, d.phone IS NULL, worked_until NULLS FIRST, d.name, d.id LIMIT %(limit)s
"""

_WHY_GONE = """
    SELECT DISTINCT ON (doctor_id) doctor_id,
           CASE WHEN removed_at IS NOT NULL AND "end" > %(now)s THEN 'was taken off the rota'
                WHEN absent_from <= %(now)s AND "end" > %(now)s
                THEN 'is absent: ' || coalesce(nullif(absence_reason, ''), 'no reason given')
                ELSE 'has ended the shift' END AS why
      FROM shift WHERE doctor_id = ANY (%(ids)s) AND start <= %(now)s
     ORDER BY doctor_id, start DESC, removed_at DESC NULLS LAST
"""

_HELD = """
    SELECT doctor_id, count(*) AS n FROM episode
     WHERE state IN ('open', 'acknowledged') AND doctor_id IS NOT NULL GROUP BY doctor_id
"""


async def on_shift(conn: Conn, now: datetime) -> list[Row]:
    """Return the people on shift at ``now``, with the end of their time as ``until``.

    Whose account is closed, or no clinician's any more, cannot be called and is not there. Who
    never had one is: they are called by other means.
    """
    return await (await conn.execute(_ON_SHIFT, {"now": now})).fetchall()


async def why_gone(conn: Conn, now: datetime, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return why these people are not at work: absent with the reason, taken off, or over."""
    rows = await (await conn.execute(_WHY_GONE, {"now": now, "ids": list(ids)})).fetchall()
    return {row["doctor_id"]: row["why"] for row in rows}


async def off(conn: Conn, now: datetime, ward: str | None, limit: int) -> list[Row]:
    """Return who could be called in: not at work and not absent, doctors first, the rested first.

    Args:
        conn: any connection.
        now: ward time.
        ward: None for every ward.
        limit: the most people.
    """
    asked = {"now": now, "ward": ward, "limit": limit}
    return await (await conn.execute(_OFF, asked)).fetchall()


async def held(conn: Conn) -> dict[UUID, int]:
    """Return how many unclosed alerts each doctor or nurse holds."""
    rows = await (await conn.execute(_HELD)).fetchall()
    return {row["doctor_id"]: int(row["n"]) for row in rows}


async def planned(conn: Conn, patients: Sequence[int]) -> dict[int, UUID]:
    """Return the doctor of each of these patients by the plan in force."""
    cursor = await conn.execute(
        "SELECT patient_no, doctor_id FROM assignment WHERE patient_no = ANY (%s)",
        (list(patients),),
    )
    return {row["patient_no"]: row["doctor_id"] for row in await cursor.fetchall()}


async def patients(conn: Conn, numbers: Sequence[int]) -> dict[int, Row]:
    """Return ward, state and end of a pause of each of these patients, by number."""
    cursor = await conn.execute(
        "SELECT no, ward, state, paused_until, bucket FROM patient WHERE no = ANY (%s)",
        (list(numbers),),
    )
    return {row["no"]: row for row in await cursor.fetchall()}


async def end_pauses(conn: Conn, now: datetime) -> int:
    """Watch those patients again whose pause has ended; return how many."""
    cursor = await conn.execute(
        """UPDATE patient SET state = 'active', paused_until = NULL
            WHERE state = 'paused' AND paused_until <= %s""",
        (now,),
    )
    return cursor.rowcount


async def next_boundary(conn: Conn, now: datetime) -> datetime | None:
    """Return when somebody comes or goes next, None if nobody is planned."""
    cursor = await conn.execute(
        """SELECT min(least(CASE WHEN lower(works) > %(now)s THEN lower(works) END,
                            CASE WHEN upper(works) > %(now)s THEN upper(works) END)) AS at
             FROM shift WHERE upper(works) > %(now)s""",
        {"now": now},
    )
    row = await cursor.fetchone()
    found: datetime | None = row["at"] if row else None
    return found


async def users(conn: Conn, doctors: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the account of each of these doctors that has one."""
    cursor = await conn.execute(
        "SELECT id, user_id FROM doctor WHERE id = ANY (%s) AND user_id IS NOT NULL",
        (list(doctors),),
    )
    return {row["id"]: row["user_id"] for row in await cursor.fetchall()}


async def coordinators(conn: Conn) -> list[Row]:
    """Return the accounts that coordinate (those of administrators, too), with ward and name."""
    cursor = await conn.execute(
        """SELECT id, role, ward, coalesce(nullif(display_name, ''), username) AS name
             FROM app_user WHERE role IN ('coordinator', 'admin') AND state = 'active'
            ORDER BY name, id"""
    )
    return await cursor.fetchall()
