"""Branching, sums and rules of questionnaires: missing is no "no", rules name their source."""

import pytest

from analytics.domain.alerts import Priority
from analytics.ward.answers import WrongAnswerError, answered
from analytics.ward.questionnaires import QUESTIONNAIRES

PHQ9 = {f"q{n}": 0 for n in range(1, 10)}
DIARY = {"breath": 0, "cough": 0, "swelling": 0, "sleep": 0, "tired": 0}


@pytest.mark.parametrize(
    ("name", "answers", "score", "urgent"),
    [
        ("pain", {"now": 0}, 0, None),
        ("pain", {"now": 3, "where": 0}, 3, None),
        ("pain", {"now": 7, "where": 0, "new": 0}, 7, Priority.MEDIUM),
        ("pain", {"now": 4, "where": 0, "new": 1}, 4, Priority.MEDIUM),
        ("pain", {"now": 2, "where": 1}, 2, Priority.HIGH),
        ("mmrc", {"breath": 3}, 3, None),
        ("mmrc", {"breath": 4}, 4, Priority.MEDIUM),
        ("phq9", PHQ9, 0, None),
        ("phq9", {**PHQ9, "q1": 3, "q2": 3, "q3": 3}, 9, None),
        ("phq9", {**PHQ9, "q1": 3, "q2": 3, "q3": 3, "q4": 1}, 10, Priority.LOW),
        (
            "phq9",
            {**dict.fromkeys(PHQ9, 2), "q9": 0, "q1": 3, "q2": 3, "q3": 3, "q4": 3},
            20,
            Priority.MEDIUM,
        ),
        ("phq9", {**PHQ9, "q9": 1}, 1, Priority.HIGH),
        ("symptom_diary", DIARY, 0, None),
        ("symptom_diary", {**DIARY, "breath": 2, "rest": 0}, 2, Priority.MEDIUM),
        ("symptom_diary", {**DIARY, "breath": 2, "rest": 1}, 2, Priority.HIGH),
        ("symptom_diary", {**DIARY, "cough": 1, "phlegm": 1}, 2, Priority.MEDIUM),
        ("symptom_diary", {**DIARY, "sleep": 1}, 1, Priority.MEDIUM),
        ("structured_call", {"acvpu": 0, "o2": 0}, None, None),
        ("structured_call", {"acvpu": 0, "o2": 0, "breath": 1}, None, Priority.MEDIUM),
    ],
)
def test_answers_come_to_a_score_and_to_what_is_to_be_looked_at(
    name: str, answers: dict[str, int], score: int | None, urgent: Priority | None
) -> None:
    came = answered(name, answers)
    assert came.score == score
    assert (came.told[0].priority if came.told else None) == urgent
    assert all(len(one.source) > 5 for one in came.told)


@pytest.mark.parametrize(
    ("name", "answers", "field"),
    [
        ("pain", {}, "now"),
        ("pain", {"now": 5, "where": 0}, "new"),
        ("pain", {"now": 0, "new": 1}, "new"),
        ("pain", {"now": 11}, "now"),
        ("phq9", {link: 0 for link in PHQ9 if link != "q9"}, "q9"),
        ("phq9", {**PHQ9, "q10": 0}, "q10"),
        ("symptom_diary", {**DIARY, "breath": 2}, "rest"),
        ("structured_call", {"acvpu": 0}, "o2"),
    ],
)
def test_what_is_left_open_or_not_asked_is_refused(
    name: str, answers: dict[str, int], field: str
) -> None:
    with pytest.raises(WrongAnswerError) as refused:
        answered(name, answers)
    assert refused.value.field == field


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_a_questionnaire_asks_in_order_and_the_calmest_answers_tell_nothing(name: str) -> None:
    form = QUESTIONNAIRES[name]
    seen: list[str] = []
    for link, item in form.items.items():
        assert item.after is None or item.after[0] in seen
        seen.append(link)
    calm = {link: min(item.options) for link, item in form.items.items() if item.after is None}
    assert answered(name, calm).told == ()
    assert form.source
