"""Allocation of doctors' minutes to patients' demands, at least cost.

One doctor for a demand, within skills, minutes and places. The aims in order: urgent demands
unmet (weighted by acuity), demands unmet, lateness, moves, cost, imbalance. What must be
somebody's uses the reserve, then the free time of who lacks its skills, then overloads somebody as
little as can be; these aims come before lateness. What cannot be met is said with its reason,
never hidden in a penalty. Computing takes up to the time limit on one
core: call it in a process or thread of its own.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from analytics.allocation.plan import best_plan
from analytics.allocation.problem import DOCTOR, UNMET, Choice, Problem, pose
from analytics.allocation.relief import relief
from analytics.allocation.solver import Solved
from analytics.domain.rota import (
    Assignment,
    Demand,
    Doctor,
    Late,
    Load,
    Plan,
    Relief,
    Shortage,
    Unmet,
)

__all__ = [
    "Assignment",
    "Demand",
    "Doctor",
    "Late",
    "Load",
    "Plan",
    "Relief",
    "Shortage",
    "Unmet",
    "allocate",
]

_HAIR = 1 / 60
"""A second: work is reckoned in whole ones."""
_CENT_SECONDS = 360_000
"""Cents per hour times seconds, in one unit of currency."""


def allocate(
    doctors: Sequence[Doctor],
    demands: Sequence[Demand],
    *,
    time_limit_s: float = 5.0,
    pinned: Mapping[str, str] | None = None,
    better: Callable[[Plan], None] | None = None,
) -> Plan:
    """Return the best plan for the demands.

    Args:
        doctors: on shift, with what is left of their time; ids differ.
        demands: work to do.
        time_limit_s: most seconds of computing, building included.
        pinned: patient to doctor id: set by a person, never moved by the solver, not even for
            want of a skill; without effect if that doctor is not on shift.
        better: is told each better plan as it is found, the first after a moment: for who must
            answer in time whatever the search does.
    """
    problem = pose(doctors, demands, pinned or {})

    def told(solved: Solved) -> None:
        if better is not None:
            better(_answer(doctors, demands, problem, solved))

    return _answer(doctors, demands, problem, best_plan(problem, time_limit_s, told))


def _answer(
    doctors: Sequence[Doctor], demands: Sequence[Demand], problem: Problem, solved: Solved
) -> Plan:
    choice = solved.choice
    given = [(demands[at], doctor) for at, doctor in enumerate(choice) if doctor != UNMET]
    unmet = _unmet(doctors, demands, problem, choice)
    loads = _loads(doctors, demands, choice)
    met = "optimal" if solved.proved else "feasible"
    cost = sum(
        demand.whole_minutes / 60 * doctors[doctor].cost_per_hour for demand, doctor in given
    )
    return Plan(
        status="infeasible" if unmet else met,
        cost=round(cost, 6),
        bound=round(min(cost, solved.cost_bound / _CENT_SECONDS), 6),
        assignments=[
            Assignment(
                patient=demand.patient,
                doctor=doctors[doctor].id,
                minutes=demand.minutes,
                later_minutes=demand.later_minutes,
            )
            for demand, doctor in given
        ],
        loads=loads,
        moves=problem.aims(choice).moves,
        unmet=unmet,
        shortage=_shortage(demands, choice),
        relief=relief(doctors, demands, {one.patient: doctors[to].id for one, to in given}, loads)
        if unmet
        else [],
        late=_late(doctors, given),
    )


def _late(doctors: Sequence[Doctor], given: Sequence[tuple[Demand, int]]) -> list[Late]:
    """Return what is done after its deadline, everybody working in the order of the deadlines."""
    done = [0.0] * len(doctors)
    found = []
    for demand, to in sorted(given, key=lambda one: pressing(one[0])):
        done[to] += demand.minutes
        due = demand.deadline_minutes
        if due is not None and done[to] - due > _HAIR:
            over = round(done[to] - due, 2)
            late = Late(
                patient=demand.patient, doctor=doctors[to].id, minutes=over, deadline_minutes=due
            )
            found.append(late)
    return sorted(found, key=lambda one: -one.minutes)


def pressing(demand: Demand) -> tuple[float, int]:
    """Return the place of a piece of work in its doctor's order: deadline, then acuity."""
    due = demand.deadline_minutes
    return (math.inf if due is None else due, -demand.acuity)


def _loads(doctors: Sequence[Doctor], demands: Sequence[Demand], choice: Choice) -> list[Load]:
    minutes = [0.0] * len(doctors)
    patients: list[set[str]] = [set() for _ in doctors]
    for demand, to in zip(demands, choice, strict=True):
        if to != UNMET:
            minutes[to] += demand.whole_minutes
            patients[to].add(demand.patient)
    return [
        Load(doctor=one.id, minutes=one.minutes, load_minutes=load, patients=len(whose))
        for one, load, whose in zip(doctors, minutes, patients, strict=True)
    ]


def _unmet(
    doctors: Sequence[Doctor], demands: Sequence[Demand], problem: Problem, choice: Choice
) -> list[Unmet]:
    left = [
        capacity - load
        for capacity, load in zip(problem.capacity, problem.planned(choice), strict=True)
    ]
    lost = [
        Unmet(
            patient=demand.patient,
            minutes=demand.minutes,
            later_minutes=demand.later_minutes,
            reason=_fullness(problem, at, left) if problem.able[at] else _lack(doctors, demand),
            acuity=demand.acuity,
        )
        for at, demand in enumerate(demands)
        if choice[at] == UNMET
    ]
    return sorted(lost, key=lambda one: -one.acuity)


def _lack(doctors: Sequence[Doctor], demand: Demand) -> str:
    """Return what is missing in those who are there."""
    if not doctors:
        return "nobody"
    none_there = not any(DOCTOR in doctor.skills for doctor in doctors)
    return "no_doctor" if DOCTOR in demand.skills and none_there else "no_skill"


def _fullness(problem: Problem, demand: int, left: Sequence[int]) -> str:
    able = problem.able[demand]
    if any(left[doctor] >= problem.work[demand] for doctor in able):
        return "max_patients"
    return "no_time"


def _shortage(demands: Sequence[Demand], choice: Choice) -> list[Shortage]:
    lacking: dict[str | None, list[Demand]] = {}
    for demand, doctor in zip(demands, choice, strict=True):
        if doctor == UNMET:
            for skill in demand.skills or (None,):
                lacking.setdefault(skill, []).append(demand)
    return [
        Shortage(
            skill=skill,
            minutes=sum(demand.minutes for demand in lacked),
            later_minutes=sum(demand.later_minutes for demand in lacked),
            patients=len({demand.patient for demand in lacked}),
            by_minutes=_last_due(lacked),
        )
        for skill, lacked in sorted(lacking.items(), key=lambda item: item[0] or "")
    ]


def _last_due(demands: Sequence[Demand]) -> float | None:
    deadlines = [one.deadline_minutes for one in demands if one.deadline_minutes is not None]
    return max(deadlines) if len(deadlines) == len(demands) else None
