"""A ward's coming hours: what is asked in each, who is there, and which of them are overfull; pure.

Open work may be done until its deadline, a look when it falls due, and what an expected alert will
ask from when it comes until its deadline. Hours are those of the clock, the first one shorter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from analytics.allocation.hours import EXPECTED, SCHEDULED, StaffHours, TimedWork
from analytics.domain.rota import Demand
from api.rota.demands import DOCTOR, PatientSeen, RotaWorker, demand, urgency
from api.rota.expected import ExpectedMinutes, by_hour_of_day
from api.rota.hour_question import HourGrid, HourQuestion, Presence
from api.rota.settings import RotaSettings

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_REVIEW, _DOCTORS = 1, 2


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


def presence(person: RotaWorker, grid: HourGrid, settings: RotaSettings) -> Presence:
    """Return somebody's shift as the hours see it."""
    return Presence(
        id=str(person.id),
        since=person.since or grid.edges[0],
        until=person.until,
        cost_per_hour=person.cost_per_hour,
        hours=staff_hours(person, grid, settings),
    )


def asked_now(one: Demand, grid: HourGrid, horizon_minutes: float) -> TimedWork:
    """Return what somebody asks now: it may be done until its deadline, else until the horizon."""
    until = one.deadline_minutes
    return TimedWork(
        minutes=one.minutes,
        first=0,
        last=grid.at(horizon_minutes if until is None else until),
        skills=frozenset(one.skills),
        urgency=urgency(one),
        source=SCHEDULED if until is None else "open",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WardHours:
    """A ward's question hour by hour.

    Attributes:
        patients: of the ward.
        people: who is or will be there, one entry a shift.
        counted: alerts of the ward by hour of the day, for when more are expected.
        now: ward time.
        settings: minutes, deadlines, schedules.
        instead: what is asked now in place of what the patients ask, for a scenario.
        factor: of the minutes of looks and expected alerts, for a scenario.
    """

    patients: Sequence[PatientSeen]
    people: Sequence[RotaWorker]
    counted: Sequence[int] | None
    now: datetime
    settings: RotaSettings
    instead: Sequence[Demand] | None = field(default=None)
    factor: float = 1.0

    def question(self) -> HourQuestion:
        """Return what is asked in each hour and who is there."""
        grid = HourGrid.of(self.now, self.settings.outlook_hours)
        known = self._now(grid) + self._looks(grid) + self._booked(grid)
        return HourQuestion(
            grid=grid,
            work=known + self._expected(grid, self._sum("alerts")),
            at_most=known + self._expected(grid, self._sum("at_most")),
            there=[presence(one, grid, self.settings) for one in self.people],
        )

    def told(self) -> dict[str, Any]:
        """Return hours and what is overfull, as they are kept with a plan. CPU-bound."""
        return self.question().kept_hours()

    def _now(self, grid: HourGrid) -> list[TimedWork]:
        asked = self.instead
        if asked is None:
            asked = [demand(one, self.settings) for one in self.patients]
        return [asked_now(one, grid, self.settings.horizon_minutes) for one in asked]

    def _looks(self, grid: HourGrid) -> list[TimedWork]:
        settings = self.settings
        return [
            TimedWork(
                minutes=settings.routine_minutes * self.factor,
                first=grid.at(at),
                last=grid.at(at + settings.look_within_minutes),
                source=SCHEDULED,
            )
            for patient in self.patients
            for at in patient.outlook.looks[1:]
        ]

    def _booked(self, grid: HourGrid) -> list[TimedWork]:
        """Return the consultations that are booked, each a doctor's in its own hour."""
        return [
            TimedWork(
                minutes=one.minutes_from(self.now),
                first=hour,
                last=hour,
                skills=frozenset({DOCTOR}),
                urgency=_REVIEW,
                source=SCHEDULED,
            )
            for patient in self.patients
            for one in patient.booked
            if one.start < grid.edges[-1]
            for hour in (grid.at(max(0.0, (one.start - self.now) / _MINUTE)),)
        ]

    def _sum(self, which: str) -> ExpectedMinutes:
        """Return what alerts that are to come will ask a day, of all patients together."""
        each: list[ExpectedMinutes] = [getattr(one.outlook, which) for one in self.patients]
        return ExpectedMinutes(
            urgent=self.factor * sum(one.urgent for one in each),
            other=self.factor * sum(one.other for one in each),
        )

    def _expected(self, grid: HourGrid, a_day: ExpectedMinutes) -> list[TimedWork]:
        settings, profile = self.settings, by_hour_of_day(self.counted)
        doctor = frozenset({DOCTOR}) if settings.urgent_needs_doctor else frozenset()
        found = []
        for at in range(grid.hours):
            start, end = grid.edges[at], grid.edges[at + 1]
            share = profile[start.hour] * ((end - start) / _HOUR) / 24
            for rate, needs, within, level in (
                (a_day.urgent, doctor, settings.urgent_deadline, _DOCTORS),
                (a_day.other, frozenset(), settings.review_deadline, _REVIEW),
            ):
                due = (end - grid.edges[0]) / _MINUTE + within - 1
                found.append(
                    TimedWork(
                        minutes=rate * share,
                        first=at,
                        last=grid.at(due),
                        skills=needs,
                        urgency=level,
                        source=EXPECTED,
                    )
                )
        return [one for one in found if one.minutes > 0]
