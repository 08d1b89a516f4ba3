"""The pages of cases: the list, one case with its call, and opening one."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from analytics.domain.care import Role
from api.dashboard import frames
from api.dashboard.consultation_pages import PERMISSIONS
from api.dashboard.visits import Visitor, own_page, to_first_page, to_login

router = APIRouter(include_in_schema=False)


@router.get("/cases")
async def listed(request: Request, visitor: Visitor) -> Response:
    """Cases asked of oneself, by oneself, and of one's patients."""
    return own_page(request, visitor, "cases")


@router.get("/cases/{case_id}")
async def case(request: Request, case_id: UUID, visitor: Visitor) -> Response:
    """One case; whether the caller may look into it is answered by the API."""
    if visitor is None:
        return to_login(request)
    if not frames.may_open(visitor, frames.CASES):
        return to_first_page(visitor)
    answer = frames.frame("case", visitor, case=case_id)
    if visitor.role is Role.DOCTOR:
        answer.headers["Permissions-Policy"] = PERMISSIONS
    return answer


@router.get("/patients/{patient_id}/ask")
async def ask(request: Request, patient_id: UUID, visitor: Visitor) -> Response:
    """Open a case of a patient."""
    if visitor is None:
        return to_login(request)
    if visitor.role is not Role.DOCTOR:
        return to_first_page(visitor)
    return frames.frame("ask", visitor, patient=patient_id)
