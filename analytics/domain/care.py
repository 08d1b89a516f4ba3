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


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """What was set for one patient by a named clinician, read with every batch.

    Attributes:
        spo2_scale: NEWS2 oxygen scale, 1 or 2 (2 only on a competent clinician's decision).
        limits: the patient's own limits; a metric absent here has the ward's defaults.
        paused: True while the patient is not watched (readings are kept, nothing is raised).
        revision: grows with each change, stored with each decision that used it.
    """

    spo2_scale: int = 1
    limits: dict[Metric, Limit] = field(default_factory=dict)
    paused: bool = False
    revision: int = 0
