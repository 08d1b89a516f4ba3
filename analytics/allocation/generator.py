"""Seeded wards of any size, for benches and tests: the same seed makes the same ward.

Staff and demands have the shape of the product's own questions: two doctors to three nurses, six
specialities of which everybody has some, urgent work for doctors only with deadlines of 30 and
60 minutes, reviews within four hours, minutes that are expected of everybody later, and routine
minutes scaled so that all the work together is the asked share of all the time there is.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.allocation.problem import URGENT_ACUITY
from analytics.domain.rota import Demand, Doctor

SPECIALITIES = ("cardiology", "diabetes", "respiratory", "wounds", "language:pl", "language:ur")
_CLASSES = (
    # acuities, minutes, deadline, and the share of patients up to and with this class
    ((7, 8, 9), 20.0, 30.0, 0.01),
    ((5, 6), 12.0, 60.0, 0.05),
    ((1, 2, 3, 4), 10.0, 240.0, 0.30),
    ((0, 0, 1), 5.0, None, 1.0),
)
_EMERGENCY = 7
_SPREAD = 0.3
_ASKS_SPECIALITY = 0.3
_LATER = 2.0
"""Most minutes that are expected of a patient in the hours to come, beside what is asked now."""
_DOCTOR_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedWard:
    """A ward to plan."""

    doctors: Sequence[Doctor]
    demands: Sequence[Demand]


def ward(*, patients: int, staff: int, load: float, seed: int) -> GeneratedWard:
    """Return a ward whose work is ``load`` (0.8: four fifths) of its time.

    Args:
        patients: how many demands.
        staff: how many doctors and nurses.
        load: minutes asked by minutes there, the minutes of urgent work left as they are.
        seed: of all chance.
    """
    chance = random.Random(seed)  # noqa: S311 - chance of an experiment
    people = [_person(chance, at, staff) for at in range(staff)]
    asked = [_demand(chance, at, patients) for at in range(patients)]
    return GeneratedWard(
        doctors=people, demands=_scaled(asked, load * sum(one.minutes for one in people))
    )


def city(*, wards: int, patients: int, staff: int, load: float, seed: int) -> list[GeneratedWard]:
    """Return wards of equal size, ``patients`` and ``staff`` in all."""
    return [
        ward(patients=patients // wards, staff=staff // wards, load=load, seed=seed * 1000 + at)
        for at in range(wards)
    ]


def _person(chance: random.Random, at: int, staff: int) -> Doctor:
    is_doctor = at < staff * _DOCTOR_SHARE
    kind = "doctor" if is_doctor else "nurse"
    rate = chance.randint(70, 140) if is_doctor else chance.randint(30, 60)
    special = chance.sample(SPECIALITIES, chance.choice((2, 2, 3, 4)))
    minutes = chance.choice((150.0, 192.0, 192.0, 192.0))
    return Doctor(
        id=f"{kind}-{at}",
        minutes=minutes,
        reserve_minutes=minutes / 4,
        cost_per_hour=float(rate),
        skills=tuple(sorted({kind, *special})),
        max_patients=90,
    )


def _demand(chance: random.Random, at: int, patients: int) -> Demand:
    place = (at + 0.5) / patients
    acuities, minutes, deadline, _ = next(one for one in _CLASSES if place < one[3])
    level = chance.choice(acuities)
    skills = {"doctor"} if level >= URGENT_ACUITY else set()
    if chance.random() < _ASKS_SPECIALITY:
        skills.add(chance.choice(SPECIALITIES))
    return Demand(
        patient=f"p{at}",
        minutes=round(min(deadline or minutes * 4, minutes * chance.lognormvariate(0, _SPREAD)), 1),
        acuity=level,
        skills=tuple(sorted(skills)),
        deadline_minutes=deadline,
        must=level >= _EMERGENCY,
        later_minutes=round(chance.uniform(0, _LATER), 1),
    )


def _scaled(demands: Sequence[Demand], minutes: float) -> list[Demand]:
    """Return the demands with those that can wait scaled, so that all make ``minutes``."""
    urgent = sum(one.minutes for one in demands if one.acuity >= URGENT_ACUITY)
    urgent += sum(one.later_minutes for one in demands)
    rest = sum(one.minutes for one in demands if one.acuity < URGENT_ACUITY)
    factor = max(0.1, (minutes - urgent) / rest) if rest else 1.0
    return [
        one if one.acuity >= URGENT_ACUITY else replace(one, minutes=round(one.minutes * factor, 1))
        for one in demands
    ]
