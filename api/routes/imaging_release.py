"""Which studies a patient sees of themselves: those that a doctor has released."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StrictBool

from analytics.domain.care import Role
from api.errors import NotFoundError
from api.http.deps import Work, allow
from api.imaging.access import StudyUid, study_of
from api.patients.record_access import record_of
from api.store import imaging

router = APIRouter(tags=["imaging"], dependencies=[allow(Role.DOCTOR)])


class StudyRelease(BaseModel):
    """Whether the patient sees a study."""

    model_config = ConfigDict(extra="forbid")

    released: StrictBool


class ReleasedStudy(BaseModel):
    """A study, and since when its patient sees it."""

    uid: str
    released_at: datetime | None


@router.put("/patients/{patient_id}/imaging/studies/{study_uid}/release")
async def release(
    work: Work, patient_id: UUID, study_uid: StudyUid, body: StudyRelease
) -> ReleasedStudy:
    """Let the patient see a study and its reports, or no more; a repeat changes nothing."""
    row = await record_of(work, patient_id)
    study = await study_of(work, row["no"], study_uid)
    if (study["released_at"] is not None) == body.released:
        return ReleasedStudy(uid=study_uid, released_at=study["released_at"])
    at = work.now if body.released else None
    done = await imaging.release(work.conn, row["no"], study_uid, by=work.caller.user_id, at=at)
    if not done:
        raise NotFoundError
    work.note("imaging.release", row["no"], study=study_uid, released=body.released)
    return ReleasedStudy(uid=study_uid, released_at=at)
