"""skeleton"""

from typing import Self

from msgspec import Struct

from analytics import risk
from analytics.assessment import Assessment, assessment_json
from analytics.domain.alerts import Finding
from analytics.domain.care import CarePlan
from analytics.policy import DEFAULT, Policy
from analytics.readings import Reading, Sample

__all__ = ["Assessment", "Outcome", "PatientLane", "Reading", "Sample", "assessment_json"]


class Outcome(Struct, frozen=True, gc=False):
    """What one reading led to.

    Attributes:
        assessment: None if nothing new was scored.
        findings: in event order, for the outbox.
        examples: matured risk examples, for the population model.
        changed: whether the lane's state changed (else no snapshot is due).
    """

    assessment: Assessment | None
    findings: list[Finding]
    examples: list[risk.Example]
    changed: bool


class PatientLane:
    """The fold of one patient's readings."""

    def __init__(self, policy: Policy = DEFAULT) -> None:
        raise NotImplementedError

    def fold(
        self,
        reading: Reading,
        plan: CarePlan,
        population: risk.PopulationModel,
        in_episode: bool,  # noqa: FBT001
    ) -> Outcome:
        raise NotImplementedError

    def outcome(self, at_ms: int, *, deteriorated: bool) -> list[risk.Example]:
        """A clinician's outcome labels the pending examples whose horizon covers ``at_ms``."""
        raise NotImplementedError

    def snapshot(self) -> bytes:
        raise NotImplementedError

    @classmethod
    def restore(cls, data: bytes, policy: Policy = DEFAULT) -> Self:
        raise NotImplementedError
