"""The room of a consultation: a seat for each side, and what their browsers tell each other."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from analytics.domain.care import Role
from api.auth.sessions import new_token, token_hash
from api.consult import desk
from api.consult.relay import ice_servers
from api.consult.rooms import RoomHub, RoomVisit, pair_of, signal_id
from api.errors import ConflictError, ForbiddenError, ThrottledError
from api.forms.consultations import Consultation, RoomSeat, Signal
from api.http.deps import Shared, Signed, UnitOfWork, Work, acting, allow
from api.live.sse import HEADERS, MEDIA_TYPE
from api.store import consultations, rooms
from api.store.types import Row

router = APIRouter(tags=["consultations"], dependencies=[allow(Role.PATIENT, Role.DOCTOR)])
SeatToken = Annotated[
    str, Header(alias="Homeward-Seat", max_length=200, description="the token of one's seat")
]
"""Left out it opens nothing: who may not see the consultation is not told that it is wanted."""


@router.post("/consultations/{consultation_id}/join", status_code=201)
async def join(request: Request, work: Work, consultation_id: UUID) -> RoomSeat:
    """Sit down in the room, as its patient or its doctor; one's older seat ends.

    The patient waits until the doctor lets them in; the doctor is told that they wait.
    """
    settings = desk.settings_of(request)
    row = await desk.found(work, consultation_id)
    side = desk.side_of(work, row)
    desk.demand_open(row, work.now, settings)
    token = new_token()
    values = {
        "id": consultation_id,
        "no": row["patient_no"],
        "side": side,
        "by": work.caller.user_id,
        "hash": token_hash(token),
        "token_s": settings.token_s,
    }
    seat = await rooms.sit(work.conn, values)
    if side == desk.PATIENT and row["waiting_at"] is None:
        said = {"waiting_at": work.now, "news": "waiting", "news_by": work.caller.user_id}
        await consultations.note(work.conn, consultation_id, **said)
    work.note("consultation.join", row["patient_no"], consultation=str(consultation_id))
    return RoomSeat(
        seat=seat["id"],
        side="patient" if side == desk.PATIENT else "doctor",
        token=token,
        expires=seat["expires_at"],
        ice_servers=ice_servers(settings, str(seat["id"]), work.services.real_s()),
    )


@router.post("/consultations/{consultation_id}/admit")
async def admit(request: Request, work: Work, consultation_id: UUID) -> Consultation:
    """Let the patient in from the waiting room; a repeat changes nothing."""
    settings = desk.settings_of(request)
    row = await desk.found(work, consultation_id)
    desk.demand_doctor(work, row)
    desk.demand_open(row, work.now, settings)
    if row["admitted_at"] is None:
        await consultations.note(work.conn, consultation_id, admitted_at=work.now)
        await rooms.wake(work.conn, consultation_id)
        work.note("consultation.admit", row["patient_no"], consultation=str(consultation_id))
    [told] = await desk.shown(work, [await desk.found(work, consultation_id)], settings)
    found: Consultation = told
    return found


@router.get("/consultations/{consultation_id}/room", response_class=StreamingResponse)
async def room(
    *,
    request: Request,
    caller: Signed,
    services: Shared,
    consultation_id: UUID,
    token: SeatToken = "",
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Server-Sent Events of the room: ``room`` (who is there), ``signal``, ``over``.

    ``Last-Event-ID`` resumes the signals without a gap or a repeat.
    """
    after = signal_id(last_event_id)
    async with acting(services, caller) as work:
        row, seat = await _seated(work, consultation_id, token)
    visit = RoomVisit(
        caller=caller,
        room=row["id"],
        side=seat["side"],
        seat=seat["id"],
        token_s=desk.settings_of(request).token_s,
    )
    hub: RoomHub = request.app.state.rooms
    return StreamingResponse(hub.events(visit, after), media_type=MEDIA_TYPE, headers=HEADERS)


@router.post("/consultations/{consultation_id}/signals", status_code=204)
async def signal(
    request: Request, work: Work, consultation_id: UUID, body: Signal, token: SeatToken = ""
) -> Response:
    """Tell the other side's browser something; 409 where the two seats have changed since."""
    settings = desk.settings_of(request)
    row, seat = await _seated(work, consultation_id, token)
    desk.demand_open(row, work.now, settings)
    if row["admitted_at"] is None or body.pair != pair_of(
        await rooms.seats(work.conn, consultation_id)
    ):
        raise ConflictError("The other side is not there, or has sat down anew.")
    values = {
        "id": consultation_id,
        "no": row["patient_no"],
        "side": seat["side"],
        **body.model_dump(),
    }
    if await rooms.say(work.conn, values, settings.most_signals) is None:
        raise ThrottledError(int(settings.token_s))
    return Response(status_code=204)


@router.post("/consultations/{consultation_id}/leave", status_code=204)
async def leave(work: Work, consultation_id: UUID, token: SeatToken = "") -> Response:
    """Give up one's seat; the room stays open, and one can come back."""
    row, seat = await _seated(work, consultation_id, token)
    await rooms.leave(work.conn, seat["id"])
    work.note("consultation.leave", row["patient_no"], consultation=str(consultation_id))
    return Response(status_code=204)


async def _seated(work: UnitOfWork, consultation_id: UUID, token: str) -> tuple[Row, Row]:
    row = await desk.found(work, consultation_id)
    desk.side_of(work, row)
    seat = await rooms.seat(work.conn, consultation_id, token_hash(token), work.caller.user_id)
    if seat is None:
        raise ForbiddenError("This seat has ended: sit down again.")
    return row, seat
