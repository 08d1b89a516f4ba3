"""Questionnaires, and what one patient answered."""

from typing import Any

from analytics.ward.questionnaires import QUESTIONNAIRES
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.resources.questionnaires import questionnaire_of, response_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.patients.answering import answers_of
from api.store import patients, questionnaires
from api.vault import personal_data


async def questionnaire(work: UnitOfWork, key: str) -> Resource | None:
    """Read one Questionnaire; they are no secret, and of nobody."""
    del work
    name = key.replace("-", "_")
    return questionnaire_of(name) if name in QUESTIONNAIRES else None


async def search_questionnaires(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Every Questionnaire that there is."""
    del work, search
    return ResourcePage(resources=[questionnaire_of(name) for name in QUESTIONNAIRES])


async def response(work: UnitOfWork, key: str) -> Resource | None:
    """Read the answers to one."""
    row = await questionnaires.one(work.conn, identity(key, "_id"))
    patient = row and await patients.record(work.conn, row["patient"])
    if not row or not patient:
        return None
    work.note("questionnaires.read", row["patient_no"], by="fhir")
    text = personal_data.text_of(work.services.vault, patient)
    return response_of(row, answers_of(text, row), patient["id"])


async def search_responses(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """What one patient answered, newest first."""
    patient_id = search.patient()
    patient = await patients.record(work.conn, patient_id) if patient_id else None
    if patient is None:
        return NOTHING
    after: Any = read_cursor(search.cursor, int)
    found = await questionnaires.page(
        work.conn, patient["no"], None, before=after[0] if after else None, limit=search.count + 1
    )
    shown, following = cut(found, search.count, lambda one: [one["no"]])
    work.note("questionnaires.read", patient["no"], n=len(shown), by="fhir")
    text = personal_data.text_of(work.services.vault, patient)
    resources = [response_of(one, answers_of(text, one), patient["id"]) for one in shown]
    return ResourcePage(resources=resources, following=following)
