"""DICOMweb over a patient's studies: search (QIDO-RS) and retrieval (WADO-RS).

The archive is asked in the name of who may see the patient, and each series that is opened stands
in the access log; the archive itself is reached by nobody else.
"""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import httpx2
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response, StreamingResponse

from api.errors import NotFoundError
from api.http.deps import Shared, Signed, Work, acting
from api.imaging.access import Looks, StudyUid, archive_of, study_of
from api.imaging.archive import Archive
from api.imaging.dicomweb import JSON, WebAddress, address_of, renamed, search_words
from api.patients.record_access import record_of
from api.store import imaging

router = APIRouter(tags=["imaging"])
_ROOT = "/patients/{patient_id}/dicomweb/studies"
_MOST_STUDIES = 1_000
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "what DICOM PS3.18 says of this address",
        "content": {
            "application/dicom+json": {},
            "image/jpeg": {},
            'multipart/related; type="application/octet-stream"': {},
            'multipart/related; type="application/dicom"': {},
        },
    }
}
Rest = Annotated[str, Path(max_length=400)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked for: of whom, of which study, and what below it."""

    patient_id: UUID
    study: str
    rest: str


@router.get(_ROOT, response_class=Response, responses=_ANSWERS)
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
    return _json(httpx2.Response(200, json=shown).content, archive, request, patient_id)


@router.get(_ROOT + "/{study_uid}", response_class=Response, responses=_ANSWERS)
async def study(
    services: Shared, caller: Signed, request: Request, patient_id: UUID, study_uid: StudyUid
) -> Response:
    """Retrieve a whole study (WADO-RS)."""
    asked = _Asked(patient_id=patient_id, study=study_uid, rest="")
    return await _passed_on(services, caller, request, asked)


@router.get(_ROOT + "/{study_uid}/{rest:path}", response_class=Response, responses=_ANSWERS)
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
    archive, looks = archive_of(request), request.app.state.looks
    address = address_of(asked.study, asked.rest)
    async with acting(services, caller) as work:
        row = await record_of(work, asked.patient_id)
        await study_of(work, row["no"], asked.study)
        if address is None:
            raise NotFoundError
        archive.demand()
        if _is_look(looks, (caller.user_id, asked.study), address, archive.settings.seen_minutes):
            work.note("imaging.view", row["no"], study=asked.study, series=address.series)
    words = search_words(dict(request.query_params))
    opened = AsyncExitStack()
    answer = await opened.enter_async_context(archive.opened(address.path, words, address.accept))
    if address.accept == JSON:
        async with opened:
            return _json(await answer.aread(), archive, request, asked.patient_id)
    kind = answer.headers.get("content-type", "application/octet-stream")
    return StreamingResponse(_pieces(answer, opened), media_type=kind)


def _is_look(looks: Looks, who: tuple[UUID, str], address: WebAddress, minutes: float) -> bool:
    """Whether this request begins a look: a list of a study's series shows no image."""
    person, study = who
    if address.accept == JSON and address.series is None:
        return False
    seen = f"{study}/{address.series or ''}"
    return looks.is_new(person, seen, time.monotonic(), minutes)


def _json(content: bytes, archive: Archive, request: Request, patient_id: UUID) -> Response:
    base = str(request.base_url).rstrip("/")
    ours = f"{base}/api/v1/patients/{patient_id}/dicomweb"
    return Response(renamed(content, archive.web_address, ours), media_type=JSON)


async def _pieces(answer: httpx2.Response, opened: AsyncExitStack) -> AsyncIterator[bytes]:
    async with opened:
        async for piece in answer.aiter_bytes():
            yield piece
