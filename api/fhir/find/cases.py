"""Cases of one patient: who asked whom, and what was said where the reader is given it."""

from typing import Any

from analytics.domain.care import Role
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.find.whose import person_of
from api.fhir.resources.cases import service_request_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.store import cases, patients
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText


async def service_request(work: UnitOfWork, key: str) -> Resource | None:
    """Read one case, as somebody who sees the patient; experts read theirs at ``/cases``."""
    row = await cases.one_in_record(work.conn, identity(key, "_id"))
    if row is None:
        return None
    [person] = await patients.of_numbers(work.conn, [row["patient_no"]])
    work.note("cases.list", row["patient_no"], by="fhir")
    text = personal_data.text_of(work.services.vault, person)
    return service_request_of(_opened(work, row, text))


async def search_service_requests(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """A patient's cases, the newest first."""
    person = await person_of(work, search)
    if person is None:
        return NOTHING
    after: Any = read_cursor(search.cursor, int)
    rows = await cases.in_record(
        work.conn, person["no"], before=after[0] if after else None, limit=search.count + 1
    )
    shown, following = cut(rows, search.count, lambda row: [row["no"]])
    work.note("cases.list", person["no"], n=len(shown), by="fhir")
    text = personal_data.text_of(work.services.vault, person)
    found = [service_request_of(_opened(work, row, text)) for row in shown]
    return ResourcePage(resources=found, following=following)


def _opened(work: UnitOfWork, row: Row, text: PatientText) -> Row:
    """Open the words; a patient is given them where the site gives what clinicians write."""
    told = work.caller.role is not Role.PATIENT or work.services.settings.notes_to_patients

    def words(sealed: str | None) -> str | None:
        return text.open(sealed) if told else None

    return {
        **row,
        "question": words(row["question"]),
        "experts": [one | {"conclusion": words(one["conclusion"])} for one in row["experts"]],
        "entries": [one | {"text": words(one["text"])} for one in row["entries"]],
    }
