"""Questionnaires, and what one patient answered: also in the five questions of *I feel worse*."""

from analytics.ward.questionnaires import QUESTIONNAIRES
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.resources.feels_worse import KEY, feels_worse_form, feels_worse_of
from api.fhir.resources.questionnaires import questionnaire_of, response_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_newest_first
from api.http.deps import UnitOfWork
from api.patients.answering import answers_of
from api.store import fhir_care, patients
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText


async def questionnaire(work: UnitOfWork, key: str) -> Resource | None:
    """Read one Questionnaire; they are no secret, and of nobody."""
    del work
    if key == KEY:
        return feels_worse_form()
    name = key.replace("-", "_")
    return questionnaire_of(name) if name in QUESTIONNAIRES else None


async def search_questionnaires(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Every Questionnaire that there is."""
    del work, search
    found = [questionnaire_of(name) for name in QUESTIONNAIRES]
    return ResourcePage(resources=[*found, feels_worse_form()])


async def response(work: UnitOfWork, key: str) -> Resource | None:
    """Read the answers to one."""
    row = await fhir_care.answered_one(work.conn, identity(key, "_id"))
    patient = row and await patients.record(work.conn, row["patient"])
    if not row or not patient:
        return None
    work.note("questionnaires.read", row["patient_no"], by="fhir")
    return _told(row, personal_data.text_of(work.services.vault, patient))


async def search_responses(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """What one patient answered; what came last comes first."""
    patient_id = search.patient()
    patient = await patients.record(work.conn, patient_id) if patient_id else None
    if patient is None:
        return NOTHING
    after = read_newest_first(search.cursor)
    found = await fhir_care.answered(
        work.conn,
        patient["no"],
        after,
        search.count + 1,
    )
    shown, following = cut(found, search.count, lambda one: [one["at"], one["id"]])
    work.note("questionnaires.read", patient["no"], n=len(shown), by="fhir")
    text = personal_data.text_of(work.services.vault, patient)
    return ResourcePage(resources=[_told(one, text) for one in shown], following=following)


def _told(row: Row, text: PatientText) -> Resource:
    if row["plain"] is not None:
        return feels_worse_of(row, text.open(row["words"]))
    return response_of(row, answers_of(text, {"answers": row["sealed"]}), row["patient"])
