"""SQL of cohorts: how the patients are whom the acting user may see, and how often they alerted."""

from datetime import datetime

from api.store.types import Conn, Row

_MOST = 2_000
_PATIENTS = """
    SELECT p.no, p.id, n.latest, n.news2_low AS low,
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
     WHERE p.state = 'active'
     ORDER BY p.no LIMIT %(limit)s
"""


async def patients(conn: Conn, since: datetime, now: datetime) -> list[Row]:
    """Return newest readings, score and alerts of a time of every active patient."""
    found = await conn.execute(_PATIENTS, {"since": since, "now": now, "limit": _MOST})
    return await found.fetchall()
