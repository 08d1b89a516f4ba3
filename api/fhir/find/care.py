"""What is asked of whom, for who may see the patient."""

from collections.abc import Awaitable, Callable

from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.find.whose import person_of
from api.fhir.resources.care import task_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_newest_first
from api.http.deps import UnitOfWork
from api.store import fhir_care, patients
from api.store.types import Row
from api.vault import personal_data

Make = Callable[[Row, str | None], Resource]


async def task(work: UnitOfWork, key: str) -> Resource | None:
    """Read one thing that is asked for."""
    row = await fhir_care.task(work.conn, identity(key, "_id"))
    return None if row is None else await _one(work, row, task_of, "calls.list")


async def search_tasks(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Calls and measurements that were asked for of one patient, newest first."""
    return await _all(work, search, fhir_care.tasks, task_of, "calls.list")


async def _one(work: UnitOfWork, row: Row, make: Make, action: str) -> Resource | None:
    record = await patients.record(work.conn, row["patient"])
    if record is None:
        return None
    work.note(action, row["patient_no"], by="fhir")
    return make(row, _opened(work, record, row))


def _opened(work: UnitOfWork, record: Row, row: Row) -> str | None:
    if not row["text"]:
        return None
    return personal_data.text_of(work.services.vault, record).open(row["text"])


async def _all(
    work: UnitOfWork,
    search: FhirSearch,
    find: Callable[..., Awaitable[list[Row]]],
    make: Make,
    action: str,
) -> ResourcePage:
    record = await person_of(work, search)
    if record is None:
        return NOTHING
    key = read_newest_first(search.cursor)
    rows = await find(work.conn, record["no"], key, search.count + 1)
    shown, following = cut(rows, search.count, lambda row: [row["at"], row["id"]])
    work.note(action, record["no"], n=len(shown), by="fhir")
    return ResourcePage(
        resources=[make(row, _opened(work, record, row)) for row in shown], following=following
    )
