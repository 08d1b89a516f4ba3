"""SQL of the export: each table as it leaves, by the owner's login, in one snapshot.

People are known by the id of their record, which names nobody. What is sealed, what was typed as
free text and what only the program needs stays here.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import LiteralString

from api.store.types import Conn, Row

# ruff: noqa: S608 - put together of our own words

_THEIRS = """
      JOIN patient p ON p.no = t.patient_no
     WHERE p.erased_at IS NULL AND (%(ward)s::text IS NULL OR p.ward = %(ward)s)
"""


def _during(moment: LiteralString) -> LiteralString:
    return f" AND {moment} >= %(since)s AND {moment} < %(until)s"


TABLES: Mapping[str, LiteralString] = MappingProxyType(
    {
        "patients": """
    SELECT p.id::text AS patient, p.ward, p.sex, p.time_zone, p.language, p.state, p.simulated,
           m.id::text AS merged_into, p.created_at
      FROM patient p LEFT JOIN patient m ON m.no = p.merged_into
     WHERE p.erased_at IS NULL AND (%(ward)s::text IS NULL OR p.ward = %(ward)s) ORDER BY p.no
""",
        "stays": """
    SELECT t.id::text AS stay, p.id::text AS patient, t.class, t.status, t.period_start,
           t.period_end
      FROM encounter t
"""
        + _THEIRS
        + " AND t.period_start < %(until)s AND coalesce(t.period_end, 'infinity') >= %(since)s"
        + " ORDER BY t.no",
        "devices": """
    SELECT t.id AS device, p.id::text AS patient, t.state, t.registered_at, t.bound_from, t.bound_to
      FROM device t
"""
        + _THEIRS
        + " ORDER BY t.no",
        "limits": """
    SELECT p.id::text AS patient, t.revision, t.spo2_scale, t.profile, t.set_at,
           l.key AS metric, (l.value ->> 'low')::float8 AS low, (l.value ->> 'high')::float8 AS high
      FROM care_plan t CROSS JOIN LATERAL jsonb_each(t.limits) l
"""
        + _THEIRS
        + " ORDER BY t.patient_no, t.revision, l.key",
        "observations": """
    SELECT p.id::text AS patient, t.time, t.received, n.metric, t.value, n.unit, n.code,
           n.code_system, q.quality, d.id AS device, t.entered_by IS NOT NULL AS by_person,
           x.marked_at IS NOT NULL AS entered_in_error
      FROM observation t
      JOIN unnest(%(numbers)s::smallint[], %(metrics)s::text[], %(units)s::text[],
                  %(codes)s::text[], %(systems)s::text[])
           AS n (number, metric, unit, code, code_system) ON n.number = t.metric
      JOIN unnest(%(qualities)s::smallint[], %(words)s::text[]) AS q (number, quality)
           ON q.number = t.quality
      LEFT JOIN device d ON d.no = t.device_no
      LEFT JOIN reading_mark x ON x.patient_no = t.patient_no AND x.frame_id = t.frame_id
                              AND x.metric = t.metric AND x.time = t.time
"""
        + _THEIRS
        + _during("t.time"),
        "assessments": """
    SELECT p.id::text AS patient, t.time, t.received, t.score AS news2, t.low AS news2_low,
           t.high AS news2_high, t.risk, t.model_version, t.late,
           t.superseded_as IS NOT NULL AS superseded
      FROM assessment t
"""
        + _THEIRS
        + _during("t.time"),
        "alerts": """
    SELECT t.id::text AS alert, p.id::text AS patient, t.ward, t.condition, t.kind, t.priority,
           t.state, t.historic, t.started_at, t.measured_at, t.raised_at, t.acknowledged_at,
           t.closed_at, t.outcome, t.count, t.escalation_level
      FROM episode t
"""
        + _THEIRS
        + _during("t.started_at")
        + " ORDER BY t.started_at, t.id",
        "alert_reasons": """
    SELECT t.id::text AS reason, t.episode_id::text AS alert, p.id::text AS patient, t.condition,
           t.priority, t.state, t.started_at, t.measured_at, t.cleared_at, t.count, t.worst,
           t.value AS newest
      FROM reason t
"""
        + _THEIRS
        + _during("t.started_at")
        + " ORDER BY t.started_at, t.id",
        "reports": """
    SELECT t.id::text AS report, p.id::text AS patient, t.given_at, t.received, t.priority,
           t.answers ->> 'breath' AS breath, t.answers ->> 'chest' AS chest,
           t.answers ->> 'mind' AS mind, t.answers ->> 'fever' AS fever,
           t.answers ->> 'drink' AS drink
      FROM patient_report t
"""
        + _THEIRS
        + _during("t.given_at")
        + " ORDER BY t.no",
        "answers": """
    SELECT t.id::text AS response, p.id::text AS patient, t.questionnaire, t.version, t.given_at,
           t.received, t.score, t.priority
      FROM questionnaire_response t
"""
        + _THEIRS
        + _during("t.given_at")
        + " ORDER BY t.no",
        "consents": """
    SELECT t.id::text AS consent, p.id::text AS patient, t.scope, t.version, t.given_at,
           t.withdrawn_at
      FROM consent t
"""
        + _THEIRS
        + " ORDER BY t.given_at, t.id",
        "call_requests": """
    SELECT t.id::text AS request, p.id::text AS patient, t.asked_at, t.due_at, t.state, t.taken_at,
           t.ended_at
      FROM call_request t
