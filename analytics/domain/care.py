"""People and arrangements of care: what a decision must know of a patient besides readings."""

from dataclasses import dataclass, field
from enum import StrEnum

from analytics.domain.vitals import Metric


class Role(StrEnum):
    """Roles of the people who sign in."""

    PATIENT = "patient"
    DOCTOR = "doctor"
    NURSE = "nurse"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    AUDITOR = "auditor"


class PatientState(StrEnum):
    """Whether a patient is being watched."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A person's own limit for one metric, in its unit; None means no limit on that side."""

    low: float | None = None
    high: float | None = None


class Unscored(StrEnum):
    """Why NEWS2 does not apply to somebody (Royal College of Physicians, 2017)."""

    UNDER_16 = "under_16"
    PREGNANT = "pregnant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What must be known of a person to say which rules apply to them; times in ms since 1970.

    Attributes:
        adult_from_ms: from when they are 16 by their own calendar; any time past says no more
            than that they are; None: the birth date is not known, they are taken for an adult.
        pregnant_ms: from when, and until when (excluded) a pregnancy lasts; None is no end.
        diabetes: whether they have it; None: nobody has said, they are judged as if they had.
        zone: IANA zone in which they live: whose nights are theirs.
    """

    adult_from_ms: int | None = None
    pregnant_ms: tuple[int, int | None] | None = None
    diabetes: bool | None = None
    zone: str = "UTC"

    @property
    def adult_assumed(self) -> bool:
        """Whether nobody knows the age."""
        return self.adult_from_ms is None

    def child_at(self, at_ms: int) -> bool:
        """Whether the person is under 16 at a time."""
        return self.adult_from_ms is not None and at_ms < self.adult_from_ms

    def pregnant_at(self, at_ms: int) -> bool:
        """Whether the person is pregnant at a time."""
        if self.pregnant_ms is None:
            return False
        start, end = self.pregnant_ms
        return start <= at_ms and (end is None or at_ms < end)

    def unscored_at(self, at_ms: int) -> Unscored | None:
        """Return why NEWS2 does not apply at a time; None where it does."""
        if self.adult_from_ms is not None and self.child_at(at_ms):
            return Unscored.UNDER_16
        pregnant = self.pregnant_ms is not None and self.pregnant_at(at_ms)
        return Unscored.PREGNANT if pregnant else None


TAKEN_FOR_ADULT = Scoring()
"""Of whom nothing is known."""


def scoring_of(stored: object) -> Scoring:
    """Return what was stored with a care plan; nothing readable is: nobody knows.

    Args:
        stored: ``{"adult_from_ms": int or null, "pregnant_ms": [from, until or null] or null,
            "diabetes": true, false or null, "zone": text}``; other members are for people.
    """
    if not isinstance(stored, dict):
        return TAKEN_FOR_ADULT
    adult, pregnant = stored.get("adult_from_ms"), stored.get("pregnant_ms")
    return Scoring(
        adult_from_ms=None if adult is None else int(adult),
        pregnant_ms=None if pregnant is None else (int(pregnant[0]), pregnant[1]),
        diabetes=stored.get("diabetes"),
        zone=str(stored.get("zone") or "UTC"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """What was set for one patient by a named clinician, read with every batch.

    Attributes:
        spo2_scale: NEWS2 oxygen scale, 1 or 2 (2 only on a competent clinician's decision).
        limits: the patient's own limits; a metric absent here has the ward's defaults.
        left: of those metrics, whether the lower and the upper side were left to the ward, whose
            limit may depend on the age.
        paused: True while the patient is not watched (readings are kept, nothing is raised).
        revision: grows with each change, stored with each decision that used it.
        scoring: whether NEWS2 applies, and from when; whether the person has diabetes.
    """

    spo2_scale: int = 1
    limits: dict[Metric, Limit] = field(default_factory=dict)
    left: dict[Metric, tuple[bool, bool]] = field(default_factory=dict)
    paused: bool = False
    revision: int = 0
    scoring: Scoring = TAKEN_FOR_ADULT
