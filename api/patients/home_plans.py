"""Plans at home, sealed and opened: the words are the person's, the times are for the reminders."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from analytics.domain.civil import day_at, end_of, start_of
from analytics.ward.home_tasks import TaskTimes, adherence, due_times, next_due
from api.errors import ConflictError
from api.forms.plans import HomePlan, HomeTask, NewHomePlan, NewTask, TaskDue
from api.http.deps import UnitOfWork
from api.language import gettext
from api.store import home_plans, home_tasks
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText

ADHERENCE = timedelta(days=14)
MOST_OF_A_DAY = 500
_OPEN, _AHEAD = timedelta(hours=4), timedelta(hours=2)
"""Around midnight, what is still to be answered and what is about to fall due are of today too."""
_WORDS = ("title", "goals", "medicines", "education")


async def begin(work: UnitOfWork, row: Row, body: NewHomePlan) -> UUID:
    """Begin a plan for a patient, in the caller's name.

    Raises:
        ConflictError: the patient is discharged or erased.
    """
    text = personal_data.text_of(work.services.vault, row)
    if text.key is None or row["state"] == "discharged":
        raise ConflictError("This patient is not in the ward.")
    content = body.model_dump(include=set(_WORDS), mode="json")
    values = {
        "no": row["no"],
        "condition": body.condition,
        "content": text.seal(json.dumps(content)),
        "review_on": body.review_on,
        "now": work.now,
        "by": work.caller.user_id,
    }
    tasks = [_task(one, text, row["time_zone"], work.now) for one in body.all_tasks()]
    return await home_plans.add(work.conn, values, tasks)


def _task(one: NewTask, text: PatientText, zone: str, now: datetime) -> Row:
    days = sorted(set(one.days))
    times = sorted(set(one.times))
    return {
        "kind": one.kind,
        "subject": one.subject,
        "words": text.seal(one.words),
        "times": [at.isoformat() for at in times],
        "days": days,
        "next_at": next_due(TaskTimes(times=times, days=days), zone, now),
    }


async def shown(work: UnitOfWork, row: Row, plans: Sequence[Row]) -> list[HomePlan]:
    """Return plans of one patient as they are answered, with what was done of late."""
    text = personal_data.text_of(work.services.vault, row)
    tasks = await home_plans.tasks(work.conn, [one["id"] for one in plans])
    said: dict[UUID, list[Row]] = defaultdict(list)
    for state in await home_tasks.states(work.conn, row["no"], work.now - ADHERENCE):
        said[state["task_id"]].append(state)
    today = day_at(work.now, row["time_zone"])
    return [
        HomePlan(
            **{name: one[name] for name in ("id", "condition", "review_on", "begun_at")},
            **_said(opened(text, one)),
            tasks=[
                _shown_task(task, text, adherence(said[task["id"]]))
                for task in tasks
                if task["plan_id"] == one["id"]
            ],
            review_due=one["ended_at"] is None and one["review_on"] <= today,
            begun_by_name=one["begun_by_name"],
            ended_at=one["ended_at"],
        )
        for one in plans
    ]


def opened(text: PatientText, plan: Row) -> dict[str, Any]:
    """Return the words of a plan; nothing of an erased person is left to open."""
    words = text.open(plan["content"])
    if words is None:
        return {"title": None, "goals": [], "medicines": [], "education": []}
    told: dict[str, Any] = json.loads(words)
    return told


def _said(words: dict[str, Any]) -> dict[str, Any]:
    """Return the words of a plan in the language that is spoken, as far as a template wrote them.

    What somebody wrote themselves is in no catalogue and stays as it is, word by word.
    """
    said = {name: [gettext(line) for line in words[name]] for name in ("goals", "education")}
    return {**words, **said, "title": words["title"] and gettext(words["title"])}


def _words(text: PatientText, task: Row) -> str | None:
    opened_ = text.open(task["words"])
    return opened_ and gettext(opened_)


def _shown_task(task: Row, text: PatientText, done: float | None) -> HomeTask:
    return HomeTask(
        id=task["id"],
        kind=task["kind"],
        subject=task["subject"],
        words=_words(text, task),
        times=task["times"],
        days=task["days"],
        adherence=done,
    )


async def today(work: UnitOfWork, row: Row) -> list[TaskDue]:
    """Return a patient's tasks of their own day: what fell due, and what still will."""
    zone = row["time_zone"]
    day = day_at(work.now, zone)
    begin_ = min(start_of(day, zone), work.now - _OPEN)
    end_ = max(end_of(day, zone), work.now + _AHEAD)
    text = personal_data.text_of(work.services.vault, row)
    fallen = await home_tasks.due(work.conn, row["no"], begin_, end_, MOST_OF_A_DAY)
    known = {(one["task_id"], one["due_at"]) for one in fallen}
    coming = [
        {**task, "task_id": task["id"], "due_at": at, "state": "due", "reminders": 0}
        for task in await home_plans.under_way(work.conn, row["no"])
        for at in due_times(
            TaskTimes(times=task["times"], days=task["days"]),
            zone,
            max(begin_ - timedelta(microseconds=1), task["begun_at"]),
            end_ - timedelta(microseconds=1),
        )
        if (task["id"], at) not in known
    ]
    everything = sorted([*fallen, *coming], key=lambda one: one["due_at"])
    return [task_due(one, text) for one in everything]


def task_due(row: Row, text: PatientText) -> TaskDue:
    """Return a task at the time at which it falls due."""
    return TaskDue(
        task=row["task_id"],
        kind=row["kind"],
        subject=row["subject"],
        words=_words(text, row),
        due_at=row["due_at"],
        state=row["state"],
        reminders=row["reminders"],
        answered_at=row.get("answered_at"),
    )


def may_be_due(task: Row, at: datetime) -> bool:
    """Whether a task falls due at that very moment, while its plan went on."""
    when = TaskTimes(times=task["times"], days=task["days"])
    just_before = max(at - timedelta(microseconds=1), task["begun_at"])
    ended = task["ended_at"] is not None and at > task["ended_at"]
    return not ended and at in due_times(when, task["time_zone"], just_before, at)
