"""*I feel worse* as a Questionnaire, and a report of it as a QuestionnaireResponse."""

from typing import Any, Final

from analytics.rules.patient_report import CONDITION, QUESTIONS
from api.fhir.elements import Resource, instant, meta, reference, without_nothing

Row = dict[str, Any]
KEY: Final = CONDITION.replace("_", "-")
_URL: Final = f"urn:homeward:questionnaire:{CONDITION}"
_WORDS: Final = {"linkId": "words", "text": "In your own words"}


def feels_worse_form() -> Resource:
    """Return the Questionnaire of the five questions."""
    asked: list[Resource] = [
        {
            "linkId": link,
            "text": question.asked,
            "type": "choice",
            "required": True,
            "answerOption": [
                {"valueCoding": {"code": code, "display": words}}
                for code, words in question.choices.items()
            ],
        }
        for link, question in QUESTIONS.items()
    ]
    return {
        "resourceType": "Questionnaire",
        "id": KEY,
        "url": _URL,
        "version": "1",
        "name": CONDITION,
        "title": "I feel worse",
        "status": "active",
        "subjectType": ["Patient"],
        "item": [*asked, {**_WORDS, "type": "text", "required": False}],
    }


def feels_worse_of(row: Row, words: str | None) -> Resource:
    """Return the QuestionnaireResponse of a report.

    Args:
        row: of ``api.store.fhir_care.answered``; its answers are ``plain``.
        words: the patient's own, opened; None: none were said.
    """
    person = reference("Patient", row["patient"])
    items: list[Resource] = [
        {
            "linkId": link,
            "text": question.asked,
            "answer": [{"valueCoding": {"code": code, "display": question.choices[code]}}],
        }
        for link, question in QUESTIONS.items()
        if (code := row["plain"].get(link)) in question.choices
    ]
    if words:
        items.append({**_WORDS, "answer": [{"valueString": words}]})
    return without_nothing(
        {
            "resourceType": "QuestionnaireResponse",
            "id": str(row["id"]),
            "meta": meta(changed=row["at"]),
            "questionnaire": f"{_URL}|{row['version']}",
            "status": "completed",
            "subject": person,
            "authored": instant(row["given_at"]),
            "author": person,
            "source": person,
            "item": items,
        }
    )
