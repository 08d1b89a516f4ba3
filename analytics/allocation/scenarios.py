"""What if: a ward's question with some people away, more work, or more people unwell; pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
        reviews: share of those whose work is routine who need a review (a heat wave) ...
        urgent: ... and who need an urgent one.
    """

    away: frozenset[str] = frozenset()
    extra: Sequence[Doctor] = ()
    demand: float = 1.0
    reviews: float = 0.0
    urgent: float = 0.0
    worse: Worse = field(default_factory=Worse)


def changed(
    doctors: Sequence[Doctor], demands: Sequence[Demand], scenario: Scenario
) -> tuple[list[Doctor], list[Demand]]:
    """Return the ward as it would be. Who gets worse is chosen by a fixed seed."""
    chance = random.Random(_SEED)  # noqa: S311 - chance of an experiment
    people = [one for one in doctors if one.id not in scenario.away]
    asked = []
    for one in demands:
        roll = chance.random()
        worse = _worse(one, roll, scenario)
        asked.append(replace(worse, minutes=round(worse.minutes * scenario.demand, 2)))
    return [*people, *scenario.extra], asked


def _worse(one: Demand, roll: float, scenario: Scenario) -> Demand:
    if one.deadline_minutes is not None or one.acuity >= URGENT_ACUITY:
        return one
    worse = scenario.worse
    if roll < scenario.urgent:
        return replace(
            one,
            minutes=max(one.minutes, worse.urgent_minutes),
            acuity=URGENT_ACUITY,
            skills=tuple(sorted({*one.skills, DOCTOR})),
            deadline_minutes=worse.urgent_deadline,
        )
    if roll < scenario.urgent + scenario.reviews:
        return replace(
            one,
            minutes=max(one.minutes, worse.review_minutes),
            acuity=max(one.acuity, _REVIEW_ACUITY),
            deadline_minutes=worse.review_deadline,
        )
    return one
