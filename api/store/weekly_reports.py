"""SQL of people's weekly reports: whose is due, what came in the week, what they were told."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

# Of everybody in a stay: when it began, and the last week that is accounted for.
_WATCHED = """
    SELECT p.no, p.id, p.time_zone, p.state, e.period_start AS since,
           (SELECT max(r.week) FROM weekly_report r
             WHERE r.patient_no = p.no AND r.made_at >= e.period_start) AS last
      FROM patient p JOIN encounter e ON e.patient_no = p.no AND e.period_end IS NULL
     WHERE p.state IN ('active', 'paused') ORDER BY p.no
"""
_ADD = """
    INSERT INTO weekly_report (patient_no, week, made_at, content, missing)
    VALUES (%(no)s, %(week)s, %(now)s, %(content)s, %(missing)s)
    ON CONFLICT (patient_no, week) DO NOTHING
"""
_VITALS = """
    SELECT (s.time AT TIME ZONE %(zone)s)::date AS day, s.metric, min(s.value) AS low,
           avg(s.value) AS mean, max(s.value) AS high, count(*) AS count
      FROM observation_seen s
     WHERE s.patient_no = %(no)s AND s.metric = ANY (%(metrics)s::smallint[])
       AND s.quality = ANY (%(good)s::smallint[])
       AND s.time >= %(before)s AND s.time < %(end)s
     GROUP BY 1, 2
"""
_TASKS = """
    SELECT t.kind = 'measure' AS measured, count(*) AS asked,
           count(*) FILTER (WHERE d.state = 'done') AS done,
           count(*) FILTER (WHERE d.state = 'skipped') AS left_out
      FROM home_task_due d JOIN home_task t ON t.id = d.task_id
     WHERE d.patient_no = %(no)s AND d.due_at >= %(start)s AND d.due_at < %(end)s
       AND d.state <> 'due'
     GROUP BY 1
"""
_WORDS = """
    SELECT (SELECT count(*) FROM patient_message m WHERE m.patient_no = %(no)s AND m.by_patient
               AND m.written_at >= %(start)s AND m.written_at < %(end)s) AS written,
           (SELECT count(*) FROM patient_message m WHERE m.patient_no = %(no)s
               AND NOT m.by_patient AND m.written_at >= %(start)s
               AND m.written_at < %(end)s) AS received,
           (SELECT count(*) FROM patient_message m WHERE m.patient_no = %(no)s
               AND NOT m.by_patient AND m.first_seen IS NULL) AS unread,
           (SELECT count(*) FROM questionnaire_response q WHERE q.patient_no = %(no)s
               AND q.given_at >= %(start)s AND q.given_at < %(end)s) AS answered
"""
_COMING = """
    SELECT 'consultation' AS what, lower(c.during) AS at, NULL::date AS day
      FROM consultation c WHERE c.patient_no = %(no)s AND c.state = 'booked'
       AND lower(c.during) >= %(now)s AND lower(c.during) < %(until)s
    UNION ALL
    SELECT 'review', NULL, h.review_on FROM home_plan h
     WHERE h.patient_no = %(no)s AND h.ended_at IS NULL AND h.review_on < %(until)s
     ORDER BY at, day
"""
_UNTOLD = """
    SELECT r.id, r.patient_no, p.ward FROM weekly_report r JOIN patient p ON p.no = r.patient_no
     WHERE r.told_at IS NULL AND r.content IS NOT NULL ORDER BY r.no LIMIT %s
"""
_TOLD = """
    UPDATE weekly_report r SET told_at = %(now)s,
           told_by = coalesce((SELECT array_agg(DISTINCT n.kind) FROM notice n
                                WHERE n.patient_no = r.patient_no AND n.change = %(change)s
                                  AND n.called_at = %(now)s), '{}')
     WHERE r.id = %(id)s
"""


async def watched(conn: Conn) -> list[Row]:
    """Return everybody who is in a stay, with the last week that is accounted for in it."""
    return await (await conn.execute(_WATCHED)).fetchall()


async def add(conn: Conn, values: Row) -> None:
    """Keep a report, or that there is none of a week; what is there already stands.

    Args:
        conn: acting for the program.
        values: ``no`` of the patient, ``week``, ``now``, ``content`` (sealed) or ``missing``.
    """
    await conn.execute(_ADD, {"content": None, "missing": None, **values})


async def vitals(conn: Conn, asked: Row) -> list[Row]:
    """Return each day's good readings, by metric.

    Args:
        conn: acting for the program.
        asked: ``no`` of the patient, their ``zone``, codes of ``metrics`` and of ``good``
            qualities, and the span from ``before`` to ``end``.
    """
    return await (await conn.execute(_VITALS, asked)).fetchall()


async def tasks(conn: Conn, patient_no: int, span: Row) -> dict[bool, Row]:
    """Return what became of the tasks of a week: those to measure (True), and the others."""
    found = await conn.execute(_TASKS, {"no": patient_no, **span})
    return {row["measured"]: row for row in await found.fetchall()}


async def words(conn: Conn, patient_no: int, span: Row) -> Row:
    """Return how many messages and answers went to and fro in a week."""
    row = await (await conn.execute(_WORDS, {"no": patient_no, **span})).fetchone()
    if row is None:
        raise LookupError(patient_no)
    return row


async def coming(conn: Conn, patient_no: int, now: datetime, until: datetime) -> list[Row]:
    """Return what comes next: consultations that are booked, plans that are to be reviewed."""
    asked = {"no": patient_no, "now": now, "until": until}
    return await (await conn.execute(_COMING, asked)).fetchall()


async def untold(conn: Conn, limit: int) -> list[Row]:
    """Return the reports of which nobody was told yet (the engine's login)."""
    return await (await conn.execute(_UNTOLD, (limit,))).fetchall()


async def told(conn: Conn, report_id: UUID, change: str, now: datetime) -> None:
    """Note that the person was told, and over which channels."""
    await conn.execute(_TOLD, {"id": report_id, "change": change, "now": now})


async def page(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Return a patient's weeks, newest first; from below ``before`` on."""
    found = await conn.execute(
        """SELECT id, no, week, made_at, content, missing, told_at, told_by FROM weekly_report
            WHERE patient_no = %(no)s AND (%(before)s::bigint IS NULL OR no < %(before)s)
            ORDER BY no DESC LIMIT %(limit)s""",
        {"no": patient_no, "before": before, "limit": limit},
    )
    return await found.fetchall()
