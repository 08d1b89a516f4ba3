"""A simulated day on a ward: the same patients under different ways of sharing out the work.

Work comes through the day: routine looks that are known in the morning, and people who get worse
at any time, with NEWS2's deadlines. Doctors and nurses work one piece after another, the most
urgent first; one falls ill at noon. Whose a piece of work is decides the policy, every time that
something happens:

``fixed``
    panels: every patient has one doctor for urgent and one nurse for other work; who falls ill is
    stood in for by the next on the list.
``greedy``
    whoever may do it and is free soonest, chosen once and never changed.
``ours``
    the product's own plan with its reserve, its emergencies and the minutes that patients are
    expected to ask later, made anew from what is left.
"""

import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics.allocation.allocate import Demand, Doctor, allocate
from analytics.allocation.problem import DOCTOR
from analytics.allocation.simulated_ward import (
    SHIFT_MINUTES,
    Setup,
    SimulatedWork,
    WardDay,
    arrivals_of,
    people_of,
)

NOON = 240.0
_SHARE, _HORIZON, _EMERGENCY = 0.8, 240.0, 7
"""As in the product: the share of everybody's time that is planned, the rest being the reserve for
emergencies; how far ahead a plan reckons; and from which acuity on work must be somebody's."""
_PLAN_S = 0.15
POLICIES = ("fixed", "greedy", "ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day came to under one policy.

    Attributes:
        late: minutes after their deadline, summed over the urgent patients.
        kept: share of the urgent patients in time.
        moves: how often open work changed hands.
        cost: of the minutes worked.
        spread: standard deviation of the minutes worked, between people.
    """

    late: float
    kept: float
    moves: int
    cost: float
    spread: float


Share = Callable[[WardDay, float], None]


def simulate(setup: Setup, seed: int, policy: str) -> Day:
    """Live one day; the same seed is the same day under every policy."""
    chance = random.Random(seed)  # noqa: S311 - chance of an experiment
    people = people_of(setup, chance)
    arrivals = arrivals_of(setup, chance)
    ill = chance.choice([one.id for one in people if DOCTOR in one.skills]) if setup.ill else None
    state = WardDay(people=people, free_at={one.id: 0.0 for one in people})
    state.worked = {one.id: 0.0 for one in people}
    share = _sharing(policy, setup)
    at = 0.0
    while at < SHIFT_MINUTES:
        came = [job for job in arrivals if at <= job.at < at + 1]
        state.jobs += came
        fell_ill = ill is not None and at == NOON
        if fell_ill and ill is not None:
            _leave(state, ill)
        if came or fell_ill:
            share(state, at)
        _work(state, at)
        at += 1
    return _day(state)


def _leave(state: WardDay, who: str) -> None:
    state.gone.add(who)
    begun = state.doing.pop(who, None)
    if begun is not None:
        begun[0].minutes = max(1.0, begun[1])


def _work(state: WardDay, at: float) -> None:
    """Let everybody work for a minute, the most urgent of their own first."""
    waiting = state.waiting()
    for one in state.there:
        if one.id not in state.doing:
            mine = [job for job in waiting if job.who == one.id]
            if not mine:
                continue
            job = min(mine, key=lambda each: (not each.urgent, each.deadline or 1e9, each.at))
            state.doing[one.id] = (job, job.minutes)
        job, left = state.doing[one.id]
        state.worked[one.id] += 1
        if left <= 1:
            job.ended = at + 1
            del state.doing[one.id]
        else:
            state.doing[one.id] = (job, left - 1)


def _sharing(policy: str, setup: Setup) -> Share:
    return {"fixed": _fixed(setup), "greedy": _greedy, "ours": _ours(setup)}[policy]


def _give(job: SimulatedWork, who: str | None) -> None:
    if job.who is not None and who is not None and job.who != who:
        job.moved += 1
    job.who = who


def _fixed(setup: Setup) -> Share:
    def share(state: WardDay, _: float) -> None:
        for job in state.waiting():
            kind = DOCTOR if job.urgent else "nurse"
            panel = [one.id for one in state.people if kind in one.skills]
            first = job.patient * len(panel) // setup.patients
            order = [*panel[first:], *panel[:first]]
            _give(job, next((one for one in order if one not in state.gone), None))

    return share


def _greedy(state: WardDay, at: float) -> None:
    load = _loads(state)
    for job in sorted(state.waiting(), key=lambda each: (not each.urgent, each.at)):
        if job.who is not None and job.who not in state.gone:
            continue
        able = [one for one in state.there if not job.urgent or DOCTOR in one.skills]
        who = min(able, key=lambda one: (at + load[one.id], one.cost_per_hour), default=None)
        _give(job, None if who is None else who.id)
        if who is not None:
            load[who.id] += job.minutes


def _loads(state: WardDay) -> dict[str, float]:
    load = {one.id: 0.0 for one in state.people}
    for who, (_, left) in state.doing.items():
        load[who] += left
    for job in state.waiting():
        if job.who is not None:
            load[job.who] += job.minutes
    return load


def _ours(setup: Setup) -> Share:
    """Ask the product's allocation, as its re-planner does, with what is left of day and work."""

    def share(state: WardDay, at: float) -> None:
        waiting = state.waiting()
        left = {who: rest for who, (_, rest) in state.doing.items()}
        ahead = min(_HORIZON, SHIFT_MINUTES - at)
        # what somebody is in the middle of comes before everything else that is theirs
        busy = [
            Demand(
                patient=f"busy-{who}",
                minutes=rest,
                acuity=20,
                current_doctor=who,
                deadline_minutes=rest,
            )
            for who, rest in left.items()
        ]
        demands = [
            _asked(number, job, at, setup.expected_minutes(at, ahead))
            for number, job in enumerate(waiting)
        ]
        doctors = [_worker(one, ahead, left.get(one.id, 0.0)) for one in state.there]
        pinned = {one.patient: str(one.current_doctor) for one in busy}
        plan = allocate(doctors, [*busy, *demands], time_limit_s=_PLAN_S, pinned=pinned)
        given = {one.patient: one.doctor for one in plan.assignments}
        for number, job in enumerate(waiting):
            _give(job, given.get(str(number), None if job.who in state.gone else job.who))

    return share


def _worker(one: Doctor, ahead: float, busy: float) -> Doctor:
    """Return somebody with a fifth of their free time as the reserve for emergencies."""
    free = max(0.0, ahead - busy)
    return Doctor(
        id=one.id,
        minutes=free * _SHARE + busy,
        reserve_minutes=free * (1 - _SHARE),
        cost_per_hour=one.cost_per_hour,
        skills=one.skills,
    )


def _asked(number: int, job: SimulatedWork, at: float, later: float) -> Demand:
    return Demand(
        patient=str(number),
        minutes=job.minutes,
        acuity=job.acuity,
        skills=job.skills,
        current_doctor=job.who,
        deadline_minutes=None if job.deadline is None else max(0.0, job.deadline - at),
        must=job.acuity >= _EMERGENCY,
        later_minutes=later,
    )


def _day(state: WardDay) -> Day:
    urgent = [job for job in state.jobs if job.urgent]
    late = [job.late(SHIFT_MINUTES) for job in urgent]
    rate: Mapping[str, float] = {one.id: one.cost_per_hour for one in state.people}
    return Day(
        late=sum(late),
        kept=sum(one == 0 for one in late) / max(1, len(late)),
        moves=sum(job.moved for job in state.jobs),
        cost=sum(minutes / 60 * rate[who] for who, minutes in state.worked.items()),
        spread=statistics.pstdev(state.worked.values()),
    )
