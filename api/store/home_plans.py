"""SQL of plans at home: what was agreed with a patient, by whom, and by when it is looked at."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_SHOWN = """
    SELECT h.id, h.no, h.patient_no, p.id AS patient, h.condition, h.content, h.review_on,
           h.begun_at, h.ended_at,
           coalesce(nullif(u.display_name, ''), u.username) AS begun_by_name
      FROM home_plan h JOIN patient p ON p.no = h.patient_no
      LEFT JOIN app_user u ON u.id = h.begun_by
"""
_TASKS = """
    SELECT t.id, t.plan_id, t.patient_no, t.kind, t.subject, t.words, t.times, t.days, t.next_at,
           h.begun_at, h.ended_at, p.time_zone
      FROM home_task t JOIN home_plan h ON h.id = t.plan_id JOIN patient p ON p.no = t.patient_no
"""


async def add(conn: Conn, values: Row, tasks: Sequence[Row]) -> UUID:
    """Begin a plan.

    Args:
        conn: a connection acting for who begins it.
        values: ``no`` of the patient, ``condition``, ``content`` sealed, ``review_on``, ``now``,
            ``by``.
        tasks: each with ``kind``, ``subject``, ``words`` sealed, ``times``, ``days``, ``next_at``.
    """
    found = await conn.execute(
        """INSERT INTO home_plan (patient_no, condition, content, review_on, begun_at, begun_by)
           VALUES (%(no)s, %(condition)s, %(content)s, %(review_on)s, %(now)s, %(by)s)
           RETURNING id""",
        values,
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(values["no"])
    plan_id: UUID = row["id"]
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """INSERT INTO home_task (plan_id, patient_no, position, kind, subject, words, times,
                                      days, next_at)
               VALUES (%(plan)s, %(no)s, %(position)s, %(kind)s, %(subject)s, %(words)s,
                       %(times)s::time[], %(days)s, %(next_at)s)""",
            [
                {**task, "plan": plan_id, "no": values["no"], "position": position}
                for position, task in enumerate(tasks)
            ],
        )
    return plan_id


async def end(conn: Conn, patient_no: int, plan_id: UUID, now: datetime, by: UUID) -> bool:
    """End a plan of a patient, and its tasks; False: there is none that goes on."""
    ended = await conn.execute(
        """UPDATE home_plan SET ended_at = %s, ended_by = %s
            WHERE id = %s AND patient_no = %s AND ended_at IS NULL""",
        (now, by, plan_id, patient_no),
    )
    if not ended.rowcount:
        return False
    await conn.execute("UPDATE home_task SET next_at = NULL WHERE plan_id = %s", (plan_id,))
    return True


async def of_patient(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Return a patient's plans, those that go on first, then the newest; from below ``before``."""
    found = await conn.execute(
        _SHOWN
        + """ WHERE h.patient_no = %(no)s AND (%(before)s::bigint IS NULL OR h.no < %(before)s)
             ORDER BY h.no DESC LIMIT %(limit)s""",
        {"no": patient_no, "before": before, "limit": limit},
    )
    return await found.fetchall()


async def one(conn: Conn, plan_id: UUID) -> Row | None:
    """Return a plan that the acting person may see."""
    return await (await conn.execute(_SHOWN + " WHERE h.id = %s", (plan_id,))).fetchone()


async def tasks(conn: Conn, plans: Sequence[UUID]) -> list[Row]:
    """Return the tasks of these plans, in their order."""
    found = await conn.execute(
        _TASKS + " WHERE t.plan_id = ANY (%s) ORDER BY t.plan_id, t.position", (list(plans),)
    )
    return await found.fetchall()


async def became(conn: Conn, plans: Sequence[UUID]) -> list[Row]:
    """Return what became of the tasks of these plans, each time that one fell due; newest first."""
    found = await conn.execute(
        """SELECT d.task_id, d.due_at, d.state
             FROM home_task_due d JOIN home_task t ON t.id = d.task_id
            WHERE t.plan_id = ANY (%s) ORDER BY d.due_at DESC, d.task_id LIMIT 10000""",
        (list(plans),),
    )
    return await found.fetchall()


async def task(conn: Conn, task_id: UUID) -> Row | None:
    """Return one task that the acting person may see."""
    return await (await conn.execute(_TASKS + " WHERE t.id = %s", (task_id,))).fetchone()


async def under_way(conn: Conn, patient_no: int) -> list[Row]:
    """Return the tasks of a patient's plans that go on."""
    found = await conn.execute(
        _TASKS
        + """ WHERE t.patient_no = %s AND h.ended_at IS NULL AND t.next_at IS NOT NULL
             ORDER BY t.plan_id, t.position""",
        (patient_no,),
    )
    return await found.fetchall()
