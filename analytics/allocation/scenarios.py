"""What if: a ward's question with some people away, more work, or more people unwell; pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from analytics.allocation.problem import DOCTOR, URGENT_ACUITY
from analytics.domain.rota import Demand, Doctor

_SEED = 11
_REVIEW_ACUITY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """What somebody asks who gets worse: minutes, and by when."""

    review_minutes: float = 10.0
    review_deadline: float = 240.0
    urgent_minutes: float = 12.0
    urgent_deadline: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a ward would be different.

    Attributes:
        away: doctors who are not there.
        extra: doctors who come in addition.
        demand: factor on everybody's minutes.
        deadlines: factor on the time until each deadline; below 1 all are due sooner.
        reviews: share of those whose work is routine who need a review (a heat wave) ...
        urgent: ... and who need an urgent one.
    """

    away: frozenset[str] = frozenset()
    extra: Sequence[Doctor] = ()
    demand: float = 1.0
    deadlines: float = 1.0
    reviews: float = 0.0
    urgent: float = 0.0
    worse: Worse = field(default_factory=Worse)


def changed(
    doctors: Sequence[Doctor], demands: Sequence[Demand], scenario: Scenario
) -> tuple[list[Doctor], list[Demand]]:
    """Return the ward as it would be. Who gets worse is chosen by a fixed seed."""
    people = [one for one in doctors if one.id not in scenario.away]
    worse = _who_gets_worse(demands, scenario)
    asked = []
    for at, one in enumerate(demands):
        then = _worse(one, scenario, urgent=worse[at]) if at in worse else one
        minutes = round(then.minutes * scenario.demand, 2)
        later = round(then.later_minutes * scenario.demand, 2)
        due = then.deadline_minutes
        due = None if due is None else round(due * scenario.deadlines, 2)
        asked.append(replace(then, minutes=minutes, later_minutes=later, deadline_minutes=due))
    return [*people, *scenario.extra], asked


def _who_gets_worse(demands: Sequence[Demand], scenario: Scenario) -> dict[int, bool]:
    """Return who of those whose work is routine gets worse, and whether urgently.

    So many of them as the shares say, rounded up: a small ward has its heat wave, too.
    """
    routine = [
        at
        for at, one in enumerate(demands)
        if one.deadline_minutes is None and one.acuity < URGENT_ACUITY
    ]
    random.Random(_SEED).shuffle(routine)  # noqa: S311 - chance of an experiment
    urgent = ceil(scenario.urgent * len(routine))
    reviews = ceil(scenario.reviews * len(routine))
    return {at: rank < urgent for rank, at in enumerate(routine[: urgent + reviews])}


def _worse(one: Demand, scenario: Scenario, *, urgent: bool) -> Demand:
    worse = scenario.worse
    if urgent:
        return replace(
            one,
            minutes=max(one.minutes, worse.urgent_minutes),
            acuity=URGENT_ACUITY,
            skills=tuple(sorted({*one.skills, DOCTOR})),
            deadline_minutes=worse.urgent_deadline,
        )
    return replace(
        one,
        minutes=max(one.minutes, worse.review_minutes),
        acuity=max(one.acuity, _REVIEW_ACUITY),
        deadline_minutes=worse.review_deadline,
    )
