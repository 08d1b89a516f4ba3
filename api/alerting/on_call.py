"""Choice of the person on call for an alert; pure.

The patient's doctor or nurse by the plan in force, if at work; else whoever on shift holds least,
doctors before nurses, those with an account first. Where the ward's rungs want a doctor or a nurse
first (an emergency a doctor, unless the ward says otherwise), one of that kind gets it while one is
on shift, whoever has the patient by the plan. The next level is somebody else on shift; above them
stand the coordinators and the out-of-hours contact, who are no members of the rota.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

DOCTOR = "doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnShift:
    """One doctor or nurse at work now."""

    doctor_id: UUID
    kind: str
    ward: str
    name: str = ""
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

    def first(
        self,
        patient_no: int | None,
        ward: str,
        *,
        kind: str | None = None,
        keep: UUID | None = None,
    ) -> UUID | None:
        """Return who gets an alert about this patient, None if nobody is on shift.

        Args:
            patient_no: the patient; None: about the ward.
            ward: the alert's ward.
            kind: for a doctor or a nurse, if one is on shift; None: for either.
            keep: who has the alert, and keeps it where the plan names nobody who may have it.
        """
        fit = self._fit(ward, kind)
        for wanted in (self.plan_of(patient_no), keep):
            if wanted is not None and any(one.doctor_id == wanted for one in fit):
                return wanted if wanted == keep else self._give(wanted)
        return self._least(fit)

    def second(
        self,
        ward: str,
        other_than: UUID | None,
        kind: str | None = None,
        person: str = "",
    ) -> UUID | None:
        """Return who gets an alert that the first did not answer, None if there is no other.

        Args:
            ward: the alert's ward.
            other_than: who has had it.
            kind: of whom the ward wants there; None: a doctor or a nurse.
            person: id of whom the ward has named for it, who has it while at work.
        """
        others = [one for one in self._here(ward) if one.doctor_id != other_than]
        named = next((one for one in others if str(one.doctor_id) == person), None)
        if named is not None:
            return self._give(named.doctor_id)
        return self._least([one for one in others if kind in (None, one.kind)])

    def plan_of(self, patient_no: int | None) -> UUID | None:
        """Return whose the patient is by the plan in force."""
        return None if patient_no is None else self.planned.get(patient_no)

    def covers(self, ward: str) -> bool:
        """Whether anybody of this ward is on shift."""
        return bool(self._here(ward))

    def there(self, doctor_id: UUID | None) -> bool:
        """Whether this doctor or nurse is at work."""
        return any(one.doctor_id == doctor_id for one in self.on_shift)

    def works_in(self, doctor_id: UUID | None, ward: str) -> bool:
        """Whether this doctor or nurse is at work in this ward."""
        return any(one.doctor_id == doctor_id for one in self._here(ward))

    def suits(self, doctor_id: UUID | None, ward: str, kind: str | None) -> bool:
        """Whether an alert may be for this doctor or nurse: at work, and of the kind it needs."""
        if not self.there(doctor_id):
            return False
        wanted = kind is not None and any(one.kind == kind for one in self._here(ward))
        return not wanted or any(
            one.doctor_id == doctor_id and one.kind == kind for one in self.on_shift
        )

    def user_of(self, doctor_id: UUID | None) -> UUID | None:
        """Return the account of a doctor on shift, None if there is none."""
        return next((one.user_id for one in self.on_shift if one.doctor_id == doctor_id), None)

    def person_of(self, user_id: UUID | None) -> UUID | None:
        """Return the doctor or nurse on shift behind an account, None if there is none."""
        if user_id is None:
            return None
        return next((one.doctor_id for one in self.on_shift if one.user_id == user_id), None)

    def _here(self, ward: str) -> list[OnShift]:
        return [one for one in self.on_shift if one.ward == ward]

    def _fit(self, ward: str, kind: str | None) -> list[OnShift]:
        here = self._here(ward)
        return [one for one in here if one.kind == kind] or here

    def _least(self, candidates: Sequence[OnShift]) -> UUID | None:
        if not candidates:
            return None
        chosen = min(
            candidates,
            key=lambda one: (
                one.kind != DOCTOR,
                one.user_id is None,
                self.held.get(one.doctor_id, 0),
                one.doctor_id,
            ),
        )
        return self._give(chosen.doctor_id)

    def _give(self, doctor_id: UUID) -> UUID:
        self.held[doctor_id] = self.held.get(doctor_id, 0) + 1
        return doctor_id
