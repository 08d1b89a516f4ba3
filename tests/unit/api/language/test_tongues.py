"""Which language somebody asks for, by any of its names."""

import pytest

from api.language.tongues import first_known, known, of_header


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_Hans", "zh-Hans"),
        ("zh-Hans-CN", "zh-Hans"),
        ("zh-TW", None),
        ("zh-Hant", None),
        ("en-GB", "en"),
        ("EN", "en"),
        ("pl", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_is_known_by_its_names(asked: str | None, found: str | None) -> None:
    assert known(asked) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("pl, en;q=0.3, zh;q=0.7", "zh-Hans"),
        ("en-US,en;q=0.9", "en"),
        ("fr", None),
        ("zh;q=0", None),
        ("zh;q=much, en", "en"),
        ("", None),
        ("," * 5_000, None),
    ],
)
def test_a_browser_gets_what_it_wants_most(header: str, found: str | None) -> None:
    assert of_header(header) == found


def test_a_choice_goes_before_what_the_browser_asks() -> None:
    assert first_known(["zh-Hans", "en"]) == "zh-Hans"
    assert first_known(["klingon", None, "en"]) == "en"
