"""Consultations: free slots of the doctors' shifts, booking, moving, cancelling, the list."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api.consult import desk
from api.consult.slots import Slot
from api.errors import ConflictError, InvalidError
from api.forms.consultations import Consultation, FreeSlot, MovedConsultation, NewConsultation
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.timestamps import Moment
from api.http.deps import UnitOfWork, Work
from api.language import noted
from api.patients.contact import Correspondent, correspondent
from api.store import consultations, notify
from api.store.types import Row

router = APIRouter(tags=["consultations"])
_MOST_DAYS = 62
_TAKEN = noted("This time has just been taken: choose another.")


@router.get("/patients/{patient_id}/consultation-slots")
async def slots(
    request: Request,
    work: Work,
    patient_id: UUID,
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
) -> Page[FreeSlot]:
    """Times at which a doctor of the patient's ward can be met, the first first."""
    whom = await correspondent(work, patient_id)
    since = start or work.now
    until = end or since + timedelta(days=7)
    if not since < until <= since + timedelta(days=_MOST_DAYS):
        raise InvalidError("to", f"must follow `from` by at most {_MOST_DAYS} days")
    found = await desk.offered(work, whom, desk.settings_of(request), since, until)
    work.note("consultation.slots", whom.row["no"])
    return Page(items=[_free(one) for one in found], next=None)


def _free(slot: Slot) -> FreeSlot:
    return FreeSlot(doctor=slot.doctor, doctor_name=slot.name, start=slot.start, end=slot.end)


@router.post("/patients/{patient_id}/consultations", status_code=201)
async def book(
    request: Request, work: Work, patient_id: UUID, body: NewConsultation
) -> Consultation:
    """Book a slot; taken meanwhile: 409. The other side is told over its channels."""
    whom = await correspondent(work, patient_id)
    whom.demand_care()
    slot = await _slot(request, work, whom, body.doctor, body.start)
    values = {
        **_times(slot),
        "no": whom.row["no"],
        "wish": body.wish,
        "about": whom.text.seal(body.about or None),
        "now": work.now,
        "by": work.caller.user_id,
    }
    try:
        made = await consultations.book(work.conn, values)
    except consultations.SlotTakenError as taken:
        raise ConflictError(_TAKEN) from taken
    await notify.wake_rota(work.conn, "consultation")
    work.note("consultation.book", whom.row["no"], consultation=str(made))
    return await _one(request, work, await desk.found(work, made))


@router.get("/patients/{patient_id}/consultations")
async def of_patient(
    request: Request, work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[Consultation]:
    """A patient's consultations, the newest booked first, with what was signed."""
    whom = await correspondent(work, patient_id)
    after: Any = read_cursor(cursor, int)
    rows = await consultations.of_patient(
        work.conn, whom.row["no"], before=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.note("consultations.read", whom.row["no"], n=len(shown))
    items = await desk.shown(work, shown, desk.settings_of(request))
    return Page(items=items, next=following)


@router.get("/consultations")
async def coming(
    request: Request, work: Work, cursor: Cursor = None, limit: Limit = 100
) -> Page[Consultation]:
    """What is booked, and what has ended and waits for its signature, by when it begins."""
    settings = desk.settings_of(request)
    key: Any = read_cursor(cursor, datetime, int)
    since = work.now - timedelta(minutes=settings.grace_minutes)
    rows = await consultations.coming(
        work.conn, since, after=(key[0], key[1]) if key else None, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda row: [row["start"], row["no"]])
    work.saw("consultations.list", (row["patient_no"] for row in shown))
    return Page(items=await desk.shown(work, shown, settings), next=following)


@router.get("/consultations/{consultation_id}")
async def read(request: Request, work: Work, consultation_id: UUID) -> Consultation:
    """One consultation."""
    row = await desk.found(work, consultation_id)
    work.note("consultation.read", row["patient_no"], consultation=str(consultation_id))
    return await _one(request, work, row)


@router.post("/consultations/{consultation_id}/move")
async def move(
    request: Request, work: Work, consultation_id: UUID, body: MovedConsultation
) -> Consultation:
    """Move a consultation that has not begun to another free slot, of this or another doctor."""
    row = await desk.found(work, consultation_id)
    whom = await correspondent(work, row["patient"])
    slot = await _slot(request, work, whom, body.doctor, body.start)
    values = {**_times(slot), "id": consultation_id, "now": work.now, "by": work.caller.user_id}
    try:
        moved = await consultations.move(work.conn, values)
    except consultations.SlotTakenError as taken:
        raise ConflictError(_TAKEN) from taken
    return await _changed(request, work, row, "move", done=moved)


@router.post("/consultations/{consultation_id}/cancel")
async def cancel(request: Request, work: Work, consultation_id: UUID) -> Consultation:
    """Cancel a consultation; a repeat changes nothing."""
    row = await desk.found(work, consultation_id)
    if row["state"] == "cancelled":
        return await _one(request, work, row)
    done = await consultations.cancel(work.conn, consultation_id, work.caller.user_id, work.now)
    return await _changed(request, work, row, "cancel", done=done)


async def _slot(
    request: Request, work: UnitOfWork, whom: Correspondent, doctor: UUID, start: datetime
) -> Slot:
    """Return the free slot that is meant.

    Raises:
        ConflictError: it is not free, or never was one.
    """
    settings = desk.settings_of(request)
    found = await desk.offered(work, whom, settings, start, start + timedelta(minutes=1))
    for slot in found:
        if (slot.doctor, slot.start) == (doctor, start):
            return slot
    raise ConflictError(_TAKEN)


def _times(slot: Slot) -> Row:
    return {"doctor": slot.doctor, "start": slot.start, "end": slot.end}


async def _changed(
    request: Request, work: UnitOfWork, row: Row, how: str, *, done: bool
) -> Consultation:
    if not done:
        raise ConflictError("This consultation has begun, or is over.")
    await notify.wake_rota(work.conn, "consultation")
    work.note(f"consultation.{how}", row["patient_no"], consultation=str(row["id"]))
    now = await consultations.one(work.conn, row["id"])
    return await _one(request, work, now or {**row, "state": "cancelled"})


async def _one(request: Request, work: UnitOfWork, row: Row) -> Consultation:
    [told] = await desk.shown(work, [row], desk.settings_of(request))
    found: Consultation = told
    return found
