"""Taking a patient in and changing their record: one rule for people, programs and feeds."""

from datetime import datetime
from uuid import UUID, uuid4

import psycopg

from analytics.domain.care import Role, scoring_of
from analytics.domain.civil import day_at
from api.devices.topics import bucket_of
from api.errors import ConflictError, ForbiddenError, InvalidError
from api.forms.news2_scope import pregnancy_of, scoring_json
from api.forms.patients import NewPatient, PatientChange
from api.http.deps import UnitOfWork
from api.patients import care_plans
from api.store import keys, patients, stays
from api.store.resources import refused_when_full
from api.store.types import Row
from api.vault import personal_data
from api.vault.personal_data import Contact, Personal

_TAKEN = "Another patient has this external id."


async def take_in(work: UnitOfWork, body: NewPatient) -> UUID:
    """Take a patient in, and begin their stay; coordinators into their own ward.

    Returns:
        The patient's id.

    Raises:
        ForbiddenError: the ward is another's.
        ConflictError: the external id is taken, or the ward is full.
        InvalidError: a field cannot be so.
    """
    ward = body.ward or work.caller.ward
    check_ward(work, ward)
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
        "external_hash": await external_hash(work, body.external_id),
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
    return patient_id


async def change(work: UnitOfWork, row: Row, body: PatientChange) -> None:
    """Change a record as the form says; ``row`` is the record, held until the commit.

    Raises:
        ConflictError: the person was erased, the external id is taken, or the ward is full.
        InvalidError: a field cannot be so.
    """
    if body.beyond_plan():
        await _change_record(work, row, body)
        row = await patients.record(work.conn, row["id"]) or row
    if body.replans():
        await care_plans.change(work, row, body)
    if body.rescores():
        await _change_scoring(work, row["id"], body)
    work.note("patient.change", row["no"], fields=sorted(body.changes()))


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


def check_ward(work: UnitOfWork, ward: str) -> None:
    """Refuse a ward that the caller does not manage."""
    if work.caller.role is not Role.ADMIN and ward != work.caller.ward:
        raise ForbiddenError("A coordinator manages their own ward.")


async def external_hash(work: UnitOfWork, external_id: str | None) -> bytes | None:
    """Return by what an external id is found."""
    return await personal_data.external_hash(work.conn, work.services.vault, external_id)


def _contact(given: object) -> str | Contact | None:
    if given is None or isinstance(given, str):
        return given
    return Contact(**given) if isinstance(given, dict) else None


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
    check_ward(work, ward)
    state = body.state or row["state"]
    until = body.until if "until" in body.changes() else row["paused_until"]
    if body.until is not None and "until" in body.changes() and state != "paused":
        raise InvalidError("until", "goes with the state `paused`")
    values = {
        "ward": ward,
        "sealed": personal_data.seal_personal(key, row["id"], personal),
        "external_hash": await external_hash(work, personal.external_id),
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
