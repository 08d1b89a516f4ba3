"""A password must not be one that is tried first: a common one, or one word dressed up."""

import pytest

from api.limits.passwords import MIN_GUESSES, weakness


@pytest.mark.parametrize(
    "password",
    ["Winter2025!!!!", "Hospital2026!", "Passw0rd2026!", "Doctor123456!", "!!Frühling2026"],
)
def test_one_word_with_a_year_and_marks_is_refused(password: str) -> None:
    why = weakness(password, (), MIN_GUESSES)
    assert why is not None
    assert "one word" in why


@pytest.mark.parametrize(
    "password",
    [
        "giraffe-teapot-77",
        "correct horse battery 9",
        "kW3$pLq9vZ2!",
        "8472 9914 rock 5520",
        "Xk9#mpqTz-2026",
    ],
)
def test_what_takes_long_to_guess_is_taken(password: str) -> None:
    assert weakness(password, (), MIN_GUESSES) is None
