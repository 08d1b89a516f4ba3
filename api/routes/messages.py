"""Words between a patient and those who care for them: written, read, and by whom seen when."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.care import Role
from api.errors import ConflictError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import UnitOfWork, Work
from api.patients.contact import Correspondent, correspondent
from api.patients.entering import IdempotencyKey, entry_key
from api.patients.identifiers import name_people
from api.store import call_requests, messages
from api.store.types import Row

router = APIRouter(tags=["messages"])
_MOST = 2_000


class NewMessage(BaseModel):
    """What is to be said."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class SeenUpTo(BaseModel):
    """The newest message that the reader has on the page."""

    model_config = ConfigDict(extra="forbid")

    upto: UUID


class MessageSeen(BaseModel):
    """Who of the other side has seen a message, and when."""

    by: UUID
    name: str | None
    role: str | None
    at: datetime


class PatientMessage(BaseModel):
    """A message; ``text`` is null once the person was erased."""

    id: UUID
    text: str | None
    written_at: datetime
    written_by: UUID
    written_by_name: str | None
    by_patient: bool
    seen: list[MessageSeen]


class Thread(BaseModel):
    """A patient's newest message, and how many nobody of the reader's side has seen."""

    patient: UUID
    name: str | None
    identifier: str | None
    birth_date: str | None
    simulated: bool
    text: str | None
    written_at: datetime
    by_patient: bool
    unread: int


class UnreadOfPatient(BaseModel):
    """How many messages of one patient wait."""

    patient: UUID
    unread: int


class Unread(BaseModel):
    """What waits to be read or taken, for the counts on the pages."""

    unread: int = Field(description="messages that nobody of the reader's side has seen")
    patients: list[UnreadOfPatient]
    calls: int = Field(description="calls asked for that nobody has taken")
    overdue: int = Field(description="of these, past their time")


@router.post("/patients/{patient_id}/messages", status_code=201)
async def write(
    work: Work, patient_id: UUID, body: NewMessage, sent_as: IdempotencyKey
) -> PatientMessage:
    """Write to a patient; a patient: to those who care for them.

    Sent again under the same ``Idempotency-Key`` it is the message that it was.
    """
    whom = await correspondent(work, patient_id)
    whom.demand_care()
    number, caller = whom.row["no"], work.caller
    key = None if sent_as is None else entry_key("message", caller.user_id, sent_as)
    values = {
        "no": number,
        "now": work.now,
        "by": caller.user_id,
        "by_patient": caller.role is Role.PATIENT,
        "text": whom.text.seal(body.text),
        "key": key,
    }
    made = await messages.add(work.conn, values)
    if made is None and key is not None:
        made = await messages.by_key(work.conn, number, key)
    row = made and await messages.one(work.conn, made)
    if not row:
        raise ConflictError("The same message is being taken: ask again.")
    work.note("message.write", number, message=str(made))
    return _told(row, whom)


@router.get("/patients/{patient_id}/messages")
async def read(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[PatientMessage]:
    """A patient's messages, newest first, each with who of the other side has seen it when."""
    whom = await correspondent(work, patient_id)
    after: Any = read_cursor(cursor, int)
    rows = await messages.page(
        work.conn, whom.row["no"], before=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.note("messages.read", whom.row["no"], n=len(shown))
    return Page(items=[_told(row, whom) for row in shown], next=following)


@router.post("/patients/{patient_id}/messages/seen")
async def see(work: Work, patient_id: UUID, body: SeenUpTo) -> Unread:
    """Note that one has seen a patient's messages up to this one; a repeat changes nothing."""
    whom = await correspondent(work, patient_id)
    row = await messages.one(work.conn, body.upto)
    if row is None or row["patient_no"] != whom.row["no"]:
        raise NotFoundError
    new = await messages.see(work.conn, whom.row["no"], row["no"], work.now)
    if new:
        work.note("messages.see", whom.row["no"], n=new)
    return await _unread(work)


@router.get("/messages/unread")
async def unread(work: Work) -> Unread:
    """How much waits to be read or taken, of every patient whom the caller may see."""
    return await _unread(work)


@router.get("/messages")
async def threads(work: Work, cursor: Cursor = None, limit: Limit = 50) -> Page[Thread]:
    """Patients with whom there are messages, the newest first."""
    after: Any = read_cursor(cursor, int)
    rows = await messages.threads(work.conn, before=after[0] if after else None, limit=limit + 1)
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    named = await name_people(work.conn, work.services.vault, shown)
    work.saw("messages.list", named)
    return Page(items=[Thread(**row) for row in shown], next=following)


async def _unread(work: UnitOfWork) -> Unread:
    found = await messages.unread(work.conn, _MOST)
    asked = await call_requests.counts(work.conn, work.now)
    return Unread(
        unread=sum(row["unread"] for row in found),
        patients=[UnreadOfPatient(**row) for row in found],
        calls=asked["calls"],
        overdue=asked["overdue"],
    )


def _told(row: Row, whom: Correspondent) -> PatientMessage:
    return PatientMessage(**row | {"text": whom.text.open(row["text"])})
