"""Lets tasks of plans fall due, reminds of them, and counts what was not done.

What a device or a telephone's screen shows names the kind of a task and no word of the plan: the
words are sealed, and are read on the person's own page.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from analytics.ward.home_tasks import TaskTimes, due_times, next_due, reminder
from api.alerting.settings import AlertingSettings
from api.language import catalogue_of
from api.notify.words import REMINDER
from api.store import home_tasks as store
from api.store import reminders
from api.store.types import Conn, Row

_LIMIT = 500


async def keep_tasks(conn: Conn, now: datetime, settings: AlertingSettings) -> int:
    """Do what is due, in one transaction; return how many people were reminded.

    Args:
        conn: the leader's own connection, outside a transaction.
        now: the ward's time.
        settings: how long a task may be answered, and how often it is reminded of.
    """
    async with conn.transaction():
        await store.end_with_stays(conn, now)
        made: list[Row] = []
        following: list[Row] = []
        for row in await store.fallen_due(conn, now, _LIMIT):
            made += _fallen(row, now)
            following.append({"id": row["id"], "next_at": _next(row, now)})
        await store.make_due(conn, made, following)
        await store.settle(conn, now, early_s=settings.task_early_s, late_s=settings.task_late_s)
        return await _remind(conn, now, settings)


def _when(row: Row) -> TaskTimes:
    return TaskTimes(times=row["times"], days=row["days"])


def _fallen(row: Row, now: datetime) -> list[Row]:
    """When the task fell due; of somebody who is not watched nothing does."""
    if row["state"] != "active":
        return []
    later = due_times(_when(row), row["time_zone"], row["next_at"], now)
    return [{"id": row["id"], "no": row["patient_no"], "at": at} for at in (row["next_at"], *later)]


def _next(row: Row, now: datetime) -> datetime:
    return next_due(_when(row), row["time_zone"], now)


async def _remind(conn: Conn, now: datetime, settings: AlertingSettings) -> int:
    by_patient: dict[int, list[Row]] = defaultdict(list)
    for row in await store.to_remind(conn, now, settings.task_reminders, _LIMIT):
        by_patient[row["patient_no"]].append(row)
    for patient_no, rows in by_patient.items():
        asked = {
            "no": patient_no,
            "text": reminder(
                ((row["kind"], row["subject"]) for row in rows),
                catalogue_of(rows[0]["language"]),
            ),
            "metrics": [row["subject"] for row in rows if row["kind"] == "measure"],
            "now": now,
            "expires": now + timedelta(seconds=settings.task_late_s),
        }
        await reminders.show(conn, asked)
        await reminders.notify(conn, patient_no, rows[0]["ward"], REMINDER, now)
        await store.reminded(conn, rows, now + timedelta(seconds=settings.task_remind_s))
    return len(by_patient)
