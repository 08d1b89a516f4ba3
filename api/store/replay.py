"""What a replay reads: whose readings there are, their care plans, and one person's as bytes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_PEOPLE = """
    SELECT p.no, p.id, p.plan_revision, c.spo2_scale, c.limits, c.scoring, c.profile, c.settings
      FROM patient p
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
     WHERE (%(ward)s::text IS NULL OR p.ward = %(ward)s)
       AND (%(ids)s::uuid[] IS NULL OR p.id = ANY (%(ids)s))
       AND EXISTS (SELECT FROM encounter n WHERE n.patient_no = p.no AND n.period_start < %(end)s
                      AND coalesce(n.period_end, 'infinity') > %(start)s)
     ORDER BY p.no LIMIT %(limit)s
"""

# A reading that was marked as entered in error is none. A stretch of readings comes as one value,
# each in the binary form of its columns: a message for each row costs more than all the rest.
_ROWS = """
    SELECT patient_no AS no,
           string_agg(timestamptz_send(time) || int2send(metric::smallint)
                      || float8send(value::double precision), ''::bytea
                      ORDER BY time, metric) AS rows
      FROM observation_on_record
     WHERE patient_no = ANY (%(nos)s::integer[]) AND time >= %(start)s AND time < %(end)s
       AND marked_at IS NULL
     GROUP BY patient_no
"""

_OUTCOMES = """
    SELECT coalesce(array_agg((extract(epoch FROM raised_at) * 1000)::bigint), '{}') AS outcomes
      FROM episode
     WHERE patient_no = %(no)s AND raised_at >= %(start)s AND raised_at < %(end)s
       AND outcome = 'actionable' AND kind = 'clinical'
"""


async def people(
    conn: Conn,
    span: tuple[datetime, datetime],
    ward: str | None,
    ids: Sequence[UUID] | None,
    limit: int,
) -> list[Row]:
    """Return the people who were here in a span, whom the caller may see: number, id, care plan."""
    asked = {
        "start": span[0],
        "end": span[1],
        "ward": ward,
        "ids": None if ids is None else list(ids),
        "limit": limit,
    }
    return await (await conn.execute(_PEOPLE, asked)).fetchall()


async def rows(
    conn: Conn, numbers: Sequence[int], start: datetime, end: datetime
) -> dict[int, bytes]:
    """Return people's readings in a span by their numbers, packed: see :mod:`api.replay.rows`.

    What a ward measures lies in the order in which it came, everybody's side by side: some people
    together are read for little more than one of them.
    """
    asked = {"nos": list(numbers), "start": start, "end": end}
    async with conn.cursor(binary=True) as cursor:
        await cursor.execute(_ROWS, asked)
        return {found["no"]: found["rows"] async for found in cursor}


async def outcomes(conn: Conn, patient_no: int, start: datetime, end: datetime) -> list[int]:
    """Return when the alerts of a span were raised that somebody called actionable."""
    asked = {"no": patient_no, "start": start, "end": end}
    found = await (await conn.execute(_OUTCOMES, asked)).fetchone()
    return found["outcomes"] if found else []
