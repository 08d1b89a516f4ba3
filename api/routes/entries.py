"""Readings entered by people: by the staff for a patient, by a patient for themselves.

They go into the patient's lane, where the gateway scores them in order like any frame; the answer
waits a moment for that, so that who enters a reading sees it at once.
"""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.domain.care import Role
from api.errors import ConflictError, NotFoundError
from api.forms.entries import DoubtTold, EntryForm, checked, payload_of
from api.http.deps import CLINICIANS, Shared, Signed, acting, allow
from api.services import Services
from api.store import chart_points, patients, readings

router = APIRouter(tags=["readings"])
_WAIT_S = 2.0
_STEP_S = 0.04


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
async def enter(patient_id: UUID, body: EntryForm, caller: Signed, services: Shared) -> EntryAnswer:
    """Enter readings of a patient in one's own name."""
    return await _enter(patient_id, body, caller, services)


@router.post("/me/observations", status_code=201, dependencies=[allow(Role.PATIENT)])
async def enter_own(body: EntryForm, caller: Signed, services: Shared) -> EntryAnswer:
    """Enter one's own readings; the checks are the staff's, the provenance is the patient."""
    return await _enter(None, body, caller, services)


async def _enter(
    patient_id: UUID | None, body: EntryForm, caller: Signed, services: Services
) -> EntryAnswer:
    """Take an entry for a patient; None is the caller's own."""
    async with acting(services, caller) as work:
        if patient_id is None and caller.patient_no is not None:
            patient_id = await chart_points.patient_id(work.conn, caller.patient_no)
        row = patient_id and await patients.record(work.conn, patient_id)
        if not row:
            raise NotFoundError
        if row["state"] == "discharged":
            raise ConflictError("This patient is discharged.")
        doubtful = checked(body, work.now)
        entry_id = await readings.add_entry(
            work.conn, row, payload_of(body), caller.user_id, work.now
        )
        work.note("observations.enter", row["no"], entry=entry_id, samples=len(body.samples))
    folded = await _wait(services, caller, entry_id)
    return EntryAnswer(id=str(entry_id), folded=folded, doubtful=doubtful)


async def _wait(services: Services, caller: Signed, entry_id: int) -> bool:
    """Wait until the gateway has folded the entry; give up after 2 s, it will be later then."""
    deadline = asyncio.get_running_loop().time() + _WAIT_S
    while True:
        async with acting(services, caller) as work:
            if await readings.folded(work.conn, entry_id):
                return True
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_STEP_S)
