"""Every word that a patient meets is in every catalogue, and nothing else is.

New words: ``make words`` brings them into the ``.po`` files without a translation; write it there.
docs/languages.md tells more.
"""

import re

import pytest

from api.language.catalogues import catalogue_of
from api.language.tongues import ENGLISH, TONGUES, Tongue
from tests.support import catalogue_words

OTHERS = [one for one in TONGUES.values() if one is not ENGLISH]
PLACES = re.compile(r"\{\w*\}")
LINKS = re.compile(r"\[[^\]]+\]")
SAME_IN_ALL = re.compile(r"\W*|\d+|(\{\w+\}\W*)+")
NOBODY_READS = (
    *("timeZoneName", "currentColor", "about:blank", "Content-Type", "Idempotency-Key"),
    *("InvalidStateError", "NotAllowedError", "AbortError", "SecurityError", "serviceWorker"),
    *("PushManager", "Homeward-Seat", "Enter", "Homeward", "tel:", "go ", "g ", "mmHg"),
    *("nothing heard", "signed out", "the server answered ", "the connection was closed"),
    *("care team", "emergency access", ".masthead nav a", "bar over", "count late", "small read"),
    *("button call", "button call danger", "ident simulated", "Home", "End", "useCursors"),
    *("seriesText", "seriesNumber", "detectorSpacing"),
)
"""Names of classes, keys, headers and errors, and units."""


@pytest.fixture(scope="module", params=OTHERS, ids=lambda one: one.code)
def tongue(request: pytest.FixtureRequest) -> Tongue:
    found: Tongue = request.param
    if request.config.getoption("--keep-words"):
        catalogue_words.keep(found)
    return found


def test_a_catalogue_holds_what_is_said_and_nothing_else(tongue: Tongue) -> None:
    said = catalogue_words.gathered()
    kept = {one.id: one for one in catalogue_words.read(tongue) if one.id}
    missing = sorted(map(str, said.keys() - kept.keys()))
    unused = sorted(map(str, kept.keys() - said.keys()))
    assert (missing, unused) == ([], []), "`make words`, then translate in api/language/*.po"
    elsewhere = [m for m, one in kept.items() if {file for file, _ in one.locations} != said[m]]
    assert elsewhere == [], "said in other files than it knows: `make words`"


def test_every_text_is_translated_with_the_same_places(tongue: Tongue) -> None:
    wrong = []
    for one in catalogue_words.read(tongue):
        if not one.id:
            continue
        texts = [one.id] if isinstance(one.id, str) else list(one.id)
        forms = [one.string] if isinstance(one.string, str) else list(one.string)
        allowed = {place for text in texts for place in PLACES.findall(text)}
        for form in forms:
            if not form or one.fuzzy or not set(PLACES.findall(form)) <= allowed:
                wrong.append(one.id)
            if len(LINKS.findall(form)) != len(LINKS.findall(texts[0])):
                wrong.append(one.id)
    assert wrong == []


def test_no_word_for_people_goes_round_the_catalogues() -> None:
    assert list(catalogue_words.left_in_templates()) == []
    assert list(catalogue_words.left_in_scripts(NOBODY_READS)) == []


def test_a_word_that_goes_round_is_found() -> None:
    told = 'h("p", { class: "soft small" }, sent ? t("Saved.") : `Not saved: ${why}`, "Call them.")'
    assert catalogue_words.loose_words(told, ()) == [(1, "Not saved: "), (1, "Call them.")]
    nested = """woven('He said \\'no\\' {x}', { x: t("b {n}") });
        tn("a", `c`, /"q"/.n); tn("d", "e", 1)"""
    assert list(catalogue_words.calls(nested)) == ["He said 'no' {x}", "b {n}", ("d", "e")]


def test_what_scripts_say_goes_along_with_the_page(tongue: Tongue) -> None:
    script = catalogue_of(tongue.code).script
    assert "您的{what}在预期范围内" in script
    assert "居家虚拟病区" not in script, "the server says it"
