"""A ward's coming hours: what is asked in each, who is there, and which of them are overfull; pure.

Open work may be done until its deadline, a look when it falls due, and what an expected alert will
ask from when it comes until its deadline. Hours are those of the clock, the first one shorter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analytics.allocation.hours import (
    EXPECTED,
    SCHEDULED,
    SOURCES,
    HourPlan,
    OverfullSpan,
    StaffHours,
    TimedWork,
    through_hours,
)
from api.rota.demands import DOCTOR, PatientSeen, RotaWorker, demand, urgency
from api.rota.expected import by_hour_of_day
from api.rota.settings import RotaSettings
from api.store.timestamps import rfc3339

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_REVIEW, _DOCTORS = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HourGrid:
    """Hours of the clock from now on: ``edges`` is one longer than the hours."""

    edges: tuple[datetime, ...]

    @classmethod
    def of(cls, now: datetime, hours: int) -> "HourGrid":
        """Return the grid that ends with the full hour ``hours`` from now."""
        full = now.replace(minute=0, second=0, microsecond=0)
        later = (full + at * _HOUR for at in range(1, hours + 1))
        return cls(edges=(now, *later))

    @property
    def hours(self) -> int:
        """How many."""
        return len(self.edges) - 1

    def at(self, minutes: float) -> int:
        """Return the hour that lies so many minutes from now, the last for what lies beyond."""
        then = self.edges[0] + minutes * _MINUTE
        inside = [at for at in range(self.hours) if self.edges[at] <= then]
        return inside[-1]

    def within(self, start: datetime, end: datetime) -> list[float]:
        """Return the minutes of a span that lie in each hour."""
        return [
            max(0.0, (min(end, b) - max(start, a)) / _MINUTE)
            for a, b in zip(self.edges, self.edges[1:], strict=False)
        ]


def staff_hours(person: RotaWorker, grid: HourGrid, settings: RotaSettings) -> StaffHours:
    """Return somebody's minutes in each hour, a break that is to come left out."""
    there = grid.within(person.since or grid.edges[0], person.until)
    rest = person.break_span(settings)
    free = grid.within(*rest) if rest is not None else [0.0] * grid.hours
    whole = [max(0.0, one - off) for one, off in zip(there, free, strict=True)]
    return StaffHours(
        skills=frozenset({*person.skills, person.kind}),
        minutes=[one * settings.working_share for one in whole],
        whole=whole,
    )


def timed_work(
    patients: Sequence[PatientSeen],
    grid: HourGrid,
    settings: RotaSettings,
    counted: Sequence[int] | None = None,
) -> list[TimedWork]:
    """Return all that is asked with its hours.

    Args:
        patients: of one ward.
        grid: the hours.
        settings: minutes, deadlines, schedules.
        counted: alerts of the ward by hour of the day, for when more are expected.
    """
    work = [one for patient in patients for one in _of_patient(patient, grid, settings)]
    return work + _expected(patients, grid, settings, by_hour_of_day(counted))


def _of_patient(
    patient: PatientSeen, grid: HourGrid, settings: RotaSettings
) -> Sequence[TimedWork]:
    asked = demand(patient, settings)
    until = asked.deadline_minutes
    now = TimedWork(
        minutes=asked.minutes,
        first=0,
        last=grid.at(settings.horizon_minutes if until is None else until),
        skills=frozenset(asked.skills),
        urgency=urgency(asked),
        source=SCHEDULED if until is None else "open",
    )
    looks = [
        TimedWork(
            minutes=settings.routine_minutes,
            first=grid.at(at),
            last=grid.at(at + settings.look_within_minutes),
            source=SCHEDULED,
        )
        for at in patient.outlook.looks[1:]
    ]
    return [now, *looks]


def _expected(
    patients: Sequence[PatientSeen],
    grid: HourGrid,
    settings: RotaSettings,
    profile: Sequence[float],
) -> list[TimedWork]:
    """Return what alerts that are to come will ask, of all patients together."""
    urgent = sum(one.outlook.alerts.urgent for one in patients) / 24
    other = sum(one.outlook.alerts.other for one in patients) / 24
    doctor = frozenset({DOCTOR}) if settings.urgent_needs_doctor else frozenset()
    found = []
    for at in range(grid.hours):
        start, end = grid.edges[at], grid.edges[at + 1]
        share = profile[start.hour] * ((end - start) / _HOUR)
        for rate, needs, within, level in (
            (urgent, doctor, settings.urgent_deadline, _DOCTORS),
            (other, frozenset(), settings.review_deadline, _REVIEW),
        ):
            due = (end - grid.edges[0]) / _MINUTE + within - 1
            minutes = rate * share
            found.append(
                TimedWork(
                    minutes=minutes,
                    first=at,
                    last=grid.at(due),
                    skills=needs,
                    urgency=level,
                    source=EXPECTED,
                )
            )
    return [one for one in found if one.minutes > 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class WardHours:
    """A ward's question hour by hour."""

    patients: Sequence[PatientSeen]
    people: Sequence[RotaWorker]
    counted: Sequence[int] | None
    now: datetime
    settings: RotaSettings

    def told(self) -> dict[str, Any]:
        """Return ``hours`` and ``overfull`` as they are kept with a plan. CPU-bound."""
        grid = HourGrid.of(self.now, self.settings.outlook_hours)
        staff = [staff_hours(one, grid, self.settings) for one in self.people]
        work = timed_work(self.patients, grid, self.settings, self.counted)
        found = through_hours(work, staff, grid.hours)
        if found is None:
            return {"hours": [], "overfull": []}
        return {
            "hours": _hours(found, staff, grid),
            "overfull": [self._overfull(one, grid) for one in found.overfull],
        }

    def _overfull(self, span: OverfullSpan, grid: HourGrid) -> dict[str, Any]:
        start, end = grid.edges[span.first], grid.edges[span.last + 1]
        return {
            "from": rfc3339(start),
            "to": rfc3339(end),
            "skills": list(span.skills),
            "minutes": round(span.minutes, 1),
            "urgent": span.urgency >= _DOCTORS,
            "sources": {source: round(one, 1) for source, one in span.sources.items()},
            "relief": self._relief(span, start, end),
        }

    def _relief(self, span: OverfullSpan, start: datetime, end: datetime) -> dict[str, Any] | None:
        """Return who of those who come and go could be there then, at least cost; None: nobody."""
        hours = {one.id: one for one in self.people if set(span.skills) <= {*one.skills, one.kind}}
        free = {
            who: (end - start) / _MINUTE
            - sum(
                max(0.0, (min(end, one.until) - max(start, one.since or self.now)) / _MINUTE)
                for one in self.people
                if one.id == who
            )
            for who in hours
        }
        able = [one for who, one in hours.items() if free[who] >= min(1.0, span.minutes)]
        if not able:
            return None
        best = min(able, key=lambda one: (one.cost_per_hour, one.id))
        minutes = min(free[best.id], span.minutes)
        return {
            "doctor": str(best.id),
            "minutes": round(minutes, 1),
            "cost": round(minutes / 60 * best.cost_per_hour, 2),
        }


def _hours(found: HourPlan, staff: Sequence[StaffHours], grid: HourGrid) -> list[Mapping[str, Any]]:
    return [
        {
            "from": rfc3339(grid.edges[at]),
            "to": rfc3339(grid.edges[at + 1]),
            "there": round(sum(one.minutes[at] for one in staff), 1),
            "with_reserve": round(sum(one.whole[at] for one in staff), 1),
            **{source: found.done[source][at] for source in SOURCES},
        }
        for at in range(grid.hours)
    ]
