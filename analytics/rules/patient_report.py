"""*I feel worse*: five questions that a patient answers, and how urgent the answers are. Pure.

A person's own word is reason enough for somebody to look: any report is of medium priority at
least (patients' and families' worry as a ground for review: Martha's Rule, NHS England, 2024). What
the NHS tells people to call an ambulance for (chest pain, breathlessness at rest, confusion or
fainting) makes it high. Priorities and words are proposed. An answer never lowers anything: no
question has an answer that ends, delays or outweighs another finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from analytics.domain.alerts import Priority

CONDITION: Final = "feels_worse"
RULE: Final = "patient_report/1"
_CALM: Final = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuestion:
    """One question.

    Attributes:
        asked: the words for the patient.
        choices: answer as it is sent, and the words for the patient, the calm one first.
        graver: priority of each answer that is not calm.
        told: what a clinician reads of such an answer.
    """

    asked: str
    choices: Mapping[str, str]
    graver: Mapping[str, Priority]
    told: Mapping[str, str]


QUESTIONS: Final[Mapping[str, ReportQuestion]] = MappingProxyType(
    {
        "breath": ReportQuestion(
            asked="Is it harder to breathe than usual?",
            choices={"no": "No", "moving": "Yes, when I move", "rest": "Yes, even at rest"},
            graver={"moving": Priority.MEDIUM, "rest": Priority.HIGH},
            told={"moving": "more breathless on moving", "rest": "breathless at rest"},
        ),
        "chest": ReportQuestion(
            asked="Do you have pain or pressure in your chest?",
            choices={"no": "No", "yes": "Yes"},
            graver={"yes": Priority.HIGH},
            told={"yes": "pain or pressure in the chest"},
        ),
        "mind": ReportQuestion(
            asked="Are you confused or very drowsy, or have you fainted?",
            choices={"no": "No", "yes": "Yes"},
            graver={"yes": Priority.HIGH},
            told={"yes": "confused, very drowsy or fainted"},
        ),
        "fever": ReportQuestion(
            asked="Do you feel hot, or do you shiver?",
            choices={"no": "No", "yes": "Yes"},
            graver={"yes": Priority.MEDIUM},
            told={"yes": "feels hot or shivers"},
        ),
        "drink": ReportQuestion(
            asked="Is it hard to drink, or to keep it down?",
            choices={"no": "No", "yes": "Yes"},
            graver={"yes": Priority.MEDIUM},
            told={"yes": "cannot drink or keep it down"},
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedReport:
    """What a report asks for: how urgent it is, and one line for a clinician."""

    priority: Priority
    message: str


def judge(answers: Mapping[str, str]) -> JudgedReport:
    """Return how urgent a report is.

    Args:
        answers: an answer to each of :data:`QUESTIONS`.

    Raises:
        KeyError: a question or an answer that is none.
    """
    given = {name: answers[name] for name in QUESTIONS}
    told = [
        (QUESTIONS[name].graver[answer], QUESTIONS[name].told[answer])
        for name, answer in given.items()
        if answer != _CALM
    ]
    high = any(priority is Priority.HIGH for priority, _ in told)
    words = "; ".join(words for _, words in told) or "none of the five questions says how"
    return JudgedReport(
        priority=Priority.HIGH if high else Priority.MEDIUM,
        message=f"Feels worse, says the patient: {words}",
    )


def in_words(answers: Mapping[str, str]) -> list[dict[str, str]]:
    """Return each question that was answered, and its answer, in words."""
    return [
        {"question": QUESTIONS[name].asked, "answer": QUESTIONS[name].choices[answer]}
        for name, answer in answers.items()
        if name in QUESTIONS and answer in QUESTIONS[name].choices
    ]
