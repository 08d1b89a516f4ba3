"""Messages of hospital systems (HL7 v2) that were refused: nothing is dropped in silence."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.errors import NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_newest_first
from api.hl7.refused import opened_text
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.store import hl7
from api.store.types import Row

router = APIRouter(prefix="/hl7", tags=["operations"], dependencies=[allow(*COORDINATORS)])


class RefusedMessage(BaseModel):
    """A message that was refused, or a result that its receiver refused (``out``).

    ``times`` says how often it came; what is taken later is in the list no more. Since
    ``retry_asked_at`` it waits to be tried again; null: it does not.
    """

    id: UUID
    ward: str
    direction: Literal["in", "out"]
    sender: str
    control_id: str
    event: str
    code: Literal["AE", "AR"]
    reason: str
    times: int
    first_at: datetime
    last_at: datetime
    patient: UUID | None
    retry_asked_at: datetime | None


class RefusedMessageInFull(RefusedMessage):
    """A refused message with its text, segment by segment; null once whom it names is erased."""

    text: str | None


@router.get("/refused")
async def list_refused_messages(
    work: Work, cursor: Cursor = None, limit: Limit = 100
) -> Page[RefusedMessage]:
    """List refused messages, newest first."""
    before = read_newest_first(cursor)
    rows = await hl7.refused(work.conn, before=before, limit=limit + 1)
    shown, following = cut(rows, limit, lambda row: [row["last_at"], row["id"]])
    work.note("hl7.list", n=len(shown))
    return Page(items=[RefusedMessage(**row) for row in shown], next=following)


@router.get("/refused/{message_id}")
async def read_refused_message(work: Work, message_id: UUID) -> RefusedMessageInFull:
    """Read one refused message, as it was sent."""
    row = await _one(work, message_id)
    work.note("hl7.read", row["patient_no"], message=str(message_id))
    return RefusedMessageInFull(**row, text=await opened_text(work, row))


@router.post("/refused/{message_id}/retry", status_code=202)
async def retry_refused_message(work: Work, message_id: UUID) -> RefusedMessage:
    """Have a refused message tried again, within seconds of real time; a repeat changes nothing.

    What is taken leaves the list; what is refused again stays, with its new reason. A result that
    its receiver refused is sent anew, as the patient's state is then.
    """
    row = await _one(work, message_id)
    await hl7.ask_again(work.conn, message_id, work.now, work.caller.user_id)
    work.note("hl7.retry", row["patient_no"], message=str(message_id))
    return RefusedMessage(**await _one(work, message_id))


@router.post("/refused/{message_id}/dismiss", status_code=204)
async def dismiss_refused_message(work: Work, message_id: UUID) -> None:
    """Take a refused message off the list, for good: nobody reads or tries it again."""
    row = await _one(work, message_id)
    await hl7.dismiss(work.conn, message_id)
    work.note("hl7.dismiss", row["patient_no"], message=str(message_id), reason=row["reason"])


async def _one(work: UnitOfWork, message_id: UUID) -> Row:
    row = await hl7.refused_one(work.conn, message_id)
    if row is None:
        raise NotFoundError
    return row
