"""What is long is drawn in short tasks: a press waits for one of them, and a newer draw ends it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support import scenes
from tests.support import scenes_of_pages as pages
from tests.support.browsers import Desk, becomes
from tests.support.stage import Stage

WORKS = 40
# Each holds the page for 5 ms: no machine does all of them in the time of one task.
BEGUN = """async (works) => {
    window.pieces = await import("/static/js/base/pieces.js");
    window.done = { first: 0, second: 0 };
    window.slow = (name) => () => {
        const until = performance.now() + 5;
        while (performance.now() < until);
        done[name] += 1; };
    const all = (name) => Array.from({ length: works }, () => slow(name));
    pieces.inTurn("test", all("first"));
    const before = { ...done };
    pieces.inTurn("test", all("second"));
    return before; }"""
PRESSED = """() => {
    dispatchEvent(new PointerEvent("pointerdown"));
    pieces.inTurn("pressed", Array.from({ length: 40 }, () => slow("first")));
    const at = done.first;
    return new Promise((told) => setTimeout(() => told(done.first - at), 300)); }"""


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    made = Stage(browser)
    yield made
    made.close()


def test_long_work_gives_way_and_what_is_newer_ends_it(desk: Desk) -> None:
    page = desk.open("carla", "/capacity")
    expect(page.get_by_text("Loading…")).to_have_count(0)
    first = page.evaluate(BEGUN, WORKS)["first"]
    assert 0 < first < WORKS
    becomes(lambda: page.evaluate("done.second"), lambda done: done == WORKS)
    assert page.evaluate("done.first") == first
    assert page.evaluate(PRESSED) == 0, "nothing is drawn under a hand"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("done.first") == first + WORKS, "paper has the whole"


def test_a_card_of_many_patients_names_some_and_unfolds_the_others(stage: Stage) -> None:
    page = stage.open("/capacity", pages.scene(pages.rota(scenes.FLOOD * 2)))
    card = page.locator("#board .card", has_text="Dr Amara Singh")
    expect(card.locator(".chips li")).to_have_count(12)
    card.get_by_text("and 8 more").press("Enter")
    expect(card.locator(".chips li")).to_have_count(20)
    card.get_by_text("and 8 more").press("Enter")
    expect(card.locator("details .chips")).to_be_hidden()


def test_of_many_whom_nobody_has_the_first_are_named_and_more_for_whoever_asks(
    stage: Stage,
) -> None:
    answers = pages.rota(scenes.FLOOD)
    plan = answers["/api/v1/allocation"]
    one = {**plan["assignments"][0], "reason": "minutes"}
    plan["unmet"] = [one | {"patient": f"u{at}", "name": f"Person {at}"} for at in range(260)]
    page = stage.open("/capacity", pages.scene(answers))
    card = page.locator("#plan .trouble")
    expect(card).to_contain_text("260 patients have nobody")
    expect(card.locator("a.person")).to_have_count(50)
    card.get_by_role("button", name="Show 200 more of 210").press("Enter")
    expect(card.locator("a.person")).to_have_count(250)
    card.get_by_role("button", name="Show 10 more of 10").press("Enter")
    expect(card.locator("a.person")).to_have_count(260)
    expect(card.get_by_role("button")).to_have_count(0)
