"""What a replay reads: whose readings there are, their care plans, and one person's as columns."""

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

# A reading that was marked as entered in error is none; one row, so that it is read at once.
_COLUMNS = """
    SELECT coalesce(array_agg((extract(epoch FROM time) * 1000)::bigint ORDER BY time, metric),
                    '{}') AS times,
           coalesce(array_agg(metric::integer ORDER BY time, metric), '{}') AS metrics,
           coalesce(array_agg(value ORDER BY time, metric), '{}') AS "values"
      FROM observation_on_record
     WHERE patient_no = %(no)s AND time >= %(start)s AND time < %(end)s AND marked_at IS NULL
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


async def columns(conn: Conn, patient_no: int, start: datetime, end: datetime) -> Row:
    """Return one person's readings in a span as columns, with the times of actionable alerts."""
    asked = {"no": patient_no, "start": start, "end": end}
    found = await (await conn.execute(_COLUMNS, asked)).fetchone()
    told = await (await conn.execute(_OUTCOMES, asked)).fetchone()
    return {**(found or {"times": [], "metrics": [], "values": []}), **(told or {"outcomes": []})}
