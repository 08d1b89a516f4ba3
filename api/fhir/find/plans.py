"""Plans at home of one patient."""

from collections.abc import Sequence
from typing import Any

from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.resources.care_plans import care_plan_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.patients import home_plans as words
from api.store import home_plans, patients
from api.store.types import Row
from api.vault import personal_data


async def _told(work: UnitOfWork, patient: Row, plans: Sequence[Row]) -> list[Resource]:
    text = personal_data.text_of(work.services.vault, patient)
    keys = [one["id"] for one in plans]
    tasks = await home_plans.tasks(work.conn, keys)
    became = await home_plans.became(work.conn, keys)
    opened = [
        {
            **one,
            "words": text.open(one["words"]),
            "became": [due for due in became if due["task_id"] == one["id"]],
        }
        for one in tasks
    ]
    return [
        care_plan_of(
            one,
            words.opened(text, one),
            [task for task in opened if task["plan_id"] == one["id"]],
            patient["id"],
        )
        for one in plans
    ]


async def care_plan(work: UnitOfWork, key: str) -> Resource | None:
    """Read one plan at home."""
    row = await home_plans.one(work.conn, identity(key, "_id"))
    patient = row and await patients.record(work.conn, row["patient"])
    if not row or not patient:
        return None
    work.note("plans.read", row["patient_no"], by="fhir")
    return (await _told(work, patient, [row]))[0]


async def search_care_plans(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """The plans at home of one patient, newest first."""
    patient_id = search.patient()
    patient = await patients.record(work.conn, patient_id) if patient_id else None
    if patient is None:
        return NOTHING
    after: Any = read_cursor(search.cursor, int)
    found = await home_plans.of_patient(
        work.conn, patient["no"], before=after[0] if after else None, limit=search.count + 1
    )
    shown, following = cut(found, search.count, lambda one: [one["no"]])
    work.note("plans.read", patient["no"], n=len(shown), by="fhir")
    return ResourcePage(resources=await _told(work, patient, shown), following=following)
