"""Whose record a search is about, where it must name somebody."""

from api.errors import InvalidError
from api.fhir.search import FhirSearch
from api.http.deps import UnitOfWork
from api.store import patients
from api.store.types import Row


async def person_of(work: UnitOfWork, search: FhirSearch) -> Row | None:
    """Return the record of the patient that a search names; None: nobody who may be seen.

    Raises:
        InvalidError: it names nobody.
    """
    wanted = search.patient()
    if wanted is None:
        raise InvalidError("patient", "is needed")
    return await patients.record(work.conn, wanted)
