"""The audit in words that a patient reads."""

import pytest

from api.evidence.plain_actions import in_words


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("patient.read", "looked at your record"),
        ("emergency_access.begin", "opened your record in an emergency, with a reason"),
        ("care_plan.read", "looked at care plan (yours)"),
        ("anything.strange", "strange anything (yours)"),
    ],
)
def test_every_action_reads_as_a_sentence(action: str, words: str) -> None:
    assert in_words(action) == words
