"""SQL of cohorts: how the patients are whom the acting user may see, and how often they alerted."""

from collections.abc import Sequence
from datetime import datetime

from api.store.types import Conn, Row

_MOST = 2_000
_PATIENTS = """
    SELECT p.no, p.id,
           greatest(0, extract(epoch FROM %(now)s - greatest(p.created_at, %(since)s)))
               / 86400.0 AS days,
           n.latest, n.news2_low AS low,
           coalesce(e.alerts, 0)::int AS alerts, coalesce(e.high, 0)::int AS high,
           coalesce(e.medium, 0)::int AS medium, coalesce(e.low_priority, 0)::int AS low_alerts
      FROM patient p
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, count(*) AS alerts, count(*) FILTER (WHERE priority = 'high') AS high,
               count(*) FILTER (WHERE priority = 'medium') AS medium,
               count(*) FILTER (WHERE priority = 'low') AS low_priority
          FROM episode
         WHERE kind = 'clinical' AND raised_at >= %(since)s AND raised_at < %(now)s
         GROUP BY patient_no) e ON e.patient_no = p.no
     WHERE p.state = 'active' AND NOT p.simulated AND (%(ward)s::text IS NULL OR p.ward = %(ward)s)
     ORDER BY p.no LIMIT %(limit)s
"""


_DUE = """
    SELECT p.ward, min(c.made_at) AS made_at FROM patient p
      LEFT JOIN cohort_demand c ON c.ward = p.ward
     WHERE p.state = 'active' GROUP BY p.ward HAVING count(DISTINCT p.no) >= %s ORDER BY p.ward
"""
_KEEP = """
    INSERT INTO cohort_demand (patient_no, ward, cohort, description, urgent_minutes, other_minutes,
                               urgent_at_most, other_at_most, made_at)
    VALUES (%(patient)s, %(ward)s, %(cohort)s, %(description)s, %(urgent)s, %(other)s,
            %(urgent_at_most)s, %(other_at_most)s, %(at)s)
    ON CONFLICT (patient_no) DO UPDATE SET ward = excluded.ward, cohort = excluded.cohort,
        description = excluded.description, urgent_minutes = excluded.urgent_minutes,
        other_minutes = excluded.other_minutes, urgent_at_most = excluded.urgent_at_most,
        other_at_most = excluded.other_at_most, made_at = excluded.made_at
"""


async def patients(
    conn: Conn, since: datetime, now: datetime, ward: str | None = None
) -> list[Row]:
    """Return newest readings, score and alerts of a time of every active patient (of a ward)."""
    asked = {"since": since, "now": now, "ward": ward, "limit": _MOST}
    return await (await conn.execute(_PATIENTS, asked)).fetchall()


async def wards(conn: Conn, least: int) -> dict[str, datetime | None]:
    """Return the wards with so many patients, and when their groups were made last."""
    rows = await (await conn.execute(_DUE, (least,))).fetchall()
    return {row["ward"]: row["made_at"] for row in rows}


async def keep(conn: Conn, ward: str, at: datetime, rows: Sequence[Row]) -> None:
    """Write a ward's groups down in place of those before.

    Args:
        conn: the keeper's connection, in a transaction.
        ward: whose.
        at: ward time.
        rows: ``patient`` (number), ``cohort``, ``description``, ``urgent``, ``other``, and both
            ``.._at_most``.
    """
    async with conn.cursor() as cursor:
        await cursor.executemany(_KEEP, [{**one, "ward": ward, "at": at} for one in rows])
    await conn.execute("DELETE FROM cohort_demand WHERE ward = %s AND made_at < %s", (ward, at))
