"""Calls that patients ask for: on the ward's list until somebody takes them, and then theirs."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from analytics.domain.care import Role
from api.errors import ConflictError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.patients.contact import oneself
from api.patients.identifiers import name_people
from api.store import call_requests
from api.store.types import Row

if TYPE_CHECKING:
    from api.contact.settings import ContactSettings

router = APIRouter(tags=["messages"])
_STAFF = [allow(*CLINICIANS, *COORDINATORS)]
_PATIENT = [allow(Role.PATIENT)]


class NewCallRequest(BaseModel):
    """Ask for a call; what it is about may be left out."""

    model_config = ConfigDict(extra="forbid")

    about: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class CallRequest(BaseModel):
    """A call that was asked for, and who has taken it."""

    id: UUID
    patient: UUID
    name: str | None
    identifier: str | None
    birth_date: str | None
    simulated: bool
    asked_at: datetime
    about: str | None
    due_at: datetime
    overdue: bool
    state: Literal["open", "taken", "done", "withdrawn"]
    taken_at: datetime | None
    taken_by: UUID | None
    taken_by_name: str | None
    ended_at: datetime | None
    ended_by_name: str | None


@router.post("/me/call-requests", status_code=201, dependencies=_PATIENT)
async def ask(request: Request, work: Work, body: NewCallRequest) -> CallRequest:
    """Ask to be called; while one call is waited for, asking again answers that one."""
    whom = await oneself(work)
    whom.demand_care()
    settings: ContactSettings = request.app.state.contact
    values = {
        "no": whom.row["no"],
        "now": work.now,
        "by": work.caller.user_id,
        "about": whom.text.seal(body.about or None),
        "due": work.now + timedelta(minutes=settings.call_minutes),
    }
    made = await call_requests.ask(work.conn, values)
    if made is not None:
        work.note("call.ask", whom.row["no"], request=str(made))
    row = await call_requests.waiting_of(work.conn, whom.row["no"])
    if row is None:
        raise ConflictError("The call was made just now: ask again.")
    return await _told(work, row)


@router.get("/call-requests")
async def waiting(work: Work, cursor: Cursor = None, limit: Limit = 100) -> Page[CallRequest]:
    """Calls that are asked for and not made yet, the first asked first; a patient's: their own."""
    after: Any = read_cursor(cursor, int)
    rows = await call_requests.waiting(
        work.conn, after=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.saw("calls.list", (row["patient_no"] for row in shown))
    await name_people(work.conn, work.services.vault, shown)
    return Page(items=[_request(row, work.now) for row in shown], next=following)


@router.post("/call-requests/{request_id}/take", dependencies=_STAFF)
async def take(work: Work, request_id: UUID) -> CallRequest:
    """Take a call: it leaves everybody else's list. Taken by another: 409."""
    row = await _found(work, request_id)
    if row["taken_by"] == work.caller.user_id and row["state"] == "taken":
        return await _told(work, row)
    return await _changed(work, request_id, "take")


@router.post("/call-requests/{request_id}/done", dependencies=_STAFF)
async def done(work: Work, request_id: UUID) -> CallRequest:
    """Say that the call was made; a repeat changes nothing."""
    row = await _found(work, request_id)
    return (
        await _told(work, row)
        if row["state"] == "done"
        else await _changed(work, request_id, "done")
    )


@router.post("/call-requests/{request_id}/withdraw", dependencies=_PATIENT)
async def withdraw(work: Work, request_id: UUID) -> CallRequest:
    """Say that one needs no call any more; a repeat changes nothing."""
    row = await _found(work, request_id)
    if row["state"] == "withdrawn":
        return await _told(work, row)
    return await _changed(work, request_id, "withdraw")


async def _found(work: UnitOfWork, request_id: UUID) -> Row:
    row = await call_requests.one(work.conn, request_id)
    if row is None:
        raise NotFoundError
    return row


async def _changed(work: UnitOfWork, request_id: UUID, how: str) -> CallRequest:
    made = await call_requests.change(work.conn, request_id, how, work.caller.user_id, work.now)
    row = await _found(work, request_id)
    if not made:
        raise ConflictError("Somebody has taken this call, or it is over.")
    work.note(f"call.{how}", row["patient_no"], request=str(request_id))
    return await _told(work, row)


async def _told(work: UnitOfWork, row: Row) -> CallRequest:
    await name_people(work.conn, work.services.vault, [row])
    return _request(row, work.now)


def _request(row: Row, now: datetime) -> CallRequest:
    return CallRequest(**row, overdue=row["state"] == "open" and row["due_at"] <= now)
