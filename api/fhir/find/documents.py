"""What clinicians wrote of one patient; the patient's own where the site gives it along."""

from analytics.domain.care import Role
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.find.whose import person_of
from api.fhir.resources.documents import document_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_newest_first
from api.http.deps import UnitOfWork
from api.store import notes, patients
from api.vault import personal_data


def _given(work: UnitOfWork) -> bool:
    return work.caller.role is not Role.PATIENT or work.services.settings.notes_to_patients


async def document(work: UnitOfWork, key: str) -> Resource | None:
    """Read one note."""
    row = await notes.own_one(work.conn, identity(key, "_id")) if _given(work) else None
    if row is None:
        return None
    [person] = await patients.of_numbers(work.conn, [row["patient_no"]])
    work.note("notes.read", row["patient_no"], notes=1, by="fhir")
    text = personal_data.text_of(work.services.vault, person)
    return document_of(row, text.open(row["note"]), person["id"])


async def search_documents(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """A patient's notes, newest first; those of a consultation once it is signed."""
    person = await person_of(work, search)
    if person is None or not _given(work):
        return NOTHING
    before = read_newest_first(search.cursor)
    found = await notes.own(
        work.conn,
        person["no"],
        before=before,
        limit=search.count + 1,
    )
    shown, following = cut(found, search.count, lambda one: [one["written_at"], one["id"]])
    work.note("notes.read", person["no"], notes=len(shown), by="fhir")
    text = personal_data.text_of(work.services.vault, person)
    return ResourcePage(
        resources=[document_of(one, text.open(one["note"]), person["id"]) for one in shown],
        following=following,
    )
