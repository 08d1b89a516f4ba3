"""Forgetting a person who has left."""

from uuid import UUID

from fastapi import APIRouter

from analytics.domain.care import Role
from api.deps import Work, allow
from api.errors import ConflictError, NotFoundError
from api.store import keys, patients

router = APIRouter(tags=["patients"])


@router.post("/patients/{patient_id}/erase", status_code=204, dependencies=[allow(Role.ADMIN)])
async def erase(work: Work, patient_id: UUID) -> None:
    """Forget a discharged person: without their key nothing personal can be read again."""
    row = await patients.record(work.conn, patient_id, lock=True)
    if row is None:
        raise NotFoundError
    if row["state"] != "discharged":
        raise ConflictError("Discharge the patient first.")
    await keys.destroy_patient_key(work.conn, row["no"])
    await patients.forget(work.conn, row["no"])
    work.note("patient.erase", row["no"])
