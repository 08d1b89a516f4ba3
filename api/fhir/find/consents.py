"""What one patient agreed to, for who may see the patient."""

from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.find.whose import person_of
from api.fhir.resources.consents import consent_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_newest_first
from api.http.deps import UnitOfWork
from api.store import consents


async def consent(work: UnitOfWork, key: str) -> Resource | None:
    """Read one consent."""
    row = await consents.one(work.conn, identity(key, "_id"))
    if row is None:
        return None
    work.note("consents.list", row["patient_no"], count=1, by="fhir")
    return consent_of(row)


async def search_consents(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """A patient's consents, the newest first, with what was taken back."""
    person = await person_of(work, search)
    if person is None:
        return NOTHING
    after = read_newest_first(search.cursor)
    rows = await consents.page(
        work.conn,
        person["no"],
        after,
        search.count + 1,
    )
    shown, following = cut(rows, search.count, lambda row: [row["given_at"], row["id"]])
    work.note("consents.list", person["no"], count=len(shown), by="fhir")
    return ResourcePage(resources=[consent_of(row) for row in shown], following=following)
