"""Images of one patient and what was found in them."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.find.whose import person_of
from api.fhir.resources.imaging import diagnostic_report_of, imaging_study_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.store import fhir_imaging, patients
from api.store.types import Conn, Row
from api.vault import personal_data
from api.vault.private_text import PatientText

_UID = re.compile(r"[0-9.]{1,64}")
Find = Callable[[Conn, int, fhir_imaging.Key | None, int], Awaitable[list[Row]]]
Make = Callable[[PatientText, Row], Resource]


def _study(text: PatientText, row: Row) -> Resource:
    return imaging_study_of(row, text.open(row["description"]))


def _report(text: PatientText, row: Row) -> Resource:
    return diagnostic_report_of(row, text.open(row["text"]))


async def imaging_study(work: UnitOfWork, key: str) -> Resource | None:
    """Read one study by its Study Instance UID."""
    row = await fhir_imaging.study(work.conn, key) if _UID.fullmatch(key) else None
    return None if row is None else await _one(work, row, _study, "imaging.list")


async def search_imaging_studies(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """A patient's studies, the newest added first."""
    find = fhir_imaging.studies
    return await _all(work, search, find, _study, action="imaging.list", key="uid")


async def diagnostic_report(work: UnitOfWork, key: str) -> Resource | None:
    """Read what somebody found in a study."""
    row = await fhir_imaging.report(work.conn, identity(key, "_id"))
    return None if row is None else await _one(work, row, _report, "imaging.reports")


async def search_diagnostic_reports(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """What was found in a patient's studies, the newest written first."""
    find = fhir_imaging.reports
    return await _all(work, search, find, _report, action="imaging.reports", key="id")


async def _one(work: UnitOfWork, row: Row, make: Make, action: str) -> Resource | None:
    person = await patients.record(work.conn, row["patient"])
    if person is None:
        return None
    work.note(action, row["patient_no"], by="fhir")
    return make(personal_data.text_of(work.services.vault, person), row)


async def _all(
    work: UnitOfWork, search: FhirSearch, find: Find, make: Make, *, action: str, key: str
) -> ResourcePage:
    person = await person_of(work, search)
    if person is None:
        return NOTHING
    read = read_cursor(search.cursor, datetime, str)
    after = (read[0], str(read[1])) if read and isinstance(read[0], datetime) else None
    rows = await find(work.conn, person["no"], after, search.count + 1)
    shown, following = cut(rows, search.count, lambda row: [row["at"], str(row[key])])
    work.note(action, person["no"], n=len(shown), by="fhir")
    text = personal_data.text_of(work.services.vault, person)
    return ResourcePage(resources=[make(text, row) for row in shown], following=following)
