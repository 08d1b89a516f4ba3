"""Messages and advice as Communications, consultations as Appointments, of one patient."""

import json
from typing import Any

from analytics.domain.care import Role
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.find.whose import person_of
from api.fhir.resources.contact import appointment_of, communication_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor, read_newest_first
from api.http.deps import UnitOfWork
from api.store import consultations, fhir_care, patients
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText


async def communication(work: UnitOfWork, key: str) -> Resource | None:
    """Read one message or advice."""
    row = await fhir_care.communication(work.conn, identity(key, "_id"))
    if row is None:
        return None
    [person] = await patients.of_numbers(work.conn, [row["patient_no"]])
    work.note("messages.read", row["patient_no"], n=1, by="fhir")
    return _communication(row, personal_data.text_of(work.services.vault, person))


async def search_communications(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """A patient's messages and advice, newest first."""
    person = await person_of(work, search)
    if person is None:
        return NOTHING
    after = read_newest_first(search.cursor)
    rows = await fhir_care.communications(
        work.conn,
        person["no"],
        after,
        search.count + 1,
    )
    shown, following = cut(rows, search.count, lambda row: [row["at"], row["id"]])
    work.note("messages.read", person["no"], n=len(shown), by="fhir")
    text = personal_data.text_of(work.services.vault, person)
    return ResourcePage(resources=[_communication(row, text) for row in shown], following=following)


async def appointment(work: UnitOfWork, key: str) -> Resource | None:
    """Read one consultation."""
    row = await consultations.one(work.conn, identity(key, "_id"))
    if row is None:
        return None
    [person] = await patients.of_numbers(work.conn, [row["patient_no"]])
    work.note("consultation.read", row["patient_no"], consultation=key, by="fhir")
    return _appointment(work, row, personal_data.text_of(work.services.vault, person))


async def search_appointments(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """A patient's consultations, the newest booked first."""
    person = await person_of(work, search)
    if person is None:
        return NOTHING
    after: Any = read_cursor(search.cursor, int)
    rows = await consultations.of_patient(
        work.conn, person["no"], before=after[0] if after else None, limit=search.count + 1
    )
    shown, following = cut(rows, search.count, lambda row: [row["no"]])
    work.note("consultations.read", person["no"], n=len(shown), by="fhir")
    text = personal_data.text_of(work.services.vault, person)
    found = [_appointment(work, row, text) for row in shown]
    return ResourcePage(resources=found, following=following)


def _communication(row: Row, text: PatientText) -> Resource:
    return communication_of({**row, "text": text.open(row["text"])})


def _appointment(work: UnitOfWork, row: Row, text: PatientText) -> Resource:
    hidden = work.caller.role is Role.PATIENT and row["signed_at"] is None
    tasks = json.loads(text.open(row["follow_up"]) or "[]")
    lines = [] if hidden else [text.open(row["summary"]) or "", *tasks]
    instruction = "\n".join(line for line in lines if line)
    return appointment_of({**row, "about": text.open(row["about"]), "instruction": instruction})
