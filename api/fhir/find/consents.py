"""What one patient agreed to, for who may see the patient."""

from datetime import datetime
from uuid import UUID

from api.errors import InvalidError
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.resources.consents import consent_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.store import consents, patients


async def consent(work: UnitOfWork, key: str) -> Resource | None:
    """Read one consent."""
    row = await consents.one(work.conn, identity(key, "_id"))
    if row is None:
        return None
    work.note("consents.list", row["patient_no"], count=1, by="fhir")
    return consent_of(row)


async def search_consents(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """A patient's consents, the newest first, with what was taken back."""
    patient_id = search.patient()
    if patient_id is None:
        raise InvalidError("patient", "is needed")
    person = await patients.record(work.conn, patient_id)
    if person is None:
        return NOTHING
    key = read_cursor(search.cursor, datetime, UUID)
    after = (key[0], key[1]) if key else None
    rows = await consents.page(
        work.conn,
        person["no"],
        after,  # type: ignore[arg-type]  # read_cursor has checked both
        search.count + 1,
    )
    shown, following = cut(rows, search.count, lambda row: [row["given_at"], row["id"]])
    work.note("consents.list", person["no"], count=len(shown), by="fhir")
    return ResourcePage(resources=[consent_of(row) for row in shown], following=following)
