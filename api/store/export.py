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
        + " AND t.time >= %(since)s AND t.time < %(until)s",
        "assessments": """
    SELECT p.id::text AS patient, t.time, t.received, t.score AS news2, t.low AS news2_low,
           t.high AS news2_high, t.risk, t.model_version, t.late,
           t.superseded_as IS NOT NULL AS superseded
      FROM assessment t
"""
        + _THEIRS
        + " AND t.time >= %(since)s AND t.time < %(until)s",
        "alerts": """
    SELECT t.id::text AS alert, p.id::text AS patient, t.ward, t.condition, t.kind, t.priority,
           t.state, t.historic, t.started_at, t.measured_at, t.raised_at, t.acknowledged_at,
           t.closed_at, t.outcome, t.count, t.escalation_level
      FROM episode t
"""
        + _THEIRS
        + " AND t.started_at >= %(since)s AND t.started_at < %(until)s ORDER BY t.started_at, t.id",
        "alert_reasons": """
    SELECT t.id::text AS reason, t.episode_id::text AS alert, p.id::text AS patient, t.condition,
           t.priority, t.state, t.started_at, t.measured_at, t.cleared_at, t.count, t.worst,
           t.value AS newest
      FROM reason t
"""
        + _THEIRS
        + " AND t.started_at >= %(since)s AND t.started_at < %(until)s ORDER BY t.started_at, t.id",
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
