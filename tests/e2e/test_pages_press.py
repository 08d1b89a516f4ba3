"""A page that changes by itself never changes what is under a hand."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import OFTEN, Desk, becomes
from tests.support.seeded_ward import SeededWard

ACKNOWLEDGE = re.compile("^Acknowledge")
WATCH = "(node) => { (window.watched ??= []).push(node); }"
STANDS = "watched.filter((node) => node.isConnected).length"
SAID_NOW = "#say-now"


def card(page: Page, name: str) -> Locator:
    return page.locator("#open .alert", has=page.get_by_role("link", name=name))


def middle(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def answers(page: Page) -> list[str]:
    """Collect the acknowledgements that a page sends."""
    sent: list[str] = []
    page.on(
        "request",
        lambda one: sent.append(one.url) if one.url.endswith("/acknowledge") else None,
    )
    return sent


def test_a_press_outlives_what_arrives_meanwhile(desk: Desk, ward: SeededWard) -> None:
    """The card itself changes and a more urgent one comes above it, between press and release."""
    page = desk.open("singh", "/feed")
    ward.find("Chen Lindqvist", "limit_hr_high", "low", message="HR 112")
    button = card(page, "Chen Lindqvist").get_by_role("button", name=ACKNOWLEDGE)
    expect(button).to_be_visible()
    sent = answers(page)
    button.scroll_into_view_if_needed()
    page.mouse.move(*middle(button))
    page.mouse.down()
    before = middle(button)
    ward.find("Chen Lindqvist", "limit_hr_high", "low", message="HR 118")
    ward.find("Giulia Yamada", "critical_spo2", message="SpO2 70 %")
    expect(page.locator(SAID_NOW)).to_contain_text("Giulia Yamada")  # told at once all the same
    assert middle(button) == before
    page.mouse.up()
    taken = page.locator("#taken .alert", has=page.get_by_role("link", name="Chen Lindqvist"))
    expect(taken).to_contain_text("acknowledged by Dr Amara Singh")
    expect(card(page, "Giulia Yamada")).to_be_visible()
    assert len(sent) == 1
    assert desk.complaints == []


def test_a_key_that_is_held_down_answers_one_alert(desk: Desk, ward: SeededWard) -> None:
    for name in ("Boris Okafor", "Chen Lindqvist"):
        ward.find(name, "limit_rr_high", "medium", message="RR 26")
    page = desk.open("singh", "/feed")
    sent = answers(page)
    first = page.get_by_role("button", name=re.compile("^Acknowledge: Breathing rate")).first
    answered = first.locator("xpath=ancestor::*[@data-id]").get_attribute("data-id")
    first.focus()
    page.keyboard.down("Enter")
    for _ in range(5):
        page.keyboard.down("Enter")  # as a keyboard repeats it
    page.keyboard.up("Enter")
    expect(page.locator(f'#taken [data-id="{answered}"]')).to_be_visible()
    for _ in range(5):
        page.keyboard.press("Enter")
    becomes(lambda: page.evaluate("document.activeElement.className"), lambda name: name == "alert")
    assert len(sent) == 1


def test_an_update_keeps_the_focus_and_the_nodes_of_a_card(desk: Desk, ward: SeededWard) -> None:
    ward.find("Dalia García", "limit_temp_high", "medium", message="Temperature 39.1")
    page = desk.open("singh", "/feed")
    alert = card(page, "Dalia García")
    line = alert.locator(".line", has_text="Temperature 39.1")
    button = line.get_by_role("button", name=re.compile("^Resolve"))
    button.focus()
    for node in (alert, alert.get_by_role("link").first, button):
        node.evaluate(WATCH)
    page.evaluate(
        """() => getSelection().selectAllChildren(document.activeElement.closest(".line")
            .querySelector("b"))"""
    )
    ward.find("Dalia García", "limit_rr_high", "medium", message="RR 27")
    expect(alert).to_contain_text("RR 27")
    assert page.evaluate(STANDS) == 3
    expect(button).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "Temperature above limit"


def test_who_is_refused_reads_why_and_may_try_again(desk: Desk, ward: SeededWard) -> None:
    """The word stays when the card is drawn again, and the other buttons work on."""
    ward.find("Hans Haddad", "limit_sbp_low", "medium", message="Systolic 88")
    page = desk.open("singh", "/feed")
    line = card(page, "Hans Haddad").locator(".line", has_text="Systolic 88")
    page.route("**/acknowledge", lambda route: route.fulfill(status=500, json={"title": "broken"}))
    line.get_by_role("button", name=ACKNOWLEDGE).click()
    expect(line.get_by_role("button", name=re.compile("^Try again"))).to_be_visible()
    ward.find("Hans Haddad", "limit_sbp_low", "medium", message="Systolic 86")
    ward.find("Hans Haddad", "critical_hr", message="HR 31")
    expect(card(page, "Hans Haddad")).to_contain_text("HR 31")
    expect(page.locator(".line", has_text="Systolic")).to_contain_text("Not done: broken")
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name=re.compile("^Try again")).click()
    taken = page.locator("#taken .alert", has=page.get_by_role("link", name="Hans Haddad"))
    expect(taken).to_contain_text("Systolic")
    desk.complaints.clear()


LIVE: list[tuple[str, str, str, str]] = [
    ("carla", "/panel?show=all", "**/api/v1/panel*", "#rows a.person"),
    ("singh", "/handover", "**/ui/handover*", "#list .card a"),
    ("carla", "/capacity", "**/api/v1/doctors*", "#shift-doctor option"),
    (
        "singh",
        "/patients/{alice}",
        "**/api/v1/patients/*/assessment",
        "#acts-now a",
    ),
    (
        "carla",
        "/patients/{alice}?tab=devices",
        "**/ui/patients/*/devices",
        ".device button",
    ),
]


@pytest.mark.parametrize("page_of", LIVE, ids=[one[1] for one in LIVE])
def test_pages_are_drawn_again_in_place(
    desk: Desk, ward: SeededWard, page_of: tuple[str, str, str, str]
) -> None:
    who, path, asked, part = page_of
    page = desk.open(who, "/login")
    page.add_init_script(OFTEN)
    alice = ward.patients["Alice Moore"]
    if "devices" in path:
        with ward.client("carla") as carla:
            carla.post(f"/patients/{alice}/devices", json={"kind": "oximeter"}).raise_for_status()
    page.goto(ward.url + path.format(alice=alice))
    node = page.locator(part).last
    node.evaluate(WATCH)
    node.focus()
    for _ in range(3):
        with page.expect_response(asked):
            pass
    assert page.evaluate(STANDS) == 1
    if part != "#shift-doctor option":
        expect(node).to_be_focused()
    assert desk.complaints == []


def test_charts_are_drawn_again_where_they_stand(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", "/login")
    page.add_init_script(OFTEN)
    page.goto(f"{ward.url}/patients/{ward.patients['Alice Moore']}")
    last = page.locator("#charts figure", has=page.locator("canvas")).last
    expect(last.locator("canvas")).to_be_visible()
    last.evaluate(WATCH)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    place = page.evaluate("scrollY")
    assert place > 0
    for _ in range(3):
        with page.expect_response("**/ui/patients/*/history*"):
            pass
    assert page.evaluate("scrollY") == place
    assert page.evaluate(STANDS) == 1
