"""Whom somebody may write to: a patient's record with what seals words about them."""

from typing import NamedTuple
from uuid import UUID

from api.errors import ConflictError
from api.http.deps import UnitOfWork
from api.patients.record_access import own_record, record_of
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText

_NOT_WATCHED = "The ward does not care for this person now: call the ward."


class Correspondent(NamedTuple):
    """A patient whom the caller may see: the record, and what seals and opens their words."""

    row: Row
    text: PatientText

    def demand_care(self) -> None:
        """Refuse words that nobody would read.

        Raises:
            ConflictError: the person is discharged, or was erased.
        """
        if self.row["state"] == "discharged" or self.text.key is None:
            raise ConflictError(_NOT_WATCHED)


async def correspondent(work: UnitOfWork, patient_id: UUID) -> Correspondent:
    """Return a patient whom the caller may see.

    Raises:
        NotFoundError: there is none.
    """
    return _of(work, await record_of(work, patient_id))


async def oneself(work: UnitOfWork) -> Correspondent:
    """Return the patient who asks.

    Raises:
        NotFoundError: the account is linked to no record.
    """
    return _of(work, await own_record(work))


def _of(work: UnitOfWork, row: Row) -> Correspondent:
    return Correspondent(row, personal_data.text_of(work.services.vault, row))
