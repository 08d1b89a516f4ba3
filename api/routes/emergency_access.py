"""Emergency access ("break glass"): a record that is not one's own, for an hour, with a reason."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from analytics.domain.care import Role
from api.errors import ForbiddenError, NotFoundError
from api.forms.paging import Page
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.store import emergency_access, patients
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["patients"])
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]


class EmergencyRequest(BaseModel):
    """Whose record, by id or external identifier, and why."""

    model_config = ConfigDict(extra="forbid")

    patient: UUID | None = None
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    reason: Reason

    @model_validator(mode="after")
    def _one(self) -> "EmergencyRequest":
        if (self.patient is None) == (self.external_id is None):
            raise ValueError("name the patient by `patient` or by `external_id`")
        return self


class EmergencyAccess(BaseModel):
    """One access: who saw whose record without a relation, and why; real time."""

    id: UUID
    patient: UUID
    by: UUID
    by_name: str
    reason: str | None
    began_at: datetime
    until: datetime
    ended_at: datetime | None
    active: bool


def _shown(row: Row, reason: str | None) -> EmergencyAccess:
    return EmergencyAccess(**{**row, "by": row["user_id"], "reason": reason})


@router.post("/emergency-access", status_code=201, dependencies=[allow(*CLINICIANS)])
async def begin(work: Work, body: EmergencyRequest) -> EmergencyAccess:
    """See the record of a patient of one's ward for an hour; the coordinator is called at once."""
    if work.caller.role is Role.ADMIN:
        raise ForbiddenError("An administrator needs none.")
    hashed = await personal_data.external_hash(work.conn, work.services.vault, body.external_id)
    minutes = work.services.settings.emergency_access_minutes
    made = await emergency_access.begin(work.conn, body.patient, hashed, minutes)
    row = await emergency_access.access(work.conn, made) if made else None
    record = await patients.record(work.conn, row["patient"]) if row else None
    if row is None or record is None:
        raise NotFoundError("No patient of this ward is known by that.")
    text = personal_data.text_of(work.services.vault, record)
    await emergency_access.set_reason(work.conn, row["id"], text.seal(body.reason) or "")
    work.note("emergency_access.begin", row["patient_no"], access=str(row["id"]), minutes=minutes)
    return _shown(row, body.reason)


@router.post("/emergency-access/{access_id}/end", status_code=204)
async def end(work: Work, access_id: UUID) -> None:
    """End an access before its hour is over: one's own, or as the coordinator."""
    row = await emergency_access.access(work.conn, access_id)
    if row is None:
        raise NotFoundError
    if row["user_id"] != work.caller.user_id and work.caller.role not in (
        Role.COORDINATOR,
        Role.ADMIN,
    ):
        raise ForbiddenError
    await emergency_access.end(work.conn, access_id)
    work.note("emergency_access.end", row["patient_no"], access=str(access_id))


@router.get(
    "/patients/{patient_id}/emergency-access", dependencies=[allow(*CLINICIANS, *COORDINATORS)]
)
async def list_accesses(
    work: Work, patient_id: UUID, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Page[EmergencyAccess]:
    """List the emergency accesses to a record, the newest first."""
    record = await patients.record(work.conn, patient_id)
    if record is None:
        raise NotFoundError
    text = personal_data.text_of(work.services.vault, record)
    rows = await emergency_access.of_patient(work.conn, record["no"], limit)
    work.note("emergency_access.list", record["no"], count=len(rows))
    return Page(items=[_shown(row, text.open(row["reason"])) for row in rows], next=None)
