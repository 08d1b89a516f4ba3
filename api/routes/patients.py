"""Patients: take in, list, read, change, and forget."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from analytics import settings
from analytics.domain.care import Role, scoring_of
from analytics.domain.civil import age_on, day_at
from api.errors import ForbiddenError, NotFoundError
from api.forms.news2_scope import pregnancy_of
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.patients import (
    NewPatient,
    PatientAnswer,
    PatientChange,
    PatientInFull,
    SaidOfPatient,
)
from api.forms.revisions import IfMatch, agree, tag
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.patients import care_plans, records
from api.patients.identifiers import identifier_of
from api.store import notes, patients
from api.store.timestamps import ms_of
from api.store.types import Row
from api.vault import personal_data
from api.vault.personal_data import Contact

router = APIRouter(tags=["patients"])
_DOCTORS = "A doctor may change how a patient is judged and pregnant; the rest a coordinator."


def _shown(work: UnitOfWork, row: Row) -> dict[str, Any]:
    """Return a record as it is answered, with the personal part opened."""
    personal = personal_data.open_personal(work.services.vault, row)
    contact = personal.emergency_contact if personal else None
    born = personal.birth_date if personal else None
    return {
        **row,
        "name": personal.name if personal else None,
        "identifier": identifier_of(personal),
        "birth_date": born,
        "age": age_on(day_at(work.now, row["time_zone"]), born) if born else None,
        "external_id": personal.external_id if personal else None,
        "phone": personal.phone if personal else None,
        "emergency_contact": _contact_form(contact),
        "spo2_scale": row["spo2_scale"] or 1,
        "limits": {
            name: {said: one[said] for said in ("low", "high", "until") if said in one}
            for name, one in (row["limits"] or {}).items()
        },
        "settings": settings.nested(row["settings"] or {}),
        "pregnant": pregnancy_of(row["scoring"]),
        "diabetes": scoring_of(row["scoring"]).diabetes,
        "not_scored": scoring_of(row["scoring"]).unscored_at(ms_of(work.now)),
        "until": row["paused_until"],
        "doctor": row["doctor_id"],
        "doctor_name": row["doctor_name"],
    }


def _contact_form(contact: str | Contact | None) -> object:
    if isinstance(contact, Contact):
        return {"name": contact.name, "phone": contact.phone, "relation": contact.relation}
    return contact


@router.get("/patients")
async def list_patients(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 100,
    external_id: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[PatientAnswer]:
    """List the patients whom the caller may see, in the order they were taken in."""
    after = read_cursor(cursor, int)
    sought = await records.external_hash(work, external_id)
    rows = await patients.records(
        work.conn, after=int(str(after[0])) if after else 0, limit=limit + 1, external_hash=sought
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.saw("patients.list", (row["no"] for row in shown))
    return Page(items=[PatientAnswer(**_shown(work, row)) for row in shown], next=following)


@router.post("/patients", status_code=201, dependencies=[allow(*COORDINATORS)])
async def take_in(work: Work, body: NewPatient) -> PatientInFull:
    """Take a patient in; coordinators into their own ward."""
    return await _in_full(work, await records.take_in(work, body))


async def _in_full(work: UnitOfWork, patient_id: UUID) -> PatientInFull:
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    return await _with_team(work, row)


async def _with_team(work: UnitOfWork, row: Row) -> PatientInFull:
    team = await patients.care_team(work.conn, row["no"])
    limits = await care_plans.limits_in_force(work, row)
    said = await _statements(work, row)
    return PatientInFull(
        **_shown(work, row), care_team=team, limits_in_force=limits, statements=said
    )


async def _statements(work: UnitOfWork, row: Row) -> dict[str, SaidOfPatient]:
    text = personal_data.text_of(work.services.vault, row)
    return {
        one["kind"]: SaidOfPatient(
            text=text.open(one["text"]), at=one["written_at"], by_name=one["written_by_name"]
        )
        for one in await notes.standing(work.conn, row["no"])
    }


@router.get("/patients/{patient_id}")
async def read_patient(work: Work, patient_id: UUID, response: Response) -> PatientInFull:
    """Read one patient's record."""
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    work.note("patient.read", row["no"])
    tag(response, row["revision"])
    return await _with_team(work, row)


@router.patch("/patients/{patient_id}", dependencies=[allow(*COORDINATORS, Role.DOCTOR)])
async def change_patient(
    work: Work, patient_id: UUID, body: PatientChange, named: IfMatch, response: Response
) -> PatientInFull:
    """Change a record; a doctor of the patient may change limits and oxygen scale alone."""
    if work.caller.role is Role.DOCTOR and body.beyond_plan():
        raise ForbiddenError(_DOCTORS)
    row = await _held(work, patient_id)
    agree(row["revision"], named, body.revision)
    await records.change(work, row, body)
    changed = await _in_full(work, patient_id)
    tag(response, changed.revision)
    return changed


async def _held(work: UnitOfWork, patient_id: UUID) -> Row:
    """Return a record that nobody else changes until the commit: held first, read after."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    await patients.hold(work.conn, patient_no)
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    return row
