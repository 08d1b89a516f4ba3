"""The patient's page: one frame for everybody who may see the patient, with the parts of each role.

Whether the caller may see this patient is answered by the API, not by the frame.
"""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.dashboard import frames
from api.dashboard.administration import MANAGERS, care_fields
from api.dashboard.visits import SEE_OTHER, Visitor, to_first_page, to_login
from api.http.deps import acting, services_of
from api.store import chart_points

router = APIRouter()
PARTS: Final = (
    ("course", "Course"),
    ("events", "Events"),
    ("plan", "Plan and limits"),
    ("devices", "Devices"),
    ("record", "Record"),
)
"""The tabs: each is a template in ``templates/patient``, and a name in the page's address."""


@router.get("/patients/{patient_id}")
async def patient(request: Request, patient_id: UUID, visitor: Visitor) -> Response:
    """One patient: how they are, what happened, by which limits they are judged, the record."""
    if visitor is None:
        return to_login(request)
    if visitor.role is Role.PATIENT:
        return RedirectResponse(frames.MINE, SEE_OTHER)
    return frames.frame(
        "patient",
        visitor,
        status=200,
        patient=patient_id,
        parts=PARTS,
        may_enter=visitor.role in {Role.DOCTOR, Role.NURSE, Role.ADMIN},
        sets_limits=visitor.role in {*MANAGERS, Role.DOCTOR},
        manages=visitor.role in MANAGERS,
        **await care_fields(request, visitor),
    )


@router.get("/patients/{patient_id}/images")
async def images(request: Request, patient_id: UUID, visitor: Visitor) -> Response:
    """Images of a patient; a patient sees their own."""
    if visitor is None:
        return to_login(request)
    return _images(visitor, patient_id)


@router.get("/images")
async def own_images(request: Request, visitor: Visitor) -> Response:
    """A patient's own images."""
    if visitor is None:
        return to_login(request)
    found = None
    if visitor.role is Role.PATIENT and visitor.patient_no is not None:
        async with acting(services_of(request), visitor) as work:
            found = await chart_points.patient_id(work.conn, visitor.patient_no)
    return to_first_page(visitor) if found is None else _images(visitor, found)


def _images(visitor: Caller, patient_id: UUID) -> Response:
    return frames.frame(
        "images",
        visitor,
        status=200,
        patient=patient_id,
        may_add=visitor.role is not Role.PATIENT,
        may_report=visitor.role in {Role.DOCTOR, Role.ADMIN},
    )


@router.get("/patients/{patient_id}/record")
async def record(patient_id: UUID) -> Response:
    """The record is a part of the patient's page; addresses kept from before lead there."""
    return RedirectResponse(f"/patients/{patient_id}?tab=record", SEE_OTHER)
