"""SQL of the forecast: how much work each hour of the week has brought."""

from datetime import datetime, timedelta

from api.store.types import Conn, Row

_RAISED = """
    SELECT (extract(isodow FROM raised_at)::int - 1) * 24
               + extract(hour FROM raised_at)::int AS hour, priority, count(*) AS n
      FROM episode
     WHERE kind = 'clinical' AND ward = %(ward)s AND raised_at >= %(since)s AND raised_at < %(now)s
       AND NOT EXISTS (SELECT FROM patient p WHERE p.no = patient_no AND p.simulated)
     GROUP BY 1, 2
"""
_OBSERVED = """
    SELECT count(*) FILTER (WHERE state = 'active' AND NOT simulated) AS patients,
           (SELECT min(raised_at) FROM episode
             WHERE kind = 'clinical' AND ward = %(ward)s AND raised_at >= %(since)s) AS first
      FROM patient WHERE ward = %(ward)s
"""
_PEOPLE = """
    SELECT d.id, d.name, d.kind, d.skills, d.cost_per_hour FROM doctor d
      LEFT JOIN app_user u ON u.id = d.user_id
     WHERE d.ward = %(ward)s AND (d.user_id IS NULL OR u.state = 'active' AND u.role <> 'patient')
     ORDER BY d.name, d.id
"""
_TAKEN = """
    SELECT s.doctor_id, lower(s.works) AS start, upper(s.works) AS "end"
      FROM shift s JOIN doctor d ON d.id = s.doctor_id
     WHERE d.ward = %(ward)s AND s.works && tstzrange(%(from)s, %(to)s)
"""


async def raised(conn: Conn, ward: str, now: datetime, days: int) -> list[Row]:
    """Return clinical alerts by hour of the week (0: Monday, midnight UTC) and priority."""
    asked = {"ward": ward, "now": now, "since": now - timedelta(days=days)}
    return await (await conn.execute(_RAISED, asked)).fetchall()


async def observed(conn: Conn, ward: str, now: datetime, days: int) -> Row:
    """Return how many patients are watched now, and when the first of those alerts was."""
    asked = {"ward": ward, "since": now - timedelta(days=days)}
    row = await (await conn.execute(_OBSERVED, asked)).fetchone()
    return row or {"patients": 0, "first": None}


async def people(conn: Conn, ward: str) -> list[Row]:
    """Return who of a ward's rota can have shifts."""
    return await (await conn.execute(_PEOPLE, {"ward": ward})).fetchall()


async def taken(conn: Conn, ward: str, start: datetime, end: datetime) -> list[Row]:
    """Return when people of a ward are on the rota already, as far as it touches the span."""
    asked = {"ward": ward, "from": start, "to": end}
    return await (await conn.execute(_TAKEN, asked)).fetchall()
