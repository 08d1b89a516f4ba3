"""Care team of a patient, and the account that is the patient's own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from analytics.domain.care import Role
from api.errors import ConflictError, InvalidError, NotFoundError
from api.forms.revisions import IfMatch, Revision, agree, tag
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.store import accounts, patients, stays

router = APIRouter(tags=["patients"])


class CareTeam(BaseModel):
    """Accounts of the clinicians who care for a patient."""

    model_config = ConfigDict(extra="forbid")

    clinicians: Annotated[list[UUID], Field(max_length=100)]


class TeamChange(CareTeam):
    """The care team as it is to be; ``revision`` is the patient's."""

    revision: Revision = None


class PatientAccount(BaseModel):
    """A patient's own account."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID


async def _patient(work: UnitOfWork, patient_id: UUID) -> tuple[int, str]:
    found = await patients.number_and_ward(work.conn, patient_id)
    if found is None:
        raise NotFoundError
    return found


@router.put("/patients/{patient_id}/care-team", dependencies=[allow(*COORDINATORS)])
async def set_care_team(
    work: Work, patient_id: UUID, body: TeamChange, named: IfMatch, response: Response
) -> CareTeam:
    """Make the care team be these clinicians and no others."""
    patient_no, ward = await _patient(work, patient_id)
    agree(await patients.hold(work.conn, patient_no), named, body.revision)
    if not await patients.staying(work.conn, patient_no):
        raise ConflictError("The patient is discharged: a new stay begins with no care team.")
    known = await accounts.clinicians_among(work.conn, body.clinicians, ward)
    for position, user_id in enumerate(body.clinicians):
        if user_id not in known:
            wrong = "is no active doctor or nurse of the patient's ward"
            raise InvalidError(f"clinicians.{position}", wrong)
    await patients.set_care_team(work.conn, patient_no, body.clinicians)
    tag(response, await patients.touch(work.conn, patient_no))
    work.note("care_team.set", patient_no, clinicians=[str(one) for one in body.clinicians])
    return CareTeam(clinicians=await patients.care_team(work.conn, patient_no))


@router.put("/patients/{patient_id}/account", dependencies=[allow(*COORDINATORS)])
async def link_account(work: Work, patient_id: UUID, body: PatientAccount) -> PatientAccount:
    """Link a registered patient's own account to the record, so that they see it."""
    patient_no, ward = await _patient(work, patient_id)
    account = await accounts.user(work.conn, body.user_id)
    elsewhere = account is not None and account["ward"] != ward
    if account is None or (elsewhere and work.caller.role is not Role.ADMIN):
        raise InvalidError("user_id", "is no account of this ward")
    if not await accounts.link_patient(work.conn, body.user_id, patient_no, ward):
        raise ConflictError("This account is not a patient's, or belongs to another patient.")
    work.note("account.link", patient_no, user=str(body.user_id))
    return body


@router.delete(
    "/patients/{patient_id}/account/{user_id}",
    status_code=204,
    dependencies=[allow(*COORDINATORS)],
)
async def unlink_account(work: Work, patient_id: UUID, user_id: UUID) -> None:
    """Take the record away from an account, and end its sessions; it waits to be linked again."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None or not await stays.unlink_patient(work.conn, user_id, patient_no):
        raise NotFoundError
    await accounts.revoke_sessions(work.conn, user_id)
    work.note("account.unlink", patient_no, user=str(user_id))
