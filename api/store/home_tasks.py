"""SQL of tasks that fall due: made in time, answered, reminded of, and counted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_DUE_ROWS = """
    SELECT d.task_id, d.due_at, d.state, d.reminders, d.answered_at, t.kind, t.subject, t.words,
           t.plan_id
      FROM home_task_due d JOIN home_task t ON t.id = d.task_id
     WHERE d.patient_no = %(no)s AND d.due_at >= %(since)s AND d.due_at < %(until)s
     ORDER BY d.due_at, t.position LIMIT %(limit)s
"""
_FALLEN_DUE = """
    SELECT t.id, t.patient_no, t.times, t.days, t.next_at, p.state, p.time_zone
      FROM home_task t JOIN patient p ON p.no = t.patient_no
     WHERE t.next_at <= %s ORDER BY t.next_at LIMIT %s FOR UPDATE OF t SKIP LOCKED
"""

# What is to be measured is done by a reading that comes, whoever sends it.
_MEASURED = """
    UPDATE home_task_due d SET state = 'done', answered_at = %(now)s
      FROM home_task t, patient_now n
     WHERE d.state = 'due' AND t.id = d.task_id AND t.kind = 'measure'
       AND n.patient_no = d.patient_no
       AND (n.latest -> t.subject ->> 'g')::float8
           >= extract(epoch FROM d.due_at - make_interval(secs => %(early_s)s)) * 1000
"""
_WITHDRAWN = """
    DELETE FROM home_task_due d USING home_task t, home_plan h
     WHERE d.state = 'due' AND t.id = d.task_id AND h.id = t.plan_id AND h.ended_at IS NOT NULL
"""
_MISSED = """
    UPDATE home_task_due SET state = 'missed'
     WHERE state = 'due' AND due_at <= %(now)s - make_interval(secs => %(late_s)s)
"""
_TO_REMIND = """
    SELECT d.task_id, d.due_at, d.patient_no, p.ward, t.kind, t.subject,
           language_of(d.patient_no) AS language
      FROM home_task_due d JOIN home_task t ON t.id = d.task_id
      JOIN patient p ON p.no = d.patient_no
     WHERE d.state = 'due' AND d.due_at <= %(now)s AND p.state = 'active'
       AND d.reminders < %(most)s AND (d.remind_at IS NULL OR d.remind_at <= %(now)s)
     ORDER BY d.patient_no, d.due_at LIMIT %(limit)s
"""


async def due(
    conn: Conn, patient_no: int, since: datetime, until: datetime, limit: int
) -> list[Row]:
    """Return a patient's tasks by when they fell due, the oldest first."""
    asked = {"no": patient_no, "since": since, "until": until, "limit": limit}
    return await (await conn.execute(_DUE_ROWS, asked)).fetchall()


async def states(conn: Conn, patient_no: int, since: datetime) -> list[Row]:
    """Return what became of a patient's tasks since then: ``task_id`` and ``state``."""
    found = await conn.execute(
        "SELECT task_id, state FROM home_task_due WHERE patient_no = %s AND due_at >= %s",
        (patient_no, since),
    )
    return await found.fetchall()


async def answer(conn: Conn, task_id: UUID, due_at: datetime, state: str, at: datetime) -> bool:
    """Keep what the acting patient says of a task of theirs; False: there is no such task."""
    found = await conn.execute(
        "SELECT answer_task(%s, %s, %s, %s) AS known", (task_id, due_at, state, at)
    )
    row = await found.fetchone()
    return bool(row and row["known"])


async def fallen_due(conn: Conn, now: datetime, limit: int) -> list[Row]:
    """Return the tasks that have fallen due since they were last looked at, locked."""
    return await (await conn.execute(_FALLEN_DUE, (now, limit))).fetchall()


async def make_due(conn: Conn, made: Sequence[Row], following: Sequence[Row]) -> None:
    """Write that tasks have fallen due, and when they will again.

    Args:
        conn: the engine's.
        made: ``id`` of the task, ``no`` of the patient, ``at``.
        following: ``id`` of the task and ``next_at``.
    """
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """INSERT INTO home_task_due (task_id, due_at, patient_no)
               VALUES (%(id)s, %(at)s, %(no)s) ON CONFLICT DO NOTHING""",
            made,
        )
        await cursor.executemany(
            "UPDATE home_task SET next_at = %(next_at)s WHERE id = %(id)s", following
        )


async def settle(conn: Conn, now: datetime, *, early_s: float, late_s: float) -> None:
    """Let readings be the answer to what was to be measured, and count what nobody answered.

    What was due when its plan ended is asked no more, and counts for nothing.
    """
    asked = {"now": now, "early_s": early_s, "late_s": late_s}
    await conn.execute(_MEASURED, asked)
    await conn.execute(_WITHDRAWN)
    await conn.execute(_MISSED, asked)


async def end_with_stays(conn: Conn, now: datetime) -> None:
    """End the plans of people who were discharged."""
    await conn.execute(
        """WITH over AS (UPDATE home_plan h SET ended_at = %s FROM patient p
                          WHERE p.no = h.patient_no AND h.ended_at IS NULL
                            AND p.state = 'discharged' RETURNING h.id)
           UPDATE home_task SET next_at = NULL WHERE plan_id IN (SELECT id FROM over)""",
        (now,),
    )


async def to_remind(conn: Conn, now: datetime, most: int, limit: int) -> list[Row]:
    """Return what is due and may be reminded of now, patient by patient."""
    asked = {"now": now, "most": most, "limit": limit}
    return await (await conn.execute(_TO_REMIND, asked)).fetchall()


async def reminded(conn: Conn, rows: Sequence[Row], again: datetime) -> None:
    """Note that these tasks were reminded of, and before when not to do so again."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """UPDATE home_task_due SET reminders = reminders + 1, remind_at = %(again)s
                WHERE task_id = %(task_id)s AND due_at = %(due_at)s""",
            [{**row, "again": again} for row in rows],
        )
