"""Images of a patient: uploads that can be gone on with, studies, and what was found in them."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.care import Role
from api.errors import ConflictError, InvalidError, NotFoundError, TooLargeError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.studies import StudyFacts
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.imaging.access import StudyUid, archive_of, study_of
from api.imaging.uploads import UploadFolder
from api.patients.record_access import record_of
from api.store import imaging
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["imaging"])
PIECE_BYTES = 786_432
"""What a page sends at a time; below the bound of every body."""
_PIECE: dict[str, Any] = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}
_STAFF = allow(*CLINICIANS, *COORDINATORS)
Size = Annotated[int, Field(strict=True, ge=1, le=2**40)]
_PLACE = "/patients/{patient_id}/imaging"


class NewUpload(BaseModel):
    """The sizes of the files, in the order in which their bytes will come."""

    model_config = ConfigDict(extra="forbid")

    sizes: Annotated[list[Size], Field(min_length=1, max_length=100_000)]


class Upload(BaseModel):
    """How far an upload is."""

    id: UUID
    state: Literal["receiving", "checking", "stored", "refused"]
    bytes: int
    received: int = Field(description="bytes that are safe: go on from here")
    piece: int = Field(description="most bytes to send at a time")
    files: int
    done: int = Field(description="files that the archive has")
    reason: str | None = Field(description="why it was refused")
    studies: list[str]


class Study(StudyFacts):
    """One study; its images are read below ``/dicomweb/studies``."""

    released_at: datetime | None = Field(description="since when its patient sees it; null: not")


class NewImagingReport(BaseModel):
    """What was found."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]


class ImagingReport(BaseModel):
    """What somebody found in a study; ``text`` is null once the person was erased."""

    id: UUID
    written_at: datetime
    written_by_name: str | None
    text: str | None


def _told(row: Row) -> Upload:
    return Upload(
        **{name: row[name] for name in ("id", "state", "received", "done", "reason", "studies")},
        bytes=sum(row["sizes"]),
        files=len(row["sizes"]),
        piece=PIECE_BYTES,
    )


@router.post(f"{_PLACE}/uploads", status_code=201, dependencies=[_STAFF])
async def begin(work: Work, request: Request, patient_id: UUID, body: NewUpload) -> Upload:
    """Begin an upload of one or more DICOM files, or ZIPs of them."""
    row = await record_of(work, patient_id)
    archive = archive_of(request)
    archive.demand()
    most = archive.settings
    if sum(body.sizes) > most.study_bytes or len(body.sizes) > most.files:
        raise InvalidError(
            "sizes", f"at most {most.files} files of {most.study_bytes} bytes in all at a time"
        )
    values = {"made_by": work.caller.user_id, "made_at": work.now, "sizes": body.sizes}
    made = await imaging.add_upload(work.conn, row["no"], values)
    work.note("imaging.upload", row["no"], files=len(body.sizes), bytes=sum(body.sizes))
    return _told(await _upload(work, row["no"], made))


@router.get(f"{_PLACE}/uploads/{{upload_id}}", dependencies=[_STAFF])
async def how_far(work: Work, patient_id: UUID, upload_id: UUID) -> Upload:
    """Say how far an upload is, and from where to go on."""
    row = await record_of(work, patient_id)
    return _told(await _upload(work, row["no"], upload_id))


@router.put(
    f"{_PLACE}/uploads/{{upload_id}}/bytes",
    dependencies=[_STAFF],
    openapi_extra={"requestBody": _PIECE},
)
async def go_on(
    work: Work,
    request: Request,
    patient_id: UUID,
    upload_id: UUID,
    *,
    at: Annotated[int, Query(ge=0, le=2**40, description="the first byte's place")] = 0,
) -> Upload:
    """Send the next piece; one that was sent before is taken again without harm."""
    piece = await request.body()
    row = await record_of(work, patient_id)
    archive = archive_of(request)
    archive.demand()
    upload = await _upload(work, row["no"], upload_id, lock=True)
    if upload["made_by"] != work.caller.user_id:
        raise NotFoundError
    total = sum(upload["sizes"])
    if upload["state"] != "receiving" or at > upload["received"]:
        raise ConflictError(f"Go on from byte {upload['received']}: GET tells how far it is.")
    if at + len(piece) > total or not piece:
        raise TooLargeError if piece else InvalidError("body", "is empty")
    received = at + len(piece)
    folder = UploadFolder(archive.settings)
    await asyncio.to_thread(folder.append, upload_id, at, piece)
    await imaging.note_received(work.conn, upload_id, received, whole=received == total)
    state = "checking" if received == total else "receiving"
    return _told({**upload, "received": received, "state": state})


async def _upload(work: UnitOfWork, no: int, upload_id: UUID, *, lock: bool = False) -> Row:
    found = await imaging.upload(work.conn, no, upload_id, lock=lock)
    if found is None:
        raise NotFoundError
    return found


@router.get(f"{_PLACE}/studies")
async def studies(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[Study]:
    """Read which studies a patient has, the newest added first."""
    row = await record_of(work, patient_id)
    key = read_cursor(cursor, datetime, str)
    found = await imaging.studies(
        work.conn,
        row["no"],
        before=(key[0], key[1]) if key else None,  # type: ignore[arg-type]  # checked
        limit=limit + 1,
    )
    shown, following = cut(found, limit, lambda one: [one["added_at"], one["uid"]])
    work.note("imaging.list", row["no"], studies=len(shown))
    text = personal_data.text_of(work.services.vault, row)
    items = [Study(**one | {"description": text.open(one["description"])}) for one in shown]
    return Page(items=items, next=following)


@router.delete(
    f"{_PLACE}/studies/{{study_uid}}",
    status_code=204,
    dependencies=[allow(Role.DOCTOR, *COORDINATORS)],
)
async def take_away(work: Work, patient_id: UUID, study_uid: StudyUid) -> None:
    """Take a study away for good, as one that is another person's after all."""
    row = await record_of(work, patient_id)
    if not await imaging.remove_study(work.conn, row["no"], study_uid):
        raise NotFoundError
    work.note("imaging.remove", row["no"], study=study_uid)


@router.get(f"{_PLACE}/studies/{{study_uid}}/reports")
async def reports(
    work: Work, patient_id: UUID, study_uid: StudyUid, limit: Limit = 100
) -> list[ImagingReport]:
    """Read what was found in a study, newest first."""
    row = await record_of(work, patient_id)
    await study_of(work, row["no"], study_uid)
    found = await imaging.reports(work.conn, row["no"], study_uid, limit)
    work.note("imaging.reports", row["no"], study=study_uid)
    text = personal_data.text_of(work.services.vault, row)
    return [ImagingReport(**one | {"text": text.open(one["text"])}) for one in found]


@router.post(
    f"{_PLACE}/studies/{{study_uid}}/reports",
    status_code=201,
    dependencies=[allow(Role.DOCTOR)],
)
async def report(
    work: Work, patient_id: UUID, study_uid: StudyUid, body: NewImagingReport
) -> ImagingReport:
    """Write what one found in a study, in one's own name; nothing is written over."""
    row = await record_of(work, patient_id)
    await study_of(work, row["no"], study_uid)
    text = personal_data.text_of(work.services.vault, row)
    values = {
        "uid": study_uid,
        "written_at": work.now,
        "written_by": work.caller.user_id,
        "text": text.seal(body.text),
    }
    made = await imaging.add_report(work.conn, row["no"], values)
    work.note("imaging.report", row["no"], study=study_uid)
    return ImagingReport(
        id=made,
        written_at=work.now,
        written_by_name=work.caller.display_name or work.caller.username,
        text=body.text,
    )
