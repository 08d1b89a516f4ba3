"""Readings entered by people: by the staff for a patient, by a patient for themselves."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.forms.entries import DoubtTold, EntryForm
from api.http.deps import CLINICIANS, Shared, Signed, acting, allow
from api.patients.entering import Entry, IdempotencyKey, entry_key, folded, take
from api.services import Services

router = APIRouter(tags=["readings"])


class EntryAnswer(BaseModel):
    """The entry.

    Attributes:
        folded: whether it is scored already.
        doubtful: values that were kept as questionable.
    """

    id: str
    folded: bool
    doubtful: list[DoubtTold] = []


@router.post(
    "/patients/{patient_id}/observations",
    status_code=201,
    dependencies=[allow(*CLINICIANS, Role.COORDINATOR)],
)
async def enter(
    patient_id: UUID, body: EntryForm, caller: Signed, services: Shared, named: IdempotencyKey
) -> EntryAnswer:
    """Enter readings of a patient in one's own name."""
    return await _enter(patient_id, body, caller, services, named)


@router.post("/me/observations", status_code=201, dependencies=[allow(Role.PATIENT)])
async def enter_own(
    body: EntryForm, caller: Signed, services: Shared, named: IdempotencyKey
) -> EntryAnswer:
    """Enter one's own readings; the checks are the staff's, the provenance is the patient."""
    return await _enter(None, body, caller, services, named)


async def _enter(
    patient_id: UUID | None,
    body: EntryForm,
    caller: Caller,
    services: Services,
    named: str | None,
) -> EntryAnswer:
    """Take an entry for a patient; None is the caller's own."""
    key = entry_key("person", caller.user_id, named) if named else None
    async with acting(services, caller) as work:
        taken = await take(work, Entry(patient=patient_id, form=body, key=key))
    scored = await folded(services, caller, taken.entry_id)
    return EntryAnswer(id=str(taken.entry_id), folded=scored, doubtful=taken.doubtful)
