"""Scenarios: what a ward would ask of the solver, of each hour and of its beds; pure.

Who is taken in beside the patients who are there asks a routine look and what such patients are
expected to ask, and needs one of everything that each patient needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

import msgspec

from analytics.allocation.allocate import Demand, Doctor, Plan
from analytics.allocation.hours import StaffHours
from analytics.allocation.problem import URGENT_ACUITY
from analytics.allocation.scenarios import Scenario, changed
from api.rota.changes import moved
from api.rota.demands import urgency
from api.rota.hour_question import HourGrid, HourQuestion, Presence
from api.rota.house import House
from api.rota.outlook import asked_now
from api.rota.solver import Question

_URGENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ImaginedWard:
    """A ward as it would be.

    Attributes:
        question: what is asked of the solver.
        hours: what falls due in each hour.
        resources: beds, kits and equipment, with what would be free or short.
        had: whose each patient is now.
    """

    question: Question
    hours: HourQuestion
    resources: Sequence[Mapping[str, Any]] = ()
    had: Mapping[str, str]

    def summary(self, plan: Plan) -> dict[str, Any]:
        """Return what it comes to: figures, what is short when, and what would help. CPU-bound."""
        demands, doctors = self.question.demands, self.question.doctors
        told = self.hours.kept_hours()
        return {
            "status": plan.status,
            "people": len(doctors),
            "minutes_asked": round(sum(one.whole_minutes for one in demands), 1),
            "minutes_there": round(sum(one.minutes for one in doctors), 1),
            "cost": plan.cost,
            "bound": plan.bound,
            "moves": moved(self.had, plan),
            "unmet": len(plan.unmet),
            "unmet_urgent": sum(one.acuity >= URGENT_ACUITY for one in plan.unmet),
            "late": len(plan.late),
            "late_urgent": len({one.patient for one in plan.late} & _pressing(demands)),
            "shortage": msgspec.to_builtins(plan.shortage),
            "relief": msgspec.to_builtins(plan.relief[:3]),
            "loads": msgspec.to_builtins(plan.loads),
            **told,
            "resources": list(self.resources),
        }


def _pressing(demands: Sequence[Demand]) -> set[str]:
    return {one.patient for one in demands if urgency(one) >= _URGENT}


def as_it_would_be(
    house: House, ward: str, scenario: Scenario, admissions: int, time_limit_s: float
) -> ImaginedWard:
    """Return a ward of the house under a scenario.

    Args:
        house: as it is.
        ward: which of its wards.
        scenario: how it would be different.
        admissions: how many patients are taken in beside.
        time_limit_s: of the solver.
    """
    there = house.question(ward)
    taken_in = _taken_in(there.demands, admissions, house.settings.routine_minutes)
    doctors, demands = changed(there.doctors, [*there.demands, *taken_in], scenario)
    known = max(1, len(there.demands))
    return ImaginedWard(
        question=Question(
            doctors=doctors,
            demands=demands,
            pinned={who: to for who, to in there.pinned.items() if to not in scenario.away},
            time_limit_s=time_limit_s,
        ),
        hours=_hours(house, ward, scenario, demands, (known + admissions) / known),
        resources=[_with_more(one, admissions) for one in house.resources(ward)],
        had=there.had,
    )


def _hours(
    house: House, ward: str, scenario: Scenario, demands: Sequence[Demand], more: float
) -> HourQuestion:
    """Return the hours under a scenario; ``more`` is the factor that those taken in make."""
    hours = house.hours(ward)
    people = [one for one in hours.people if str(one.id) not in scenario.away]
    asked = replace(hours, people=people, instead=demands, factor=scenario.demand * more).question()
    extra = [while_minutes_last(one, asked.grid) for one in scenario.extra]
    return replace(asked, there=[*asked.there, *extra])


def _taken_in(demands: Sequence[Demand], many: int, minutes: float) -> list[Demand]:
    later = round(fmean([one.later_minutes for one in demands]), 1) if demands else 0.0
    return [
        Demand(patient=f"admission {at + 1}", minutes=minutes, later_minutes=later)
        for at in range(many)
    ]


def _with_more(resource: Mapping[str, Any], admissions: int) -> dict[str, Any]:
    """Return one resource without the names of who waits, and with those who are taken in."""
    waiting = len(resource["waiting"])
    used = resource["used"] + (admissions if resource["each_patient"] else 0)
    return {
        **resource,
        "used": used,
        "waiting": waiting,
        "free": max(0, resource["count"] - used),
        "short": max(0, used + waiting - resource["count"]),
    }


def while_minutes_last(one: Doctor, grid: HourGrid) -> Presence:
    """Return somebody who is there from now on until their minutes are over."""
    now = grid.edges[0]
    until = now + timedelta(minutes=one.minutes)
    minutes = grid.within(now, until)
    whole = grid.within(now, until + timedelta(minutes=one.reserve_minutes))
    return Presence(
        id=one.id,
        since=now,
        until=until,
        cost_per_hour=one.cost_per_hour,
        hours=StaffHours(skills=frozenset(one.skills), minutes=minutes, whole=whole),
    )


def any_ward(
    question: Question, now: datetime, outlook_hours: int, horizon_minutes: float
) -> HourQuestion:
    """Return the hours of a question of which only minutes and deadlines are known."""
    grid = HourGrid.of(now, outlook_hours)
    return HourQuestion(
        grid=grid,
        work=[asked_now(one, grid, horizon_minutes) for one in question.demands],
        there=[while_minutes_last(one, grid) for one in question.doctors],
    )
