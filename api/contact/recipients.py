"""Choice of who is told that a patient has written or asks for a call; pure.

Whoever has the patient by the plan in force, if at work; else those of the care team who are; else
the ward's nurses who are; else the coordinators. What has waited too long is the coordinators'.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from api.store.types import Row

NURSE = "nurse"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleThere:
    """Who is there to be told.

    Attributes:
        on_shift: people at work: ``id``, ``kind``, ``ward``, ``user_id``.
        planned: doctor or nurse by patient number, by the plan in force.
        teams: accounts of the care team by patient number.
        own: accounts of the patients themselves, by number.
        coordinators: accounts that coordinate: ``id``, ``role``, ``ward``.
    """

    on_shift: Sequence[Row] = ()
    planned: Mapping[int, UUID] = field(default_factory=dict)
    teams: Mapping[int, Collection[UUID]] = field(default_factory=dict)
    own: Mapping[int, Collection[UUID]] = field(default_factory=dict)
    coordinators: Sequence[Row] = ()

    def recipients_of(self, row: Row) -> list[UUID]:
        """Return the accounts that are told of a row of ``api.store.contact.untold``."""
        patient = row["patient_no"]
        if not row["by_patient"]:
            return sorted(self.own.get(patient, ()))
        if row["overdue"]:
            return self._above(row["ward"])
        return self._at_work(patient, row["ward"]) or self._above(row["ward"])

    def of_consultation(self, row: Row) -> list[UUID]:
        """Return the accounts that are told of a row of ``api.store.contact.news``.

        Both sides but who did it; that the patient waits, the doctor alone.
        """
        both = set() if row["what"] == "waiting" else set(self.own.get(row["patient_no"], ()))
        if row["doctor"] is not None:
            both.add(row["doctor"])
        return sorted(both - {row["by"]})

    def _at_work(self, patient: int, ward: str) -> list[UUID]:
        here = [one for one in self.on_shift if one["ward"] == ward and one["user_id"] is not None]
        wanted = self.planned.get(patient)
        team = self.teams.get(patient, ())
        for chosen in (
            [one for one in here if one["id"] == wanted],
            [one for one in here if one["user_id"] in team],
            [one for one in here if one["kind"] == NURSE],
        ):
            if chosen:
                return sorted({one["user_id"] for one in chosen})
        return []

    def _above(self, ward: str) -> list[UUID]:
        own = [o["id"] for o in self.coordinators if o["role"] != "admin" and o["ward"] == ward]
        return own or [one["id"] for one in self.coordinators if one["role"] == "admin"]
