"""Doctors' time at the size of a city: how long a plan takes, how good it is, how little it moves.

Needs no server. Wards come from a seeded generator. Each is planned by greedy choice, by one
plain CP-SAT model and as the product plans it; the gap is to the best bound that is known.
"""

import random
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from analytics.allocation.allocate import Demand, Doctor, Plan, allocate
from analytics.allocation.generator import GeneratedWard, city, ward
from analytics.allocation.greedy import greedy
from analytics.allocation.hours import StaffHours, TimedWork, through_hours
from analytics.allocation.problem import pose
from analytics.allocation.solver import solve
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun

_COLD_S, _COLD_LIMIT_S = 10.0, 8.5
_CITY_S, _WARD_LIMIT_S = 60.0, 1.4
_EVENT_S, _EVENT_LIMIT_S = 1.0, 0.7
_MOST_MOVES = 1.2
_HOURS = 12
_GAPS = {0.8: 0.5, 0.95: 1.0}
_EVENTS = 30
_FULL = 2_000
_CENTS = 360_000


def plans(run: BenchRun) -> list[BenchFigure]:
    """The figures of the allocation."""
    patients, staff = run.size.planned
    quick = patients < _FULL
    figures = []
    for load in _GAPS:
        there = ward(patients=patients, staff=staff, load=load, seed=1)
        name = f"{patients} x {staff} at {load:.0%}"
        figures += _cold(there, name, load, plain_too=not quick)
        figures += _events(there, name)
    return figures + ([] if quick else _city())


def _cold(there: GeneratedWard, name: str, load: float, *, plain_too: bool) -> list[BenchFigure]:
    began = time.perf_counter()
    plan = allocate(there.doctors, there.demands, time_limit_s=_COLD_LIMIT_S)
    took = time.perf_counter() - began
    figures = [
        at_most(f"cold plan {name}", took, "s", _COLD_S, f"{len(plan.unmet)} unmet"),
        at_most(f"gap to the bound {name}", _gap(plan.cost, plan.bound), "%", _GAPS[load]),
    ]
    problem = pose(there.doctors, there.demands, {})
    first = problem.aims(greedy(problem))
    note = f"{first.unmet} unmet, {first.lateness / 60:.0f} min late"
    figures.append(plain(f"gap of greedy {name}", _gap(first.cost / _CENTS, plan.bound), "%", note))
    if plain_too:
        began = time.perf_counter()
        whole = problem.aims(solve(problem, _COLD_LIMIT_S).choice)
        took = time.perf_counter() - began
        gap = _gap(whole.cost / _CENTS, plan.bound)
        figures.append(plain(f"gap of one CP-SAT model {name}", gap, "%", f"{took:.1f} s"))
    return figures


def _events(there: GeneratedWard, name: str) -> list[BenchFigure]:
    """One event after the other on a plan in force: somebody worsens, is admitted, falls ill."""
    plan = allocate(there.doctors, there.demands, time_limit_s=2.0)
    asked = _held(there.demands, plan)
    chance = random.Random(7)  # noqa: S311 - chance of an experiment
    times, cpu, moves, forced = [], [], 0, 0
    most = 0
    for at in range(_EVENTS):
        doctors, demands = _event(at, there.doctors, asked, chance)
        began, spent = time.perf_counter(), time.process_time()
        answer = allocate(doctors, demands, time_limit_s=_EVENT_LIMIT_S)
        through_hours(*_hourly(doctors, demands), _HOURS)
        times.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
        must = _forced(doctors, demands)
        moves, forced = moves + answer.moves, forced + must
        most = max(most, answer.moves - must)
    p95 = statistics.quantiles(times, n=20)[-1]
    note = f"{_EVENTS} events, median {statistics.median(times):.2f} s"
    ratio = f"{moves} moves, {forced} whose person has gone; at most {most} more after one event"
    return [
        at_most(f"plan after an event, p95, {name}", p95, "s", _EVENT_S, note),
        plain(f"CPU of it, p95, {name}", statistics.quantiles(cpu, n=20)[-1], "s"),
        at_most(f"moves by those nobody can avoid, {name}", moves / forced, "", _MOST_MOVES, ratio),
    ]


def _hourly(
    doctors: Sequence[Doctor], demands: Sequence[Demand]
) -> tuple[list[TimedWork], list[StaffHours]]:
    """What the product holds against each other after every plan, with a look every four hours."""
    work = []
    for at, one in enumerate(demands):
        hours = 3 if one.deadline_minutes is None else int(one.deadline_minutes // 60)
        skills = frozenset(one.skills)
        work.append(TimedWork(minutes=one.minutes, first=0, last=hours, skills=skills))
        work += [
            TimedWork(minutes=2.0, first=hour, last=hour + 1, source="scheduled")
            for hour in range(at % 4, _HOURS, 4)
        ]
    staff = [
        StaffHours(skills=frozenset(one.skills), minutes=[48.0] * _HOURS, whole=[60.0] * _HOURS)
        for one in doctors
    ]
    return work, staff


def _event(
    at: int, doctors: Sequence[Doctor], demands: Sequence[Demand], chance: random.Random
) -> tuple[list[Doctor], list[Demand]]:
    people, asked = list(doctors), list(demands)
    if at % 3 == 0:
        who = chance.randrange(len(asked) // 2, len(asked))
        asked[who] = replace(
            asked[who], minutes=30, acuity=8, skills=("doctor",), deadline_minutes=30, must=True
        )
    elif at % 3 == 1:
        asked.append(replace(chance.choice(asked), patient="new", current_doctor=None))
    else:
        people.pop(chance.randrange(len(people)))
    return people, asked


def _forced(doctors: Sequence[Doctor], demands: Sequence[Demand]) -> int:
    """Moves that nobody can avoid: the person has gone."""
    there = {one.id for one in doctors}
    return sum(
        one.current_doctor is not None and one.current_doctor not in there for one in demands
    )


def _held(demands: Sequence[Demand], plan: Plan) -> list[Demand]:
    given = {one.patient: one.doctor for one in plan.assignments}
    return [replace(one, current_doctor=given.get(one.patient)) for one in demands]


def _city() -> list[BenchFigure]:
    wards = city(wards=40, patients=20_000, staff=1_000, load=0.8, seed=1)
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(_ward, wards))
    took = time.perf_counter() - began
    gap = _gap(sum(one.cost for one in found), sum(one.bound for one in found))
    unmet = sum(len(one.unmet) for one in found)
    return [
        at_most("cold plan 20,000 x 1,000 in 40 wards", took, "s", _CITY_S, f"{unmet} unmet"),
        at_most("gap to the bound, the whole city", gap, "%", _GAPS[0.8]),
    ]


def _ward(there: GeneratedWard) -> Plan:
    return allocate(there.doctors, there.demands, time_limit_s=_WARD_LIMIT_S)


def _gap(cost: float, bound: float) -> float:
    return 100 * (cost / bound - 1) if bound else 0.0
