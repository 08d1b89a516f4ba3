"""What alerts cost: counted in the database, as far as the acting person may see them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from api.store.types import Conn, Row

KEYS: Final[Mapping[str, str]] = {
    "": "''",
    "condition": "condition",
    "patient": "patient::text",
    "hour": "extract(hour FROM at AT TIME ZONE %(zone)s)::integer::text",
}
"""What alerts can be grouped by, as an expression over ``raised`` and ``called`` below."""

# Alerts by when they were first shown; calls by when they called, whenever their alert began.
_BASE = """
    WITH raised AS (
        SELECT e.id, e.condition, e.priority, e.outcome, e.closed_at, e.raised_at AS at,
               e.patient_no, p.id AS patient
          FROM episode e LEFT JOIN patient p ON p.no = e.patient_no
         WHERE e.raised_at >= %(start)s AND e.raised_at < %(end)s AND NOT e.historic
           AND e.kind = %(kind)s AND (%(ward)s::text IS NULL OR e.ward = %(ward)s)
           AND p.simulated IS NOT TRUE),
    answers AS (
        SELECT h.episode_id,
               min(h.at) FILTER (WHERE h.change IN ('acknowledged', 'planned')) AS answered,
               min(h.at) FILTER (WHERE h.change = 'escalated' AND h.actor IS NULL) AS passed_on
          FROM alert_history h JOIN raised r ON r.id = h.episode_id GROUP BY 1),
    called AS (
        SELECT h.at, e.condition, e.patient_no, p.id AS patient, e.id
          FROM alert_history h JOIN episode e ON e.id = h.episode_id
          LEFT JOIN patient p ON p.no = e.patient_no
         WHERE h.call AND h.at >= %(start)s AND h.at < %(end)s AND e.kind = %(kind)s
           AND (%(ward)s::text IS NULL OR e.ward = %(ward)s) AND p.simulated IS NOT TRUE)
"""

_GROUPS = f"""{_BASE},
    alerts AS (
        SELECT {{key}} AS key, count(*) AS alerts,
               count(*) FILTER (WHERE priority = 'high') AS high,
               count(*) FILTER (WHERE priority = 'medium') AS medium,
               count(*) FILTER (WHERE priority = 'low') AS low,
               count(*) FILTER (WHERE answered < coalesce(passed_on, 'infinity')) AS in_time,
               count(*) FILTER (WHERE coalesce(answered, passed_on) IS NOT NULL)
                   AS answered_or_passed_on,
               count(*) FILTER (WHERE outcome = 'actionable') AS actionable,
               count(*) FILTER (WHERE outcome = 'not_actionable') AS not_actionable,
               count(*) FILTER (WHERE outcome = 'false') AS "false",
               percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
                   ORDER BY extract(epoch FROM answered - at)::float8) AS acknowledged,
               percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
                   ORDER BY extract(epoch FROM closed_at - at)::float8) AS resolved
          FROM raised LEFT JOIN answers ON answers.episode_id = raised.id GROUP BY 1),
    calls AS (SELECT {{key}} AS key, count(*) AS calls FROM called GROUP BY 1)
    SELECT coalesce(a.key, c.key) AS key, coalesce(alerts, 0) AS alerts, coalesce(high, 0) AS high,
           coalesce(medium, 0) AS medium, coalesce(low, 0) AS low, coalesce(calls, 0) AS calls,
           coalesce(in_time, 0) AS in_time,
           coalesce(answered_or_passed_on, 0) AS answered_or_passed_on,
           coalesce(actionable, 0) AS actionable, coalesce(not_actionable, 0) AS not_actionable,
           coalesce("false", 0) AS "false", acknowledged[1] AS acknowledged_median,
           acknowledged[2] AS acknowledged_p90, resolved[1] AS resolved_median,
           resolved[2] AS resolved_p90
      FROM alerts a FULL JOIN calls c ON c.key = a.key
     ORDER BY calls DESC, alerts DESC, key LIMIT %(limit)s
"""  # noqa: S608 - our own words

_SOURCES = f"""{_BASE}
    SELECT patient, condition, count(*) AS calls, count(DISTINCT id) AS alerts
      FROM called GROUP BY 1, 2 ORDER BY calls DESC, alerts DESC, condition, patient LIMIT %(limit)s
"""  # noqa: S608 - our own words

_DAYS = """
    SELECT p.id AS patient,
           sum(extract(epoch FROM least(coalesce(n.period_end, %(end)s), %(end)s)
                                  - greatest(n.period_start, %(start)s)))::float8 / 86400 AS days
      FROM encounter n JOIN patient p ON p.no = n.patient_no
     WHERE n.period_start < %(end)s AND coalesce(n.period_end, %(end)s) > %(start)s
       AND (%(ward)s::text IS NULL OR p.ward = %(ward)s) AND NOT p.simulated
     GROUP BY 1
"""

_HOURS = """
    WITH busy AS (
        SELECT e.ward, date_trunc('hour', h.at) AS hour, count(*) AS calls
          FROM alert_history h JOIN episode e ON e.id = h.episode_id
         WHERE h.call AND h.at >= %(start)s AND h.at < %(end)s
           AND (%(ward)s::text IS NULL OR e.ward = %(ward)s)
         GROUP BY 1, 2)
    SELECT b.ward, b.hour, b.calls,
           coalesce(sum(extract(epoch FROM upper(w.part) - lower(w.part))), 0)::float8 / 3600
               AS staff
      FROM busy b LEFT JOIN LATERAL (
            SELECT s.works * tstzrange(b.hour, b.hour + interval '1 hour') AS part
              FROM shift s JOIN doctor d ON d.id = s.doctor_id
             WHERE d.ward = b.ward AND s.works && tstzrange(b.hour, b.hour + interval '1 hour')
           ) w ON true
     GROUP BY 1, 2, 3 ORDER BY 2, 1
"""


def asked(start: datetime, end: datetime, ward: str | None, zone: str, limit: int) -> Row:
    """Return what all of these questions are asked with.

    Args:
        start: included.
        end: not included.
        ward: only this one's; None: every one that the acting person may see.
        zone: IANA zone of the hours of the day.
        limit: the most groups.
    """
    return {
        "start": start,
        "end": end,
        "ward": ward,
        "zone": zone,
        "limit": limit,
        "kind": "clinical",
    }


async def groups(conn: Conn, by: str, question: Row) -> list[Row]:
    """Return the counts by a key of ``KEYS``, those with most calls first."""
    return await (await conn.execute(_GROUPS.format(key=KEYS[by]).encode(), question)).fetchall()


async def sources(conn: Conn, question: Row) -> list[Row]:
    """Return which patient's which condition called most."""
    return await (await conn.execute(_SOURCES, question)).fetchall()


async def patient_days(conn: Conn, question: Row) -> dict[str, float]:
    """Return the days of stays in the span, by patient."""
    rows = await (await conn.execute(_DAYS, question)).fetchall()
    return {str(row["patient"]): row["days"] for row in rows}


async def hours(conn: Conn, question: Row) -> list[Row]:
    """Return each hour of each ward with calls in it: how many, and how much staff there was."""
    return await (await conn.execute(_HOURS, question)).fetchall()
