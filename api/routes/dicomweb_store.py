"""DICOMweb's other direction: studies stored from outside (STOW-RS), as a page's upload is.

The body goes to disk as it comes and becomes an upload: the same files are compared with the same
person by the same intake. The answer waits for what came of it.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth.sessions import Caller
from api.errors import UnavailableError
from api.http.deps import CLINICIANS, COORDINATORS, Shared, Signed, acting, allow
from api.imaging.access import StudyUid, archive_of
from api.imaging.dicomweb import JSON
from api.imaging.related import RelatedParts, boundary_of
from api.imaging.stored import InstanceName, names_of, store_response
from api.imaging.uploads import UploadFolder
from api.patients.record_access import record_of
from api.services import Services
from api.store import imaging
from api.store.types import Row

router = APIRouter(tags=["imaging"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])
_ROOT = "/patients/{patient_id}/dicomweb/studies"
_PIECE = 4 << 20
_LOOK_S = 0.25
_ENDED = frozenset({"stored", "refused"})
_ELSEWHERE = "an instance is of another study than the address names"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "all instances are stored", "content": {JSON: {}}},
    409: {"description": "none is; why stands in Warning", "content": {JSON: {}}},
    415: {"description": "the body is not multipart/related of application/dicom"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What a request sends: of whom, as which upload."""

    services: Services
    caller: Caller
    request: Request
    patient_id: UUID
    upload: UUID


@router.post(_ROOT, response_class=Response, responses=_ANSWERS)
async def store(services: Shared, caller: Signed, request: Request, patient_id: UUID) -> Response:
    """Store instances of any studies of a patient (STOW-RS): all of them, or none.

    The body is ``multipart/related; type="application/dicom"``, which OpenAPI has no schema for.
    """
    return await _stored(services, caller, request, patient_id, None)


@router.post(_ROOT + "/{study_uid}", response_class=Response, responses=_ANSWERS)
async def store_study(
    services: Shared, caller: Signed, request: Request, patient_id: UUID, study_uid: StudyUid
) -> Response:
    """Store instances of one study of a patient (STOW-RS): all of them, or none.

    The body is ``multipart/related; type="application/dicom"``, which OpenAPI has no schema for.
    """
    return await _stored(services, caller, request, patient_id, study_uid)


async def _stored(
    services: Services, caller: Caller, request: Request, patient_id: UUID, study: str | None
) -> Response:
    archive = archive_of(request)
    async with acting(services, caller) as work:
        row = await record_of(work, patient_id)
        archive.demand()
        parts = RelatedParts(boundary_of(request.headers.get("content-type", "")), archive.settings)
        values = {"made_by": caller.user_id, "made_at": work.now, "sizes": [1]}
        upload = await imaging.add_upload(work.conn, row["no"], values)
    sent = _Sent(
        services=services, caller=caller, request=request, patient_id=patient_id, upload=upload
    )
    try:
        await _taken(sent, parts)
        names = await asyncio.to_thread(names_of, _folder(sent).file(upload), parts.sizes)
        if study is not None and any(one.study != study for one in names):
            await _dropped(sent, _ELSEWHERE)
            return _told(sent, names, _ELSEWHERE)
        await _begun(sent, parts.sizes)
    except BaseException:
        await asyncio.shield(_dropped(sent, "It was cut off, or was none."))
        raise
    ended = await _ended(sent)
    return _told(sent, names, None if ended["state"] == "stored" else str(ended["reason"]))


def _folder(sent: _Sent) -> UploadFolder:
    return UploadFolder(archive_of(sent.request).settings)


async def _taken(sent: _Sent, parts: RelatedParts) -> None:
    """Write the files to disk as they come."""
    folder, at, waiting = _folder(sent), 0, bytearray()
    async for piece in sent.request.stream():
        waiting += parts.feed(piece)
        if len(waiting) >= _PIECE:
            await asyncio.to_thread(folder.append, sent.upload, at, bytes(waiting))
            at += len(waiting)
            waiting.clear()
    parts.finish()
    await asyncio.to_thread(folder.append, sent.upload, at, bytes(waiting))


async def _begun(sent: _Sent, sizes: list[int]) -> None:
    """Have the upload looked at, as long as the caller still sees the patient."""
    async with acting(sent.services, sent.caller) as work:
        row = await record_of(work, sent.patient_id)
        await imaging.note_whole(work.conn, sent.upload, sizes)
        detail = {"files": len(sizes), "bytes": sum(sizes), "by": "dicomweb"}
        work.note("imaging.upload", row["no"], **detail)


async def _dropped(sent: _Sent, why: str) -> None:
    async with acting(sent.services, sent.caller) as work:
        await imaging.end_upload(work.conn, sent.upload, "refused", why)


async def _ended(sent: _Sent) -> Row:
    """Wait until the upload was taken in or refused.

    Raises:
        UnavailableError: it takes too long; it goes on, and sending it again does no harm.
    """
    until = time.monotonic() + archive_of(sent.request).settings.store_s
    while time.monotonic() < until:
        async with acting(sent.services, sent.caller) as work:
            row = await record_of(work, sent.patient_id)
            found = await imaging.upload(work.conn, row["no"], sent.upload)
        if found is not None and found["state"] in _ENDED:
            return found
        await asyncio.sleep(_LOOK_S)
    raise UnavailableError("The archive takes it in still; send it again later, that does no harm.")


def _told(sent: _Sent, names: list[InstanceName], why: str | None) -> Response:
    base = str(sent.request.base_url).rstrip("/")
    place = f"{base}/api/v1/patients/{sent.patient_id}/dicomweb"
    body = store_response(names, place, stored=why is None)
    headers = {} if why is None else {"Warning": f'299 homeward "{why}"'}
    return Response(body, 200 if why is None else 409, media_type=JSON, headers=headers)
