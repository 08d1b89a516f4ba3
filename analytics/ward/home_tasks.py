"""Tasks of a plan at home: what they ask, when they fall due, and how many were done. Pure.

A task falls due at times of day of the person's own time zone, on chosen days of the week. Where
clocks are put forward over such a time it falls due an hour later by the clock, and where they are
put back it falls due once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from analytics.domain.civil import day_at, zone_of
from analytics.ward.plain_names import ENGLISH, Wording, to_measure_words

EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)
MOST_AT_ONCE: Final = 200


class TaskKind(StrEnum):
    """What a task asks of a person."""

    MEASURE = "measure"
    TAKE = "take"
    ANSWER = "answer"
    WALK = "walk"


TIME_TO: Final[Mapping[TaskKind, str]] = {
    TaskKind.TAKE: "It is time for your medicine.",
    TaskKind.ANSWER: "It is time to answer your questions.",
    TaskKind.WALK: "It is time for your exercise.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTimes:
    """When a task falls due: times of day, on days of the week (1 Monday to 7 Sunday)."""

    times: Sequence[time]
    days: Sequence[int] = EVERY_DAY


def reminder(asked: Iterable[tuple[str, str | None]], wording: Wording = ENGLISH) -> str:
    """Return what a device shows of tasks that are due: kinds alone, no word of the plan.

    Args:
        asked: kind and subject of each.
        wording: in which it is said.
    """
    tasks = [(TaskKind(kind), subject) for kind, subject in asked]
    metrics = [subject for kind, subject in tasks if kind is TaskKind.MEASURE and subject]
    kinds = {kind for kind, _ in tasks}
    said = [to_measure_words(metrics, wording)] if TaskKind.MEASURE in kinds else []
    said += [wording.say(words) for kind, words in TIME_TO.items() if kind in kinds]
    return " ".join(said)


def due_times(when: TaskTimes, zone: str, after: datetime, until: datetime) -> list[datetime]:
    """Return the moments (UTC) after ``after`` and up to ``until`` at which a task falls due.

    At most the first :data:`MOST_AT_ONCE`: after a long standstill the rest is left out.
    """
    found: list[datetime] = []
    day, last = day_at(after, zone), day_at(until, zone)
    while day <= last and len(found) < MOST_AT_ONCE:
        found += [at for at in _of_day(when, day, zone) if after < at <= until]
        day += timedelta(days=1)
    return found[:MOST_AT_ONCE]


def next_due(when: TaskTimes, zone: str, after: datetime) -> datetime:
    """Return when a task falls due next after a moment."""
    return due_times(when, zone, after, after + timedelta(days=8))[0]


def _of_day(when: TaskTimes, day: date, zone: str) -> list[datetime]:
    if day.isoweekday() not in when.days:
        return []
    place = zone_of(zone)
    return sorted({datetime.combine(day, at, place).astimezone(UTC) for at in when.times})


def adherence(rows: Iterable[Mapping[str, Any]]) -> float | None:
    """Return the share of tasks that were done, of those whose time is over; None: there are none.

    A task that is still due counts for nothing, one that the person left out as not done.

    Args:
        rows: each with its ``state``: ``due``, ``done``, ``skipped`` or ``missed``.
    """
    over = [row["state"] for row in rows if row["state"] != "due"]
    return sum(state == "done" for state in over) / len(over) if over else None
