"""A changed copy is what the standard library makes of it, and knows its fields."""

import dataclasses

import pytest

from analytics.domain.alerts import Priority
from analytics.domain.episode import CalledFor
from analytics.domain.replacing import replace

KNOWN = CalledFor(priority=Priority.HIGH, at_ms=1, news2=7.0)


def test_a_copy_is_equal_to_the_standard_librarys_and_leaves_the_first_as_it_was() -> None:
    made = replace(KNOWN, at_ms=2, held_back=True)
    assert made == dataclasses.replace(KNOWN, at_ms=2, held_back=True)
    assert (KNOWN.at_ms, KNOWN.held_back) == (1, False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.at_ms = 3  # type: ignore[misc]


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match=r"CalledFor has no \['when'\]"):
        replace(KNOWN, when=3)  # type: ignore[call-arg]
