"""DICOMweb over a patient's studies: search (QIDO-RS) and retrieval (WADO-RS).

The archive is asked in the name of who may see the patient, and each series that is opened stands
in the access log; the archive itself is reached by nobody else.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.errors import NotFoundError
from api.http.deps import Shared, Signed, Work, acting
from api.imaging.access import StudyUid, archive_of, study_of
from api.imaging.dicomweb import address_of, search_words
from api.imaging.passing import ANSWERS, begins_look, passed_on, told
from api.patients.record_access import record_of
from api.store import imaging

router = APIRouter(tags=["imaging"])
_ROOT = "/patients/{patient_id}/dicomweb/studies"
_MOST_STUDIES = 1_000
Rest = Annotated[str, Path(max_length=400)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked for: of whom, of which study, and what below it."""

    patient_id: UUID
    study: str
    rest: str


@router.get(_ROOT, response_class=Response, responses=ANSWERS)
async def search(work: Work, request: Request, patient_id: UUID) -> Response:
    """Search a patient's studies (QIDO-RS)."""
    row = await record_of(work, patient_id)
    archive = archive_of(request)
    archive.demand()
    mine = await imaging.studies(work.conn, row["no"], before=None, limit=_MOST_STUDIES)
    held = {one["uid"] for one in mine}
    work.note("imaging.list", row["no"], studies=len(held))
    asked = search_words(dict(request.query_params)) | {"PatientID": str(patient_id)}
    found = await archive.query("studies", asked) if held else []
    shown = [one for one in found if one.get("0020000D", {}).get("Value", [""])[0] in held]
    return told(shown, request, _place(patient_id))


@router.get(_ROOT + "/{study_uid}", response_class=Response, responses=ANSWERS)
async def study(
    services: Shared, caller: Signed, request: Request, patient_id: UUID, study_uid: StudyUid
) -> Response:
    """Retrieve a whole study (WADO-RS)."""
    asked = _Asked(patient_id=patient_id, study=study_uid, rest="")
    return await _passed_on(services, caller, request, asked)


@router.get(_ROOT + "/{study_uid}/{rest:path}", response_class=Response, responses=ANSWERS)
async def below(
    services: Shared,
    caller: Signed,
    request: Request,
    *,
    patient_id: UUID,
    study_uid: StudyUid,
    rest: Rest,
) -> Response:
    """Search or retrieve below a study: series, instances, metadata, frames, pictures."""
    asked = _Asked(patient_id=patient_id, study=study_uid, rest=rest)
    return await _passed_on(services, caller, request, asked)


async def _passed_on(services: Shared, caller: Signed, request: Request, asked: _Asked) -> Response:
    """Find out whether the caller may, then pass the archive's answer on."""
    archive = archive_of(request)
    address = address_of(asked.study, asked.rest)
    async with acting(services, caller) as work:
        row = await record_of(work, asked.patient_id)
        await study_of(work, row["no"], asked.study)
        if address is None:
            raise NotFoundError
        archive.demand()
        if begins_look(request, (caller.user_id, asked.study), address):
            work.note("imaging.view", row["no"], study=asked.study, series=address.series)
    return await passed_on(request, address, _place(asked.patient_id))


def _place(patient_id: UUID) -> str:
    return f"patients/{patient_id}"
