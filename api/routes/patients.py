"""Patients: take in, list, read, change, and forget."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import psycopg
from fastapi import APIRouter, Query, Response

from analytics import settings
from analytics.domain.care import Role, scoring_of
from analytics.domain.civil import age_on, day_at
from api.devices.topics import bucket_of
from api.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from api.forms.news2_scope import pregnancy_of, scoring_json
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
from api.patients import care_plans
from api.patients.identifiers import identifier_of
from api.store import keys, notes, patients, stays
from api.store.resources import refused_when_full
from api.store.timestamps import ms_of
from api.store.types import Row
from api.vault import personal_data
from api.vault.personal_data import Contact, Personal

router = APIRouter(tags=["patients"])
_DOCTORS = "A doctor may change how a patient is judged and pregnant; the rest a coordinator."
_TAKEN = "Another patient has this external id."


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


def _contact(given: object) -> str | Contact | None:
    if given is None or isinstance(given, str):
        return given
    return Contact(**given) if isinstance(given, dict) else None


def _check_state(state: str, until: datetime | None, now: datetime) -> datetime | None:
    """Return until when the patient is paused, None in every other state."""
    if state != "paused":
        return None
    if until is None:
        raise InvalidError("until", "is needed to pause: nobody is to be forgotten in a pause")
    if until <= now:
        raise InvalidError("until", "must lie ahead")
    return until


def _check_birth(personal: Personal, zone: str, now: datetime) -> None:
    """By the person's own calendar: there it may be tomorrow already."""
    if personal.birth_date is not None and personal.birth_date > day_at(now, zone):
        raise InvalidError("birth_date", "must not lie ahead")


async def _zone(work: UnitOfWork, asked: str | None, otherwise: str) -> str:
    """Return the person's zone, which the database must know as well."""
    if asked is not None and not await patients.knows_zone(work.conn, asked):
        raise InvalidError("time_zone", "is not a time zone that the database knows")
    return asked or otherwise


