"""A patient's stays in the ward, in the words of FHIR's Encounter."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.errors import NotFoundError
from api.forms.paging import Page
from api.http.deps import Work
from api.store import patients, stays

router = APIRouter(tags=["patients"])


class Period(BaseModel):
    """From admission to discharge; ``end`` is null while the patient is here."""

    start: datetime
    end: datetime | None


class Encounter(BaseModel):
    """One stay.

    ``class`` is of HL7's ActCode: ``VR`` virtual, ``HH`` home health. ``participants`` are the
    accounts of the care team as it was at the end; while the stay lasts, the record names them.
    """

    id: UUID
    status: Literal["in-progress", "finished"]
    kind: Annotated[Literal["VR", "HH"], Field(serialization_alias="class")]
    period: Period
    participants: list[UUID]


@router.get("/patients/{patient_id}/encounters")
async def list_encounters(work: Work, patient_id: UUID) -> Page[Encounter]:
    """List a patient's stays, newest first."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    found = await stays.of_patient(work.conn, patient_no)
    work.note("encounters.list", patient_no, count=len(found))
    shown = [
        Encounter(
            **row,
            kind=row["class"],
            period=Period(start=row["period_start"], end=row["period_end"]),
        )
        for row in found
    ]
    return Page(items=shown, next=None)
