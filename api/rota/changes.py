"""Differences between two plans, patient by patient, with their causes; pure.

The reason is found in what is known: whoever had the patient is not at work, a coordinator fixed
the patient, they ask for what the person before is not, they need more time than before; else they
make room for somebody who came or got worse, and failing that the loads are evened out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.allocation.allocate import Demand, Doctor, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How things stood by the plan before, in one ward.

    Attributes:
        doctor: patient to doctor.
        minutes: patient to the minutes that were asked.
        gone: doctor to why they are not at work: ``absent: ill``, ``the shift has ended``.
    """

    doctor: Mapping[str, str] = field(default_factory=dict)
    minutes: Mapping[str, float] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)


def moved(had: Mapping[str, str], plan: Plan) -> int:
    """Return how many are with somebody else than before; who had nobody is not moved."""
    return sum(had.get(one.patient, one.doctor) != one.doctor for one in plan.assignments)


def changes(
    before: Before,
    doctors: Sequence[Doctor],
    demands: Sequence[Demand],
    pinned: Mapping[str, str],
    plan: Plan,
) -> list[dict[str, Any]]:
    """Return whose patient is not whose they were: ``patient``, ``from``, ``to``, ``reason``.

    ``reason`` has a ``code`` and what belongs to it: ``doctor``, ``detail``, ``skill``, ``for``.
    """
    there = {one.id: one for one in doctors}
    given = {one.patient: one.doctor for one in plan.assignments}
    lost = {one.patient: one.reason for one in plan.unmet}
    told = []
    for demand in demands:
        was, now = before.doctor.get(demand.patient), given.get(demand.patient)
        if was == now:
            continue
        case = _ChangeCase(demand=demand, was=was, now=now, before=before, there=there)
        if now is None:
            reason = {"code": "unmet", "detail": lost.get(demand.patient, "no_time")}
        elif pinned.get(demand.patient) == now:
            reason = {"code": "pinned"}
        else:
            reason = case.reason() or _room(case, demands, given) or case.gain()
        told.append({"patient": demand.patient, "from": was, "to": now, "reason": reason})
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChangeCase:
    demand: Demand
    was: str | None
    now: str | None
    before: Before
    there: Mapping[str, Doctor]

    @property
    def grown(self) -> bool:
        """Whether the patient needs more time than before."""
        then = self.before.minutes.get(self.demand.patient)
        return then is not None and self.demand.minutes > then

    def reason(self) -> dict[str, Any] | None:
        """Return the reason that lies in the patient or in who had them; None: in neither."""
        if self.was is None:
            return {"code": "new"}
        if self.was not in self.there:
            why = self.before.gone.get(self.was, "is not at work")
            return {"code": "gone", "doctor": self.was, "detail": why}
        lacking = set(self.demand.skills) - set(self.there[self.was].skills)
        if lacking:
            return {"code": "skill", "doctor": self.was, "skill": min(lacking)}
        return {"code": "worse"} if self.grown else None

    def gain(self) -> dict[str, Any]:
        """Return what the change is good for where nothing asks for it."""
        if self.was and self.now:
            was, now = self.there[self.was], self.there[self.now]
            if now.cost_per_hour < was.cost_per_hour:
                return {"code": "cheaper", "doctor": self.now}
        return {"code": "balance"}


def _room(
    case: _ChangeCase, demands: Sequence[Demand], given: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return for whom room is made with the person before: who came to them or needs more."""
    for other in demands:
        if given.get(other.patient) != case.was:
            continue
        came = case.before.doctor.get(other.patient) != case.was
        then = case.before.minutes.get(other.patient)
        if came or (then is not None and other.minutes > then):
            return {"code": "room", "doctor": case.was, "for": other.patient}
    return None


_WORDS = {
    "new": "they had nobody",
    "pinned": "a coordinator fixed it",
    "worse": "they need more time than before",
    "balance": "the work is shared more evenly so",
}
_UNMET = {
    "nobody": "nobody is at work",
    "no_doctor": "no doctor is at work",
    "no_skill": "nobody at work has the skills",
    "no_time": "nobody at work has the time",
    "max_patients": "everybody at work is full",
}


def because(
    reason: Mapping[str, Any], doctors: Mapping[str, str], patients: Mapping[str, str | None]
) -> str:
    """Return the reason in words.

    Args:
        reason: as it is kept.
        doctors: names by id.
        patients: names by id, as far as they may be told.
    """
    who = doctors.get(str(reason.get("doctor")), "whoever had them")
    code = reason["code"]
    if code == "gone":
        return f"{who} {reason['detail']}"
    if code == "skill":
        return f"they need {reason['skill']}, which {who} is not"
    if code == "cheaper":
        return f"an hour of {who} costs less"
    if code == "room":
        other = patients.get(str(reason.get("for"))) or "another patient"
        return f"{who} needs the time for {other}"
    if code == "unmet":
        return _UNMET.get(str(reason.get("detail")), str(reason.get("detail")))
    return _WORDS.get(code, str(code))
