"""Questionnaire and QuestionnaireResponse: what is asked, and what was answered."""

from typing import Any
from uuid import UUID

from analytics.domain.vitals import LOINC
from analytics.ward.questionnaires import QUESTIONNAIRES, Item, Questionnaire
from api.fhir.elements import Resource, instant, reference, without_nothing

Row = dict[str, Any]
URL = "urn:homeward:questionnaire:"


def questionnaire_of(name: str) -> Resource:
    """Return the Questionnaire of a name that there is."""
    form = QUESTIONNAIRES[name]
    return without_nothing(
        {
            "resourceType": "Questionnaire",
            "id": name.replace("_", "-"),
            "url": URL + name,
            "version": form.version,
            "name": name,
            "title": form.title,
            "status": "active",
            "subjectType": ["Patient"],
            "copyright": form.source,
            "code": [{"system": LOINC, "code": form.loinc}] if form.loinc else None,
            "item": [_item(link, item, form) for link, item in form.items.items()],
        }
    )


def _item(link: str, item: Item, form: Questionnaire) -> Resource:
    found: Resource = {
        "linkId": link,
        "text": item.asked,
        "type": "choice",
        "required": not item.optional,
        "answerOption": [
            {"valueCoding": {"code": str(value), "display": words}}
            for value, words in item.options.items()
        ],
    }
    if item.after is not None:
        asked, least = item.after
        found["enableWhen"] = [
            {"question": asked, "operator": "=", "answerCoding": {"code": str(value)}}
            for value in form.items[asked].options
            if value >= least
        ]
        found["enableBehavior"] = "any"
    return found


def response_of(row: Row, answers: dict[str, int], patient: UUID) -> Resource:
    """Return the QuestionnaireResponse of answers.

    Args:
        row: ``id``, ``questionnaire``, ``version``, ``given_at``, ``received``, ``given_by``,
            ``given_by_role``, ``score``.
        answers: opened; empty once the person was erased.
        patient: of whom.
    """
    form = QUESTIONNAIRES[row["questionnaire"]]
    by_patient = row["given_by_role"] == "patient"
    author = (
        reference("Patient", patient) if by_patient else reference("Practitioner", row["given_by"])
    )
    return without_nothing(
        {
            "resourceType": "QuestionnaireResponse",
            "id": str(row["id"]),
            "questionnaire": f"{URL}{row['questionnaire']}|{row['version']}",
            "status": "completed",
            "subject": reference("Patient", patient),
            "authored": instant(row["given_at"]),
            "author": author,
            "source": reference("Patient", patient),
            "item": [
                {
                    "linkId": link,
                    "text": form.items[link].asked,
                    "answer": [
                        {
                            "valueCoding": {
                                "code": str(value),
                                "display": form.items[link].options[value],
                            }
                        }
                    ],
                }
                for link, value in answers.items()
                if link in form.items and value in form.items[link].options
            ],
        }
    )
