"""Who gets an alert: a pure choice among the people on shift.

The patient's doctor by the plan in force, if at work; else whoever on shift holds least, doctors
before nurses. The next level is somebody else on shift; the last is the coordinator, who is no
member of the rota and therefore written as nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OnShift:
    """One doctor or nurse at work now."""

    doctor_id: UUID
    kind: str
    ward: str
    user_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class Duty:
    """The people on shift, what each holds, and the plan's pairs for the patients in question.

    Attributes:
        on_shift: everybody at work now.
        held: unclosed alerts by doctor; counted on as alerts are given out.
        planned: doctor by patient number, from the plan in force.
    """

    on_shift: Sequence[OnShift] = ()
    held: dict[UUID, int] = field(default_factory=dict)
    planned: Mapping[int, UUID] = field(default_factory=dict)

    def first(self, patient_no: int | None, ward: str) -> UUID | None:
        """Return who gets a new alert about this patient, None if nobody is on shift."""
        here = self._here(ward)
        wanted = None if patient_no is None else self.planned.get(patient_no)
        if wanted is not None and any(one.doctor_id == wanted for one in here):
            return self._give(wanted)
        return self._least(here)

    def second(self, ward: str, other_than: UUID | None) -> UUID | None:
        """Return who gets an alert that the first did not answer, None if there is no other."""
        return self._least([one for one in self._here(ward) if one.doctor_id != other_than])

    def covers(self, ward: str) -> bool:
        """Whether anybody of this ward is on shift."""
        return bool(self._here(ward))

    def user_of(self, doctor_id: UUID | None) -> UUID | None:
        """Return the account of a doctor on shift, None if there is none."""
        return next((one.user_id for one in self.on_shift if one.doctor_id == doctor_id), None)

    def _here(self, ward: str) -> list[OnShift]:
        return [one for one in self.on_shift if one.ward == ward]

    def _least(self, candidates: Sequence[OnShift]) -> UUID | None:
        if not candidates:
            return None
        chosen = min(
            candidates,
            key=lambda one: (one.kind != "doctor", self.held.get(one.doctor_id, 0), one.doctor_id),
        )
        return self._give(chosen.doctor_id)

    def _give(self, doctor_id: UUID) -> UUID:
        self.held[doctor_id] = self.held.get(doctor_id, 0) + 1
        return doctor_id
