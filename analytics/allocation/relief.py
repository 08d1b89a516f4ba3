"""Relief for a plan that falls short: the cheapest of each way, the cheapest way first.

Three ways are looked at for all that one set of skills is short of: routine work of those who could
do it waits for later; somebody who has time learns, or is allowed, what they lack; whoever costs
least of those who could do it stays longer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics.allocation.problem import URGENT_ACUITY
from analytics.domain.rota import Demand, Doctor, Load, Relief

_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ward:
    doctors: Sequence[Doctor]
    theirs: Mapping[str, Sequence[Demand]]
    left: Mapping[str, float]


def relief(
    doctors: Sequence[Doctor],
    demands: Sequence[Demand],
    given: Mapping[str, str],
    loads: Iterable[Load],
) -> list[Relief]:
    """Return what would meet the demands that nobody has.

    Args:
        doctors: who is there.
        demands: all of them.
        given: patient to doctor, of those who have somebody.
        loads: of every doctor.
    """
    theirs: dict[str, list[Demand]] = {}
    for one in demands:
        if one.patient in given:
            theirs.setdefault(given[one.patient], []).append(one)
    ward = _Ward(
        doctors=doctors,
        theirs=theirs,
        left={one.doctor: max(0.0, one.minutes - one.load_minutes) for one in loads},
    )
    lacking: dict[tuple[str, ...], list[Demand]] = {}
    for one in demands:
        if one.patient not in given:
            lacking.setdefault(tuple(sorted(one.skills)), []).append(one)
    ways = [way for skills, lost in lacking.items() for way in _ways(ward, skills, lost)]
    return sorted(ways, key=lambda one: (one.cost, one.minutes))[:_MOST]


def _ways(ward: _Ward, skills: tuple[str, ...], lost: Sequence[Demand]) -> Iterable[Relief]:
    minutes = round(sum(one.whole_minutes for one in lost), 2)
    patients = [one.patient for one in lost]
    able = [one for one in ward.doctors if set(skills) <= set(one.skills)]
    later = min(
        (found for one in able if (found := _later(ward, one, minutes))),
        key=len,
        default=None,
    )
    if later is not None:
        who, *waiting = later
        yield Relief(
            kind="later",
            skills=skills,
            minutes=minutes,
            doctor=who,
            patients=patients,
            wait=waiting,
        )
    trained = _trained(ward, skills, minutes)
    if trained is not None:
        cost = round(minutes / 60 * trained.cost_per_hour, 2)
        yield Relief(
            kind="skill",
            skills=tuple(sorted(set(skills) - set(trained.skills))),
            minutes=minutes,
            doctor=trained.id,
            patients=patients,
            cost=cost,
        )
    if able:
        cheap = min(able, key=lambda one: (one.cost_per_hour, one.id))
        more = round(max(0.0, minutes - ward.left[cheap.id]), 2)
        yield Relief(
            kind="extra_time",
            skills=skills,
            minutes=more,
            doctor=cheap.id,
            patients=patients,
            cost=round(minutes / 60 * cheap.cost_per_hour, 2),
        )


def _later(ward: _Ward, doctor: Doctor, minutes: float) -> list[str] | None:
    """Return the doctor and whose routine work would have to wait; None: that is not enough."""
    routine = [
        one
        for one in ward.theirs.get(doctor.id, ())
        if one.acuity < URGENT_ACUITY and one.deadline_minutes is None and not one.must
    ]
    short = minutes - ward.left[doctor.id]
    waiting: list[str] = []
    for one in sorted(routine, key=lambda each: (each.acuity, -each.whole_minutes)):
        if short <= 0:
            break
        waiting.append(one.patient)
        short -= one.whole_minutes
    return [doctor.id, *waiting] if short <= 0 and waiting else None


def _trained(ward: _Ward, skills: tuple[str, ...], minutes: float) -> Doctor | None:
    """Return who lacks fewest of the skills and has the time; nobody becomes a doctor."""
    near = [
        one
        for one in ward.doctors
        if "doctor" not in set(skills) - set(one.skills)
        and not set(skills) <= set(one.skills)
        and ward.left[one.id] >= minutes
    ]
    return min(
        near,
        key=lambda one: (len(set(skills) - set(one.skills)), one.cost_per_hour, one.id),
        default=None,
    )
