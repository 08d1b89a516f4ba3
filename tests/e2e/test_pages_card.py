"""The card of an alert: what it says, answered with one thumb; whom to ring when it is stale."""

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import PHONE, Desk, becomes
from tests.support.seeded_ward import SeededWard

NAME = "Hans Haddad"
REASONS = ("limit_spo2_low", "limit_hr_high", "limit_rr_high", "trend_spo2", "baseline_hr")
ANSWERS = ("Acknowledge", "Call", "Resolve", "Not now")
LEAST = 44
WARD_PHONE, NIGHT_PHONE = "+49 30 7654321", "+49 30 112233"


@pytest.fixture
def phones(ward: SeededWard) -> Iterator[None]:
    """The ward has a number, and a contact for the night."""

    def decide(**contact: str) -> None:
        with ward.client("carla") as carla:
            now = carla.get("/wards/main/settings").json()["revision"]
            body = {"revision": now, "reason": "for a test", "contact": contact}
            carla.put("/wards/main/settings", json=body).raise_for_status()

    night = {"out_of_hours_name": "Night service", "out_of_hours_phone": NIGHT_PHONE}
    decide(ward_phone=WARD_PHONE, **night)
    yield
    decide(ward_phone="", **dict.fromkeys(night, ""))


def card(page: Page, name: str) -> Locator:
    return page.locator(".alert", has=page.get_by_role("link", name=name))


def answers(alert: Locator) -> list[Locator]:
    return [alert.get_by_role("button", name=re.compile(f"^{verb}")) for verb in ANSWERS]


def grave(ward: SeededWard, name: str) -> None:
    """Raise one alert of many reasons."""
    ward.find(name, message="NEWS2 9")
    for condition in REASONS:
        ward.find(name, condition, "medium", message=f"{condition}: far outside what is usual")


def test_one_thumb_answers_without_scrolling_past_the_card(
    desk: Desk, ward: SeededWard, phones: None
) -> None:
    assert phones is None
    grave(ward, NAME)
    page = desk.open("singh", "/feed", viewport=PHONE, has_touch=True, is_mobile=True)
    alert = card(page, NAME)
    expect(alert.locator(".reasons li")).to_have_count(len(REASONS))
    expect(alert.locator("summary")).to_have_text("2 more")
    page.evaluate("(node) => node.scrollIntoView({ block: 'start' })", alert.element_handle())
    for button in answers(alert):
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= LEAST
        assert box["width"] >= LEAST
        becomes(lambda one=button: on_top(page, one), bool)


def on_top(page: Page, button: Locator) -> bool:
    """Whether a thumb in its middle hits the button itself."""
    hit = """(node) => { const { x, y, width, height } = node.getBoundingClientRect();
        return node.contains(document.elementFromPoint(x + width / 2, y + height / 2)); }"""
    return bool(page.evaluate(hit, button.element_handle()))


def test_a_card_says_what_is_missing_what_was_done_and_whom_to_ring(
    desk: Desk, ward: SeededWard, phones: None
) -> None:
    assert phones is None
    name = "Fatima Novak"  # whose blood pressure is not known
    grave(ward, name)
    page = desk.open("singh", "/feed", viewport=PHONE, has_touch=True)
    alert = card(page, name)
    expect(alert).to_contain_text("Missing: BP")
    expect(alert.get_by_role("link", name="+49 30 1234567")).to_have_attribute(
        "href", "tel:+49301234567"
    )
    expect(alert.get_by_role("link", name=NIGHT_PHONE)).to_be_visible()
    expect(alert.locator("[data-key=due]")).to_have_text(re.compile(r"^next call in \d+:\d\d$"))
    answers(alert)[0].tap()
    taken = page.locator("#taken .alert", has=page.get_by_role("link", name=name))
    expect(taken.locator("[data-key=last]")).to_contain_text("Last: taken on by Dr Amara Singh")
    with ward.client("lund") as nurse:
        path = f"/patients/{ward.patients[name]}/observations"
        entry = {"samples": [{"t": datetime.now(UTC).isoformat(), "acvpu": 0}]}
        nurse.post(path, json=entry).raise_for_status()
    page.reload()
    expect(taken.locator("[data-key=last]")).to_contain_text("Last: observations entered by lund")
    assert desk.complaints == []


def test_a_stale_feed_says_whom_to_ring(desk: Desk, ward: SeededWard, phones: None) -> None:
    """The number is known from before the server stopped answering."""
    assert phones is None
    page = desk.open("singh", "/feed")
    expect(page.locator("#pulse")).to_have_text("Live")
    assert ward.running.process is not None
    ward.running.process.send_signal(signal.SIGSTOP)
    try:
        ring = page.locator("#banner").get_by_role("link", name=WARD_PHONE)
        expect(ring).to_have_attribute("href", "tel:+49307654321")
    finally:
        ward.running.process.send_signal(signal.SIGCONT)
    expect(page.locator("#banner")).to_be_hidden()
    desk.complaints.clear()


def test_a_lost_line_is_heard_and_grave_ones_are_heard_again(desk: Desk, ward: SeededWard) -> None:
    """Each burst has the pulses of its priority (IEC 60601-1-8: 10, 3, 2), with harmonics."""
    page = desk.open("singh", "/login")
    page.add_init_script(HEARD)
    page.goto(ward.url + "/feed")
    page.get_by_role("button", name="Sound off").click()
    becomes(lambda: page.evaluate("heard.length"), lambda n: n == 2)
    ward.find(NAME, "critical_spo2", message="SpO2 71 %")
    becomes(
        lambda: page.evaluate("heard.filter((pitch) => pitch === 880).length"), lambda n: n >= 20
    )
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^Sound (on|waits)"))).to_be_visible()
    for path in ("/panel", "/handover", "/round", "/account"):
        page.goto(ward.url + path)
        expect(page.get_by_text("SOUND IS OFF")).to_be_visible()
    desk.complaints.clear()


HEARD = """window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
        if (this.type !== "custom") throw new Error("a bare tone");
        heard.push(this.frequency.value); return start.call(this, at); };
    const often = window.setInterval;
    window.setInterval = (work, ms, ...rest) => often(work, ms >= 10000 ? 1000 : ms, ...rest);"""
