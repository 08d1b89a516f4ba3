"""By keyboard alone: what opens in front of a page holds the focus; Escape gives it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_pages_look import shown
from tests.support.browsers import Desk, becomes
from tests.support.keyboard import walked
from tests.support.seeded_ward import SeededWard

STAYING = ("panel", "patient", "limits", "settings")
"""Pages of which a part stays in sight above what is walked through."""
ASKING = ("patient", "events", "plan", "devices", "record", "people", "capacity", "keys")
STOPS = 12
# A button whose words end so asks something first.
ASKS = """() => [...new Set([...document.querySelectorAll("main button:not(:disabled)")]
    .filter((node) => node.checkVisibility() && node.type === "button")
    .map((node) => node.textContent.trim()).filter((words) => words.endsWith("…")))]"""
INSIDE = """() => { const open = document.querySelector("dialog[open]");
    return open.contains(document.activeElement) || document.activeElement === document.body; }"""


@pytest.mark.parametrize("name", STAYING)
def test_a_walk_back_is_not_covered_by_what_stays_in_sight(
    desk: Desk, ward: SeededWard, name: str
) -> None:
    page = shown(desk, ward, name)
    assert walked(page, back=True) == []


def asked(page: Page, words: str) -> None:
    """Open by Enter, go through by Tab, leave by Escape; the focus is back where it was."""
    button = page.get_by_role("main").get_by_text(re.compile(f"^{re.escape(words)}$"))
    button = button.locator("visible=true").first
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_have_count(1)
    assert page.evaluate("document.querySelector('dialog[open]').contains(document.activeElement)")
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE), words
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


@pytest.mark.parametrize("name", ASKING)
def test_escape_ends_a_question_and_the_focus_returns(
    desk: Desk, ward: SeededWard, name: str
) -> None:
    page = shown(desk, ward, name)
    becomes(lambda: page.evaluate(ASKS), bool)
    for words in page.evaluate(ASKS):
        asked(page, words)
    assert desk.complaints == []
