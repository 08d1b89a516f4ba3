"""A case's call: a seat for each, and what every two browsers tell each other; and what is new."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from analytics.domain.care import Role
from api.auth.sessions import new_token, token_hash
from api.consult import cases as desk
from api.consult.case_visit import CaseVisit
from api.consult.desk import settings_of as call_settings
from api.consult.relay import ice_servers
from api.consult.rooms import RoomHub, signal_id
from api.errors import ConflictError, ForbiddenError, ThrottledError
from api.forms.cases import CaseSeat, CaseSignal
from api.http.deps import CLINICIANS, COORDINATORS, Shared, Signed, UnitOfWork, Work, acting, allow
from api.live.sse import HEADERS, MEDIA_TYPE
from api.store import case_rooms
from api.store.types import Row

router = APIRouter(tags=["cases"])
_DOCTORS = allow(Role.DOCTOR)
SeatToken = Annotated[
    str, Header(alias="Homeward-Seat", max_length=200, description="the token of one's seat")
]
LastId = Annotated[str | None, Header(alias="Last-Event-ID")]


@router.get(
    "/cases/{case_id}/events",
    response_class=StreamingResponse,
    dependencies=[allow(*CLINICIANS, *COORDINATORS)],
)
async def events(
    request: Request, caller: Signed, services: Shared, case_id: UUID
) -> StreamingResponse:
    """Server-Sent Events of a case: ``room`` (its revision, who is in the call), ``over``."""
    async with acting(services, caller) as work:
        row = await desk.found(work, case_id)
        work.note("case.watch", row["patient_no"], case=str(case_id))
    return _stream(request, caller, case_id, None, 0)


@router.post("/cases/{case_id}/join", status_code=201, dependencies=[_DOCTORS])
async def join(request: Request, work: Work, case_id: UUID) -> CaseSeat:
    """Sit down in the case's call; one's older seat ends."""
    settings = call_settings(request)
    row = await desk.found(work, case_id)
    desk.demand_part(work, row)
    desk.demand_open(row)
    token = new_token()
    values = {
        "id": case_id,
        "no": row["patient_no"],
        "by": work.caller.user_id,
        "hash": token_hash(token),
        "token_s": settings.token_s,
    }
    seat = await case_rooms.sit(work.conn, values)
    work.note("case.join", row["patient_no"], case=str(case_id))
    servers = ice_servers(settings, str(seat["id"]), work.services.real_s())
    return CaseSeat(seat=seat["id"], token=token, expires=seat["expires_at"], ice_servers=servers)


@router.get("/cases/{case_id}/room", response_class=StreamingResponse, dependencies=[_DOCTORS])
async def room(
    *,
    request: Request,
    caller: Signed,
    services: Shared,
    case_id: UUID,
    token: SeatToken = "",
    last_event_id: LastId = None,
) -> StreamingResponse:
    """Server-Sent Events of the call: ``room`` (who sits there), ``signal``, ``over``.

    ``Last-Event-ID`` resumes the signals without a gap or a repeat.
    """
    after = signal_id(last_event_id)
    async with acting(services, caller) as work:
        _, seat = await _seated(work, case_id, token)
    return _stream(request, caller, case_id, seat, after)


@router.post("/cases/{case_id}/signals", status_code=204, dependencies=[_DOCTORS])
async def signal(
    request: Request, work: Work, case_id: UUID, body: CaseSignal, token: SeatToken = ""
) -> Response:
    """Tell another's browser something; 409 where that seat has ended since."""
    settings = call_settings(request)
    row, seat = await _seated(work, case_id, token)
    desk.demand_open(row)
    if body.to not in {one["id"] for one in await case_rooms.seats(work.conn, case_id)}:
        raise ConflictError("They are not there, or have sat down anew.")
    values = {"id": case_id, "no": row["patient_no"], "seat": seat, **body.model_dump()}
    most = settings.most_signals * desk.settings_of(request).most_experts
    if not await case_rooms.say(work.conn, values, most):
        raise ThrottledError(int(settings.token_s))
    return Response(status_code=204)


@router.post("/cases/{case_id}/leave", status_code=204, dependencies=[_DOCTORS])
async def leave(work: Work, case_id: UUID, token: SeatToken = "") -> Response:
    """Give up one's seat; the call stays open, and one can come back."""
    row, seat = await _seated(work, case_id, token)
    await case_rooms.leave(work.conn, seat)
    work.note("case.leave", row["patient_no"], case=str(case_id))
    return Response(status_code=204)


async def _seated(work: UnitOfWork, case_id: UUID, token: str) -> tuple[Row, UUID]:
    row = await desk.found(work, case_id)
    desk.demand_part(work, row)
    seat = await case_rooms.seat(work.conn, case_id, token_hash(token), work.caller.user_id)
    if seat is None:
        raise ForbiddenError("This seat has ended: sit down again.")
    return row, seat


def _stream(
    request: Request, caller: Signed, case_id: UUID, seat: UUID | None, after: int
) -> StreamingResponse:
    visit = CaseVisit(
        caller=caller,
        room=case_id,
        seat=seat,
        token_s=call_settings(request).token_s,
        look_s=desk.settings_of(request).look_s,
    )
    hub: RoomHub = request.app.state.rooms
    return StreamingResponse(hub.events(visit, after), media_type=MEDIA_TYPE, headers=HEADERS)
