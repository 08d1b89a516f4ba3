"""Words in a language: whole, by number, and harmless inside a page."""

# ruff: noqa: RUF001 - Chinese has commas and full stops of its own

import json

from api.language import catalogue_of, gettext, speaking

CHINESE = catalogue_of("zh-Hans")
ENGLISH = catalogue_of("en")


def test_english_is_the_text_itself_and_an_unknown_language_is_english() -> None:
    assert ENGLISH.say("Log in") == "Log in"
    assert catalogue_of("pl") is ENGLISH
    assert catalogue_of(None) is ENGLISH
    assert json.loads(ENGLISH.script) == {"words": {}, "forms": ["one", "other"]}


def test_a_text_is_said_in_the_language_that_is_spoken() -> None:
    assert gettext("In an emergency call the emergency number.").startswith("In an emergency")
    with speaking(CHINESE):
        assert gettext("In an emergency call the emergency number.") == (
            "紧急情况下，请立即拨打急救电话。"
        )
        assert gettext("what a clinician wrote") == "what a clinician wrote"
        assert gettext("") == ""
    assert gettext("Log in") == "Log in"


def test_a_record_that_says_zh_is_written_to_in_chinese() -> None:
    assert catalogue_of("zh") is CHINESE


def test_lists_are_written_as_the_language_does() -> None:
    assert ENGLISH.listed(["a", "b", "c"]) == "a, b and c"
    assert CHINESE.listed(["血氧", "脉搏"]) == "血氧和脉搏"


def test_a_catalogue_cannot_end_the_place_that_it_stands_in() -> None:
    told = json.loads(CHINESE.script)
    assert told["forms"] == ["other"]
    assert len(told["words"]["{n} unread message"]) == 1
    assert not set("<>&") & set(CHINESE.script)