"""
        + _THEIRS
        + _during("t.asked_at")
        + " ORDER BY t.no",
        "messages": """
    SELECT t.id::text AS message, p.id::text AS patient, t.written_at, t.by_patient, t.first_seen
      FROM patient_message t
"""
        + _THEIRS
        + _during("t.written_at")
        + " ORDER BY t.no",
        "advice": """
    SELECT t.id::text AS advice, p.id::text AS patient, t.template, t.sent_at, t.due_at,
           t.confirmed_at
      FROM advice t
"""
        + _THEIRS
        + _during("t.sent_at")
        + " ORDER BY t.no",
        "consultations": """
    SELECT t.id::text AS consultation, p.id::text AS patient, lower(t.during) AS starts,
           upper(t.during) AS ends, t.wish, t.state, t.booked_at, t.waiting_at, t.admitted_at,
           t.ended_at, t.signed_at
      FROM consultation t
"""
        + _THEIRS
        + _during("lower(t.during)")
        + " ORDER BY t.no",
        "plans": """
    SELECT t.id::text AS plan, p.id::text AS patient, t.condition, t.review_on, t.begun_at,
           t.ended_at
      FROM home_plan t
"""
        + _THEIRS
        + " ORDER BY t.no",
        "tasks": """
    SELECT t.id::text AS task, t.plan_id::text AS plan, p.id::text AS patient, t.kind, t.subject,
           array_to_string(t.times, ' ') AS times, array_to_string(t.days, ' ') AS days
      FROM home_task t
"""
        + _THEIRS
        + " ORDER BY t.plan_id, t.position",
        "tasks_due": """
    SELECT t.task_id::text AS task, p.id::text AS patient, t.due_at, t.state, t.reminders,
           t.answered_at
      FROM home_task_due t
"""
        + _THEIRS
        + _during("t.due_at")
        + " ORDER BY t.due_at, t.task_id",
        "cases": """
    SELECT t.id::text AS "case", p.id::text AS patient, t.asked_at, t.until, t.closed_at
      FROM expert_case t
"""
        + _THEIRS
        + _during("t.asked_at")
        + " ORDER BY t.no",
        "case_experts": """
    SELECT t.case_id::text AS "case", p.id::text AS patient, t.user_id::text AS expert, t.signed_at
      FROM case_expert t
"""
        + _THEIRS
        + " ORDER BY t.case_id, t.user_id",
        "case_readings": """
    SELECT t.case_id::text AS "case", p.id::text AS patient, n.metric, t.since, t.till
      FROM case_reading t
      JOIN unnest(%(numbers)s::smallint[], %(metrics)s::text[]) AS n (number, metric)
           ON n.number = t.metric
"""
        + _THEIRS
        + " ORDER BY t.case_id, n.metric",
        "case_items": """
    SELECT t.case_id::text AS "case", p.id::text AS patient, t.kind,
           CASE WHEN t.kind <> 'study' THEN t.ref END AS item
      FROM case_item t
"""
        + _THEIRS
        + " ORDER BY t.case_id, t.kind, t.ref",
        "case_entries": """
    SELECT t.id::text AS entry, t.case_id::text AS "case", p.id::text AS patient, t.kind,
           t.written_at
      FROM case_entry t
"""
        + _THEIRS
        + " ORDER BY t.no",
        "studies": """
    SELECT p.id::text AS patient, t.taken_on, array_to_string(t.modalities, ' ') AS modalities,
           t.series, t.instances, t.bytes, t.added_at, t.released_at
      FROM imaging_study t
"""
        + _THEIRS
        + _during("t.added_at")
        + " ORDER BY t.added_at, t.uid",
        "equipment": """
    SELECT p.id::text AS patient, r.kind, r.name, t.wanted_at, t.given_at, t.ended_at
      FROM resource_use t JOIN ward_resource r ON r.id = t.resource_id
"""
        + _THEIRS
        + " ORDER BY t.no",
    }
)
"""What leaves, by name of the table; ``p`` is the patient, ``t`` the table's own row."""

NAMED: LiteralString = """
    SELECT p.id, p.sealed, k.master_version, k.wrapped FROM patient p
      JOIN patient_key k ON k.patient_no = p.no
     WHERE p.erased_at IS NULL AND (%(ward)s::text IS NULL OR p.ward = %(ward)s) ORDER BY p.no
"""
_AT_ONCE = 10_000


async def begin(conn: Conn) -> None:
    """Make this transaction see one moment and change nothing; first of all in it."""
    await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    await conn.execute("SET LOCAL statement_timeout = 0")


async def rows(
    conn: Conn, statement: LiteralString, asked: Mapping[str, object]
) -> AsyncIterator[Sequence[Row]]:
    """Give a table piece by piece, so that no table has to fit into memory."""
    async with conn.cursor(name="export") as cursor:
        await cursor.execute(statement, asked)
        while found := await cursor.fetchmany(_AT_ONCE):
            yield found


async def types(
    conn: Conn, statement: LiteralString, asked: Mapping[str, object]
) -> dict[str, str]:
    """PostgreSQL's types of a table's columns, by name and in order."""
    found = await conn.execute(statement + " LIMIT 0", asked)
    return {column.name: column.type_display for column in found.description or ()}
