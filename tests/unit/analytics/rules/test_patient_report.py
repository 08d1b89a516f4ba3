"""A person's own word is never lost, never calm, and grave where an ambulance would be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.alerts import Priority
from analytics.rules.patient_report import QUESTIONS, judge

CALM = dict.fromkeys(QUESTIONS, "no")
ANSWERS = st.fixed_dictionaries(
    {name: st.sampled_from(list(question.choices)) for name, question in QUESTIONS.items()}
)
RANK = {Priority.MEDIUM: 1, Priority.HIGH: 2}


@pytest.mark.parametrize(
    ("name", "answer"), [("breath", "rest"), ("chest", "yes"), ("mind", "yes")]
)
def test_what_an_ambulance_is_called_for_is_high(name: str, answer: str) -> None:
    judged = judge({**CALM, name: answer})
    assert judged.priority is Priority.HIGH
    assert QUESTIONS[name].told[answer] in judged.message


def test_who_says_no_to_everything_is_still_looked_at() -> None:
    assert judge(CALM).priority is Priority.MEDIUM


@given(answers=ANSWERS, name=st.sampled_from(list(QUESTIONS)))
def test_no_answer_lowers_what_the_others_say(answers: dict[str, str], name: str) -> None:
    told = RANK[judge(answers).priority]
    assert told >= RANK[judge({**answers, name: "no"}).priority]
    assert told == max(RANK[judge({**CALM, one: answers[one]}).priority] for one in QUESTIONS)


def test_every_answer_has_its_words() -> None:
    for question in QUESTIONS.values():
        assert next(iter(question.choices)) == "no"
        graver = set(question.choices) - {"no"}
        assert set(question.graver) == set(question.told) == graver
