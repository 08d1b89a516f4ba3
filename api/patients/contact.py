"""Whom somebody may write to: a patient's record with what seals words about them."""

from typing import NamedTuple
from uuid import UUID

from api.errors import ConflictError, NotFoundError
from api.http.deps import UnitOfWork
from api.store import chart_points, patients
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
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    return Correspondent(row, personal_data.text_of(work.services.vault, row))


async def oneself(work: UnitOfWork) -> Correspondent:
    """Return the patient who asks.

    Raises:
        NotFoundError: the account is linked to no record.
    """
    number = work.caller.patient_no
    patient = None if number is None else await chart_points.patient_id(work.conn, number)
    if patient is None:
        raise NotFoundError
    return await correspondent(work, patient)
