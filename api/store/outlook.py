"""SQL of the coming hours: how often patients have alerted, when, and who will be at work."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from api.store.types import Conn, Row

_PATIENTS = """
    SELECT p.no, p.ward,
           greatest(0, extract(epoch FROM %(now)s - greatest(p.created_at, %(since)s)))
               / 86400.0 AS days,
           coalesce(e.high, 0)::int AS high, coalesce(e.medium, 0)::int AS medium,
           coalesce(e.low, 0)::int AS low,
           c.urgent_minutes AS cohort_urgent, c.other_minutes AS cohort_other,
           c.urgent_at_most AS cohort_urgent_at_most, c.other_at_most AS cohort_other_at_most,
           n.measured, n.news2_low, n.risk, o.due_at AS look_due, o.every_min AS look_every,
           (n.assessment -> 'risk' ->> 'horizon_minutes')::float8 AS risk_minutes
      FROM patient p
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN cohort_demand c ON c.patient_no = p.no
      LEFT JOIN observation_due o ON o.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, count(*) FILTER (WHERE priority = 'high') AS high,
               count(*) FILTER (WHERE priority = 'medium') AS medium,
               count(*) FILTER (WHERE priority = 'low') AS low
          FROM episode
         WHERE kind = 'clinical' AND raised_at >= %(since)s AND raised_at < %(now)s
         GROUP BY patient_no) e ON e.patient_no = p.no
     WHERE p.state = 'active' AND NOT p.simulated
"""
_BY_HOUR = """
    SELECT ward, extract(hour FROM raised_at AT TIME ZONE 'UTC')::int AS hour, count(*)::int AS n
      FROM episode
     WHERE kind = 'clinical' AND raised_at >= %(since)s AND raised_at < %(now)s GROUP BY 1, 2
"""
_COMING = """
    SELECT d.id, d.name, d.kind, d.ward, d.skills, d.cost_per_hour, d.max_patients,
           lower(s.works) AS since, upper(s.works) AS until
      FROM doctor d JOIN shift s ON s.doctor_id = d.id
      LEFT JOIN app_user u ON u.id = d.user_id AND u.state = 'active' AND u.role <> 'patient'
     WHERE s.works && tstzrange(%(now)s, %(until)s) AND (d.user_id IS NULL OR u.id IS NOT NULL)
     ORDER BY d.kind, d.id, since
"""


async def patients(conn: Conn, since: datetime, now: datetime) -> list[Row]:
    """Return, of every watched patient, alerts by priority and over how many days they came."""
    return await (await conn.execute(_PATIENTS, {"since": since, "now": now})).fetchall()


async def by_hour(conn: Conn, since: datetime, now: datetime) -> Mapping[str, list[int]]:
    """Return by ward how many clinical alerts came in each hour of the day (UTC)."""
    rows = await (await conn.execute(_BY_HOUR, {"since": since, "now": now})).fetchall()
    told: dict[str, list[int]] = {}
    for row in rows:
        told.setdefault(row["ward"], [0] * 24)[row["hour"]] = row["n"]
    return told


async def coming(conn: Conn, now: datetime, until: datetime) -> Sequence[Row]:
    """Return who will be at work at any time before ``until``, one row a shift."""
    return await (await conn.execute(_COMING, {"now": now, "until": until})).fetchall()
