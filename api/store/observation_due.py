"""SQL of the observation schedule: what is due, who is reminded, how often devices measure."""

from collections.abc import Sequence
from datetime import datetime

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_WATCHED = """
    SELECT p.no, p.ward, language_of(p.no) AS language, c.scoring, c.profile, c.settings,
           n.assessment -> 'news2' AS news2, n.latest,
           coalesce(v.metrics, '{}') AS expected, o.band, o.every_min, o.metrics, o.due_at,
           coalesce(o.reminders, 0) AS reminders, o.remind_at,
           coalesce((SELECT max(e.period_start) FROM encounter e
                      WHERE e.patient_no = p.no AND e.period_end IS NULL), p.created_at) AS since
      FROM patient p
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN observation_due o ON o.patient_no = p.no
      LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT m) AS metrics
          FROM device d CROSS JOIN LATERAL jsonb_object_keys(d.expected) AS m
         WHERE d.patient_no = p.no AND d.state = 'enrolled' AND d.bound_to IS NULL) v ON true
     WHERE p.state = 'active' ORDER BY p.no
"""
_KEEP = """
    INSERT INTO observation_due (patient_no, band, every_min, metrics, due_at, overdue_at)
    VALUES (%(no)s, %(band)s, %(every_min)s, %(metrics)s, %(due_at)s, %(overdue_at)s)
    ON CONFLICT (patient_no) DO UPDATE SET band = excluded.band, every_min = excluded.every_min,
        metrics = excluded.metrics, due_at = excluded.due_at, overdue_at = excluded.overdue_at,
        reminders = CASE WHEN excluded.due_at > observation_due.due_at THEN 0
                         ELSE observation_due.reminders END,
        remind_at = CASE WHEN excluded.due_at > observation_due.due_at THEN NULL
                         ELSE observation_due.remind_at END
"""
_DEVICES = """
    SELECT d.no, d.patient_no, p.bucket, d.expected, coalesce(d.own_rhythm, d.expected) AS own,
           coalesce(c.asked, '{}') AS asked
      FROM device d JOIN patient p ON p.no = d.patient_no
      LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(metric, seconds) AS asked FROM (
          SELECT DISTINCT ON (c.args ->> 'metric') c.args ->> 'metric' AS metric,
                 (c.args ->> 'seconds')::float8 AS seconds, c.state
            FROM command c WHERE c.device_no = d.no AND c.command = 'interval'
           ORDER BY c.args ->> 'metric', c.issued DESC) newest
         WHERE state <> 'expired') c ON true
     WHERE p.state = 'active' AND d.state = 'enrolled' AND d.bound_to IS NULL
       AND d.expected <> '{}' AND d.patient_no = ANY (%s) ORDER BY d.no
"""
_ASK = """
    INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at)
    VALUES (%(device_no)s, %(bucket)s, 'interval', %(args)s, %(now)s, %(expires)s, %(now)s)
    RETURNING pg_notify('homeward_inbox', 'command')
"""

# What was asked last counts: an older command that is obeyed late changes nothing back.
_OBEYED = """
    SELECT DISTINCT ON (c.device_no, c.args ->> 'metric')
           c.device_no, c.args ->> 'metric' AS metric,
           (c.args ->> 'seconds')::float8 AS seconds, c.issued_by IS NOT NULL AS by_a_person
      FROM command c WHERE c.command = 'interval' AND c.state = 'done' AND NOT c.taken_over
       AND NOT EXISTS (SELECT FROM command n
                        WHERE n.device_no = c.device_no AND n.command = 'interval'
                          AND n.args -> 'metric' = c.args -> 'metric' AND n.taken_over
                          AND n.state = 'done' AND n.issued > c.issued)
     ORDER BY c.device_no, c.args ->> 'metric', c.issued DESC
"""
_TAKEN_OVER = """
    UPDATE command SET taken_over = true
     WHERE command = 'interval' AND state = 'done' AND NOT taken_over
"""
_RHYTHM = """
    UPDATE device SET own_rhythm = CASE WHEN %(by_a_person)s
               THEN coalesce(own_rhythm, expected) || asked.rhythm
               ELSE coalesce(own_rhythm, expected) END,
           expected = expected || asked.rhythm
      FROM (SELECT jsonb_build_object(%(metric)s::text, %(seconds)s::float8) AS rhythm) asked
     WHERE no = %(device_no)s AND bound_to IS NULL AND (%(by_a_person)s OR expected ? %(metric)s)
"""

_REMINDED = """
    UPDATE observation_due SET reminders = reminders + 1, remind_at = %(again)s
     WHERE patient_no = %(no)s
"""


async def watched(conn: Conn) -> list[Row]:
    """Return every watched patient: what is known of them, and what was last kept as due."""
    return await (await conn.execute(_WATCHED)).fetchall()


async def keep(conn: Conn, due: Sequence[Row], over: Sequence[int]) -> None:
    """Write what is due, and forget those of whom nothing is; who measured is reminded anew.

    Args:
        conn: the engine's.
        due: ``no``, ``band``, ``every_min``, ``metrics``, ``due_at`` and ``overdue_at``.
        over: numbers of patients of whom nothing is due any more.
    """
    if due:
        async with conn.cursor() as cursor:
            await cursor.executemany(_KEEP, due)
    await conn.execute(
        """DELETE FROM observation_due o USING patient p WHERE p.no = o.patient_no
              AND (p.state <> 'active' OR p.no = ANY (%s))""",
        (list(over),),
    )


async def devices(conn: Conn, patients: Sequence[int]) -> list[Row]:
    """Return these patients' devices with how often they measure, and what they were asked last."""
    return await (await conn.execute(_DEVICES, (list(patients),))).fetchall()


async def ask(conn: Conn, device: Row, metric: str, seconds: float, span: Row) -> None:
    """Ask a device to measure so often; ``span``: ``now`` and ``expires``."""
    args = Jsonb({"metric": metric, "seconds": int(seconds)})
    asked = {"device_no": device["no"], "bucket": device["bucket"], "args": args, **span}
    await conn.execute(_ASK, asked)


async def take_over(conn: Conn) -> int:
    """Let devices' rhythms be what they have confirmed; return how many changed.

    What a person asked for is from then on the device's own; what the schedule asked for is not.
    """
    obeyed = await (await conn.execute(_OBEYED)).fetchall()
    for row in obeyed:
        await conn.execute(_RHYTHM, row)
    await conn.execute(_TAKEN_OVER)
    return len(obeyed)


async def reminded(conn: Conn, patient_no: int, again: datetime) -> None:
    """Note that a patient was reminded, and before when not to do so again."""
    await conn.execute(_REMINDED, {"no": patient_no, "again": again})


async def every_min(conn: Conn, patient_no: int) -> int | None:
    """Return the minutes between two observations of a patient; None: nothing is scheduled."""
    found = await conn.execute(
        "SELECT every_min FROM observation_due WHERE patient_no = %s", (patient_no,)
    )
    row = await found.fetchone()
    return row["every_min"] if row else None
