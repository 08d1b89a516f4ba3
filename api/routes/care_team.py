"""Who cares for a patient, and which account is the patient's own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import COORDINATORS, Work, allow
from api.errors import ConflictError, InvalidError, NotFoundError
from api.revisions import IfMatch, Revision, agree, tag
from api.store import patients, people

router = APIRouter(tags=["patients"])


class CareTeam(BaseModel):
    """Accounts of the clinicians who care for a patient."""

    model_config = ConfigDict(extra="forbid")

    clinicians: Annotated[list[UUID], Field(max_length=100)]


class TeamChange(CareTeam):
    """The care team as it is to be; ``revision`` is the patient's."""

    revision: Revision = None


class Account(BaseModel):
    """A patient's own account."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID


@router.put("/patients/{patient_id}/care-team", dependencies=[allow(*COORDINATORS)])
async def set_care_team(
    work: Work, patient_id: UUID, body: TeamChange, named: IfMatch, response: Response
) -> CareTeam:
    """Make the care team be these clinicians and no others."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    agree(await patients.hold(work.conn, patient_no), named, body.revision)
    known = await people.clinicians_among(work.conn, body.clinicians)
    for position, user_id in enumerate(body.clinicians):
        if user_id not in known:
            raise InvalidError(f"clinicians.{position}", "is no active doctor or nurse")
    await patients.set_care_team(work.conn, patient_no, body.clinicians)
    tag(response, await patients.touch(work.conn, patient_no))
    work.note("care_team.set", patient_no, clinicians=[str(one) for one in body.clinicians])
    return CareTeam(clinicians=await patients.care_team(work.conn, patient_no))


@router.put("/patients/{patient_id}/account", dependencies=[allow(*COORDINATORS)])
async def link_account(work: Work, patient_id: UUID, body: Account) -> Account:
    """Link a registered patient's own account to the record, so that they see it."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    if await people.user(work.conn, body.user_id) is None:
        raise InvalidError("user_id", "is no account")
    if not await people.link_patient(work.conn, body.user_id, patient_no):
        raise ConflictError("This account is not a patient's, or belongs to another patient.")
    work.note("account.link", patient_no, user=str(body.user_id))
    return body
