"""Every page writes the ward's time, or the patient's where it is about one person; ages tick."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e.test_pages_look import PAGES, shown
from tests.support.browsers import Desk, becomes
from tests.support.seeded_ward import SeededWard

WARD, PATIENT = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Lisbon")
OF_ONE_PERSON = {"patient", "events", "plan", "limits", "devices", "record", "mine"} | {
    name for name, (username, _) in PAGES.items() if username == "alice"
}
"""Pages about one person, and a patient's own."""
WRITTEN = """() => [...document.querySelectorAll("main time[data-prefix]:not([data-only])")]
    .filter((node) => node.dateTime).map((node) => [node.dateTime, node.textContent])"""
RAW = re.compile(r"\bUTC\b|\d{4}-\d\d-\d\dT\d\d|\d\d:\d\d(:\d\d)?Z\b")
CLOCK = re.compile(r"(\d\d:\d\d) \(")
AGES = """() => [...document.querySelectorAll("main time[data-prefix]")]
    .map((node) => node.textContent).join("|")"""


@pytest.fixture(autouse=True)
def alone(ward: SeededWard) -> Iterator[None]:
    """What is raised here is nobody else's alert."""
    yield
    ward.end_alerts(["Alice Moore"])


@pytest.mark.parametrize("name", [name for name in PAGES if name not in {"login", "register"}])
def test_times_are_civil(desk: Desk, ward: SeededWard, name: str) -> None:
    """The ward is in Berlin and its patients in Lisbon: an hour apart, and neither is UTC."""
    ward.find("Alice Moore", "limit_hr_high", "medium", message="HR 140")
    page = shown(desk, ward, name)
    assert RAW.findall(page.locator("main").inner_text()) == []
    zone = PATIENT if name in OF_ONE_PERSON else WARD
    told = page.evaluate(WRITTEN)
    if name in {"patient", "feed", "mine"}:
        assert told, "nothing was held against the clock"
    for moment, words in told:
        clock = CLOCK.search(words)
        assert clock is not None, words
        assert clock[1] == f"{datetime.fromisoformat(moment).astimezone(zone):%H:%M}", words


def test_each_page_of_a_patient_is_in_the_patients_time(desk: Desk) -> None:
    """Also what is about no reading: who looked, one's sessions, a call."""
    page = desk.open("alice", "/looked")
    expect(page.locator("[data-ward-clock]")).to_contain_text(re.compile(r"\bWES?T\b"))


def test_the_page_says_where_the_patient_has_another_time(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}?view=table")
    expect(page.locator("#place-told")).to_contain_text("Europe/Lisbon")
    expect(page.locator("#place-told")).to_contain_text("the ward has")
    times = page.locator("#as-table tbody th")
    expect(times.first).to_be_visible()
    newest = page.locator("#facts time").first.get_attribute("datetime")
    assert newest is not None
    expect(times.first).to_contain_text(
        f"{datetime.fromisoformat(newest).astimezone(PATIENT):%H:%M}"
    )
    page.emulate_media(media="print")
    expect(page.locator("#printed")).to_contain_text(re.compile(r"\d\d:\d\d WES?T"))


@pytest.mark.parametrize("name", ["patient", "feed", "panel", "handover"])
def test_ages_stay_true_while_the_page_stands(desk: Desk, ward: SeededWard, name: str) -> None:
    """Nothing comes from the server any more, and the ages grow all the same."""
    ward.find("Alice Moore", "limit_hr_high", "medium", message="HR 141")
    page = shown(desk, ward, name)
    expect(page.locator("main time[data-prefix]").first).to_be_attached()
    page.context.set_offline(True)
    page.evaluate(
        "() => { const real = performance.now.bind(performance);"
        " performance.now = () => real() + 180000; }"
    )
    before = page.evaluate(AGES)
    becomes(lambda: page.evaluate(AGES), lambda now: now != before)
    page.context.set_offline(False)
    desk.complaints.clear()
