"""The pages of consultations: the list, and the room, which alone may use camera and microphone."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from analytics.domain.care import Role
from api.dashboard import frames
from api.dashboard.visits import Visitor, own_page, to_first_page, to_login
from api.http.deps import acting, services_of
from api.store import chart_points

router = APIRouter(include_in_schema=False)
PERMISSIONS: Final = "camera=(self), microphone=(self), geolocation=()"
_MAY_MEET = frozenset({Role.PATIENT, Role.DOCTOR})


@router.get("/consultations")
async def consultations(request: Request, visitor: Visitor) -> Response:
    """Consultations that are booked and that were, and booking one."""
    found = None
    if visitor is not None and visitor.role is Role.PATIENT and visitor.patient_no is not None:
        async with acting(services_of(request), visitor) as work:
            found = await chart_points.patient_id(work.conn, visitor.patient_no)
    return own_page(request, visitor, "consultations", patient=found)


@router.get("/call/{consultation_id}")
async def call(request: Request, consultation_id: UUID, visitor: Visitor) -> Response:
    """The room of one consultation; whether the caller may enter is answered by the API."""
    if visitor is None:
        return to_login(request)
    if visitor.role not in _MAY_MEET:
        return to_first_page(visitor)
    answer = frames.frame("call", visitor, consultation=consultation_id)
    answer.headers["Permissions-Policy"] = PERMISSIONS
    return answer