@router.get("/patients")
async def list_patients(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 100,
    external_id: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[PatientAnswer]:
    """List the patients whom the caller may see, in the order they were taken in."""
    after = read_cursor(cursor, int)
    sought = await _external_hash(work, external_id)
    rows = await patients.records(
        work.conn, after=int(str(after[0])) if after else 0, limit=limit + 1, external_hash=sought
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.note("patients.list", patients=[row["no"] for row in shown])
    return Page(items=[PatientAnswer(**_shown(work, row)) for row in shown], next=following)


@router.post("/patients", status_code=201, dependencies=[allow(*COORDINATORS)])
async def take_in(work: Work, body: NewPatient) -> PatientInFull:
    """Take a patient in; coordinators into their own ward."""
    ward = body.ward or work.caller.ward
    _check_ward(work, ward)
    fields = body.model_dump(include={"name", "birth_date", "phone", "external_id"})
    personal = Personal(
        **fields, emergency_contact=_contact(body.model_dump()["emergency_contact"])
    )
    zone = await _zone(work, body.time_zone, work.services.settings.zone)
    _check_birth(personal, zone, work.now)
    patient_id = uuid4()
    key, wrapped = personal_data.new_patient_key(work.services.vault, patient_id)
    values = {
        **body.model_dump(include={"sex", "state", "language"}),
        "spo2_scale": body.spo2_scale,
        "limits": {},
        "time_zone": zone,
        "id": patient_id,
        "bucket": bucket_of(patient_id),
        "ward": ward,
        "sealed": personal_data.seal_personal(key, patient_id, personal),
        "external_hash": await _external_hash(work, body.external_id),
        "paused_until": _check_state(body.state, body.until, work.now),
        "scoring": scoring_json(
            body.birth_date, body.pregnant, zone, work.now, diabetes=body.diabetes
        ),
        "set_by": work.caller.user_id,
        "now": work.now,
    }
    try:
        patient_no = await patients.add(work.conn, values)
    except psycopg.errors.UniqueViolation as error:
        raise ConflictError(_TAKEN) from error
    await keys.put_patient_key(work.conn, patient_no, wrapped.version, wrapped.data)
    row = await patients.record(work.conn, patient_id)
    if row is not None and body.changes_more():
        await care_plans.change(work, row, body)
    if body.state != "discharged":
        with refused_when_full():
            await stays.begin(work.conn, patient_no, work.now, again=False)
    work.note("patient.create", patient_no)
    return await _in_full(work, patient_id)


def _check_ward(work: UnitOfWork, ward: str) -> None:
    if work.caller.role is not Role.ADMIN and ward != work.caller.ward:
        raise ForbiddenError("A coordinator manages their own ward.")


async def _external_hash(work: UnitOfWork, external_id: str | None) -> bytes | None:
    return await personal_data.external_hash(work.conn, work.services.vault, external_id)


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
    if body.beyond_plan():
        await _change_record(work, row, body)
        row = await patients.record(work.conn, patient_id) or row
    if body.replans():
        await care_plans.change(work, row, body)
    if body.rescores():
        await _change_scoring(work, patient_id, body)
    work.note("patient.change", row["no"], fields=sorted(body.changes()))
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


async def _change_scoring(work: UnitOfWork, patient_id: UUID, body: PatientChange) -> None:
    """Say anew which rules apply, by the record as it has just been changed."""
    row = await patients.record(work.conn, patient_id)
    personal = personal_data.open_personal(work.services.vault, row) if row else None
    if row is None or personal is None:
        raise ConflictError("This person was erased.")
    said, zone = body.changes(), row["time_zone"]
    pregnant = body.pregnant if "pregnant" in said else pregnancy_of(row["scoring"])
    diabetes = body.diabetes if "diabetes" in said else scoring_of(row["scoring"]).diabetes
    fresh = scoring_json(personal.birth_date, pregnant, zone, work.now, diabetes=diabetes)
    if fresh != row["scoring"]:
        await patients.set_scoring(work.conn, row["no"], fresh, work.now)


async def _change_record(work: UnitOfWork, row: Row, body: PatientChange) -> None:
    key = personal_data.patient_key(work.services.vault, row)
    old = personal_data.open_personal(work.services.vault, row)
    if key is None or old is None:
        raise ConflictError("This person was erased.")
    personal = _changed(old, body)
    zone = await _zone(work, body.time_zone, row["time_zone"])
    _check_birth(personal, zone, work.now)
    ward = body.ward or row["ward"]
    _check_ward(work, ward)
    state = body.state or row["state"]
    until = body.until if "until" in body.changes() else row["paused_until"]
    if body.until is not None and "until" in body.changes() and state != "paused":
        raise InvalidError("until", "goes with the state `paused`")
    values = {
        "ward": ward,
        "sealed": personal_data.seal_personal(key, row["id"], personal),
        "external_hash": await _external_hash(work, personal.external_id),
        "sex": body.sex or row["sex"],
        "language": body.language if "language" in body.changes() else row["language"],
        "time_zone": zone,
        "state": state,
        "paused_until": until if not _touches_state(body) else _check_state(state, until, work.now),
    }
    try:
        await patients.change(work.conn, row["no"], values)
    except psycopg.errors.UniqueViolation as error:
        raise ConflictError(_TAKEN) from error
    if ward != row["ward"]:
        with refused_when_full():
            await stays.move(work.conn, row["no"], ward, work.now)
    with refused_when_full():
        changed = await stays.follow(work.conn, row["no"], row["state"], state, work.now)
    if changed:
        work.note(changed, row["no"])


def _touches_state(body: PatientChange) -> bool:
    return bool(body.changes() & {"state", "until"})


def _changed(old: Personal, body: PatientChange) -> Personal:
    given = body.model_dump(include=body.model_fields_set)
    return Personal(
        name=given.get("name") or old.name,
        birth_date=given.get("birth_date") or old.birth_date,
        phone=given.get("phone", old.phone),
        external_id=given.get("external_id", old.external_id),
        simulated=old.simulated,
        emergency_contact=_contact(given["emergency_contact"])
        if "emergency_contact" in given
        else old.emergency_contact,
    )
