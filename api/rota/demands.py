"""Demand of each patient in minutes, and the minutes that people on shift have; pure.

The acuity is the worse of NEWS2's lower bound and of what open alerts say, so that a patient whose
score is not known yet is not taken for well.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from analytics.allocation.allocate import Demand, Doctor
from api.rota.expected import NOTHING_EXPECTED, PatientOutlook
from api.rota.settings import RotaSettings

EMERGENCY, URGENT, REVIEW = 7, 5, 1
DOCTOR = "doctor"
_BY_ALERT = {0: 0, 1: REVIEW, 2: URGENT, 3: EMERGENCY}
_MAX_ACUITY = 20
_BREAK_FROM = timedelta(hours=6)
"""A break is due in a working day longer than six hours (2003/88/EC, art. 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedCall:
    """A consultation that is booked: with whom, from when until when."""

    doctor: UUID
    start: datetime
    end: datetime

    def minutes_from(self, now: datetime) -> float:
        """Return what of it is still to come."""
        return max(0.0, (self.end - max(self.start, now)) / timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSeen:
    """One watched patient.

    Attributes:
        news2_low: lower bound of the newest score; None if there is none.
        risk: the model's probability, if there is one.
        worst: worst priority of an open clinical alert: 0 none, 1 low, 2 medium, 3 high.
        conditions: the conditions of those alerts.
        doctor: who has the patient by the plan in force.
        pinned: whether a coordinator said so.
        holder: who holds the patient's gravest open alert.
        seen_by: who has acknowledged an alert of theirs a moment ago and is with them.
        team: the doctors and nurses of their care team.
        language: in which they are best spoken with (ISO 639-1).
        outlook: what they are expected to ask in the coming hours.
        booked: consultations that are booked in the coming hours, in order.
    """

    no: int
    id: UUID
    ward: str
    news2_low: int | None = None
    risk: float | None = None
    worst: int = 0
    conditions: Sequence[str] = ()
    doctor: UUID | None = None
    pinned: bool = False
    holder: UUID | None = None
    seen_by: UUID | None = None
    team: Sequence[UUID] = ()
    language: str | None = None
    outlook: PatientOutlook = NOTHING_EXPECTED
    booked: Sequence[BookedCall] = ()

    @property
    def in_consultation(self) -> bool:
        """Whether whoever has the patient is with them right now: they are not moved then."""
        return self.doctor is not None and self.seen_by == self.doctor

    def calls_within(self, now: datetime, settings: RotaSettings) -> list[BookedCall]:
        """Return the consultations that begin within the horizon of a plan."""
        until = now + timedelta(minutes=settings.horizon_minutes)
        return [one for one in self.booked if one.start < until and one.end > now]

    def called_by(self, present: Collection[UUID], now: datetime, settings: RotaSettings) -> Self:
        """Return the patient as theirs who has a consultation with them within the horizon.

        Whoever meets them has them in these hours; what a coordinator has fixed stays.
        """
        theirs = [one.doctor for one in self.calls_within(now, settings) if one.doctor in present]
        if self.pinned or not theirs:
            return self
        return replace(self, doctor=theirs[0], pinned=True)

    def now_with(self, present: Collection[UUID]) -> "PatientSeen":
        """Return the patient with whom they are: who holds their alert, if the plan's has gone.

        So the patient does not change hands twice in one change of shift.
        """
        if self.pinned or self.doctor in present or self.holder not in present:
            return self
        return replace(self, doctor=self.holder)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaWorker:
    """One doctor or nurse on shift, from ``since`` (None: nobody knows) until ``until``."""

    id: UUID
    kind: str
    ward: str
    until: datetime
    skills: Sequence[str] = field(default=())
    cost_per_hour: float = 0.0
    max_patients: int | None = None
    since: datetime | None = None

    def break_span(self, settings: RotaSettings) -> tuple[datetime, datetime] | None:
        """Return the break in the middle of a long shift; None: the shift has none."""
        if self.since is None or self.until - self.since <= _BREAK_FROM:
            return None
        middle = self.since + (self.until - self.since) / 2
        return middle, middle + timedelta(minutes=settings.break_minutes)

    def break_minutes(self, now: datetime, settings: RotaSettings) -> float:
        """Return the break that is still to come within the horizon."""
        rest = self.break_span(settings)
        soon = timedelta(minutes=settings.horizon_minutes)
        return settings.break_minutes if rest and now <= rest[0] < now + soon else 0.0


def acuity(patient: PatientSeen, settings: RotaSettings) -> int:
    """Return the patient's acuity on the scale of NEWS2 (0 to 20)."""
    score = patient.news2_low or 0
    risky = REVIEW if (patient.risk or 0.0) >= settings.risk_acuity else 0
    return min(_MAX_ACUITY, max(score, _BY_ALERT[patient.worst], risky))


def demand(patient: PatientSeen, settings: RotaSettings, now: datetime | None = None) -> Demand:
    """Return what one patient asks for: minutes, deadline and skills by acuity.

    Args:
        patient: who.
        settings: the site's.
        now: from when on booked consultations count as demand; None: they are counted elsewhere.
    """
    level = acuity(patient, settings)
    minutes, deadline = _work(level, patient, settings)
    skills = {
        settings.skill_by_condition[one]
        for one in patient.conditions
        if one in settings.skill_by_condition
    }
    if settings.urgent_needs_doctor and level >= URGENT:
        skills.add(DOCTOR)
    booked = [] if now is None else patient.calls_within(now, settings)
    if booked and now is not None:
        minutes += sum(one.minutes_from(now) for one in booked)
        first = (booked[0].end - now) / timedelta(minutes=1)
        deadline = first if deadline is None else min(deadline, first)
        skills.add(DOCTOR)
    return Demand(
        patient=str(patient.id),
        minutes=minutes,
        acuity=level,
        skills=tuple(sorted(skills)),
        current_doctor=str(patient.doctor) if patient.doctor else None,
        deadline_minutes=deadline,
        must=level >= EMERGENCY,
        later_minutes=patient.outlook.minutes_within(settings.horizon_minutes, settings),
    )


def _work(level: int, patient: PatientSeen, settings: RotaSettings) -> tuple[float, float | None]:
    if level >= EMERGENCY:
        return settings.emergency_minutes, settings.emergency_deadline
    if level >= URGENT:
        return settings.urgent_minutes, settings.urgent_deadline
    risky = (patient.risk or 0.0) >= settings.risk_acuity
    if patient.worst or risky:
        return settings.review_minutes, settings.review_deadline
    return settings.routine_minutes, None


def urgency(asked: Demand) -> int:
    """Return the class of a demand: 3 emergency, 2 urgent, 1 review, 0 routine."""
    if asked.must:
        return 3
    if asked.acuity >= URGENT:
        return 2
    return int(asked.deadline_minutes is not None)


def worker(person: RotaWorker, now: datetime, settings: RotaSettings) -> Doctor:
    """Return a person on shift as the solver sees them: minutes left, within the horizon.

    A break that is still to come is nobody's time.

    What is not planned of them is the reserve for emergencies.
    """
    left = min((person.until - now).total_seconds() / 60, settings.horizon_minutes)
    left = max(0.0, left - person.break_minutes(now, settings))
    minutes = round(left * settings.working_share, 2)
    return Doctor(
        id=str(person.id),
        minutes=minutes,
        reserve_minutes=round(max(0.0, left - minutes), 2),
        cost_per_hour=person.cost_per_hour,
        skills=tuple(sorted({*person.skills, person.kind})),
        max_patients=settings.most_per_doctor
        if person.max_patients is None
        else person.max_patients,
    )


def pins(patients: Sequence[PatientSeen]) -> Mapping[str, str]:
    """Return patient to doctor, for those whom a coordinator has fixed or a consultation holds."""
    return {
        str(p.id): str(p.doctor)
        for p in patients
        if p.doctor is not None and (p.pinned or p.in_consultation)
    }
