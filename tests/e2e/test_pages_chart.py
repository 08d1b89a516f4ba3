"""The patient's chart: its parts as tabs, what can be done from anywhere on it."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.browsers import PHONE, Desk
from tests.support.seeded_ward import SeededWard


@pytest.fixture(autouse=True)
def alone(ward: SeededWard) -> Iterator[None]:
    """What is raised here is nobody else's alert."""
    yield
    ward.end_alerts(["Alice Moore"])


def test_the_parts_are_tabs_by_keyboard_and_kept_in_the_address(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}")
    tabs = page.get_by_role("tablist", name="Parts of the chart").get_by_role("tab")
    expect(tabs).to_have_text(["Course", "Events", "Plan and limits", "Devices", "Record"])
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(2)).to_be_focused()
    expect(tabs.nth(2)).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(r"\?tab=plan$"))
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    expect(page.locator("#limits-now")).to_contain_text("SpO₂ scale 1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#part-plan') !== null")
    page.go_back()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    page.goto(f"{ward.url}/patients/{ward.patients['Alice Moore']}?tab=devices")
    expect(page.locator("#part-devices")).to_be_visible()
    expect(page.locator("#part-course")).to_be_hidden()
    page.goto(f"{ward.url}/patients/{ward.patients['Alice Moore']}/record")
    expect(tabs.last).to_have_attribute("aria-selected", "true")
    assert desk.complaints == []


def test_an_address_with_a_part_survives_the_log_in(desk: Desk, ward: SeededWard) -> None:
    page = desk.open(None, f"/patients/{ward.patients['Alice Moore']}?tab=plan")
    expect(page.locator("input[name=next]")).to_have_value(re.compile(r"\?tab=plan$"))


def test_banner_and_actions_stay_in_sight(desk: Desk, ward: SeededWard) -> None:
    """Who it is, what must not be overlooked, and what can be done, from anywhere on the page."""
    patient = ward.patients["Fatima Novak"]
    page = desk.open("lund", f"/patients/{patient}")
    banner = page.locator("#patient-banner")
    for words in ("78 years", "+49 30 1234567", "with ", "heard ", "allergies not recorded"):
        expect(banner).to_contain_text(words)
    banner.get_by_text("More", exact=True).click()
    said_of = "Allergies, oxygen, escalation: Fatima Novak, 1948-03-12"
    banner.get_by_role("button", name=said_of).click()
    said = page.get_by_role("dialog")
    said.get_by_label("Allergies").fill("penicillin")
    said.get_by_label("Escalation status").fill("ward-based care")
    said.get_by_role("button", name="Save").click()
    expect(banner.locator(".boxed")).to_have_text("Allergies: penicillin")
    expect(banner).to_contain_text("Escalation: ward-based care")
    expect(banner).to_contain_text("no oxygen prescription recorded")
    banner.get_by_role("button", name="Note: Fatima Novak").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Dizzy when standing.")
    page.get_by_role("button", name="Save the note").click()
    page.get_by_role("tab", name="Events").click()
    expect(page.locator("#event-list")).to_contain_text("Note: Dizzy when standing. (lund)")
    banner.get_by_role("button", name="Ask to measure: Fatima Novak").click()
    expect(page.get_by_role("dialog")).to_contain_text("No device of this patient is enrolled")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    ward.execute(
        "INSERT INTO device (id, patient_no, kind, state, registered_at, bound_from)"
        " VALUES ('w-asked', %s, 'watch', 'enrolled', now(), now())",
        ward.number(patient),
    )
    page.reload()
    banner.get_by_role("button", name="Ask to measure: Fatima Novak").click()
    page.get_by_role("dialog").get_by_label("What").select_option("SpO₂")
    page.get_by_role("dialog").get_by_role("button", name="Ask").click()
    expect(page.locator("#event-list")).to_contain_text("asked to measure")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(banner).to_be_in_viewport()
    assert desk.complaints == []


def test_what_is_rarer_opens_by_keyboard_and_gives_the_focus_back(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("lund", f"/patients/{ward.patients['Fatima Novak']}")
    more = page.locator("#acts-more summary")
    images = page.locator("#acts-more").get_by_role("link", name="Images")
    text = page.get_by_role("button", name="Text on the device: Fatima Novak")
    for leave in ("Escape", "Shift+Tab"):
        more.press("Enter")
        expect(images).to_be_visible()
        page.keyboard.press("Tab")
        if leave == "Shift+Tab":
            more.focus()
        page.keyboard.press(leave)
        expect(images).to_be_hidden()
    more.press("Enter")
    page.locator("#name").click()
    expect(images).to_be_hidden()
    more.press("Enter")
    text.press("Enter")
    expect(page.get_by_role("dialog", name="Text on the device of Fatima Novak")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(more).to_be_focused()
    page.set_viewport_size(PHONE)
    more.press("Enter")
    expect(page.get_by_role("button", name="Ask to measure: Fatima Novak")).to_have_count(1)
    box = page.locator("#acts-more .menu-items").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert desk.complaints == []


def test_one_cursor_exact_values_and_one_time_line(desk: Desk, ward: SeededWard) -> None:
    ward.find("Alice Moore", "limit_hr_high", "medium", message="HR 140")
    page = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}")
    pulse = page.locator("#charts figure", has_text="Heart rate").locator(".u-over")
    expect(pulse).to_be_visible()
    expect(page.locator("[data-usual='72 ± 8']")).to_be_visible()
    expect(page.locator(".timeline .event.medium").first).to_be_visible()
    expect(page.locator(".timeline")).to_have_attribute("aria-label", re.compile("alerts"))
    pulse.scroll_into_view_if_needed()
    box = pulse.bounding_box()
    assert box is not None
    pulse.hover(position={"x": box["width"] * 0.2, "y": 40})
    exact = page.locator("#exact")
    expect(exact).to_contain_text(re.compile(r"Heart rate \d+ /min"))
    expect(exact).to_contain_text(re.compile(r"SpO₂ \d+ %"))
    expect(page.locator(".now-line")).to_be_visible()
    pulse.click(position={"x": box["width"] * 0.2, "y": 40})
    expect(exact).to_contain_text("held")
    page.locator("#time-line").hover()
    expect(exact).to_contain_text("held")
    exact.get_by_role("button", name="Check the signatures").click()
    expect(page.get_by_role("dialog")).to_contain_text("Heart rate")
    expect(page.get_by_role("dialog")).not_to_contain_text("Checking")
    assert desk.complaints == []


def test_two_periods_stand_side_by_side_and_the_address_keeps_them(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}")
    page.get_by_role("button", name="7 days").click()
    page.get_by_role("button", name="Beside before").click()
    expect(page).to_have_url(re.compile(r"hours=168.*beside=before|beside=before.*hours=168"))
    expect(page.locator("#charts.beside")).to_be_visible()
    before = page.locator("figure", has=page.get_by_role("heading", name="Heart rate, before"))
    expect(before).to_contain_text("No reading in this time.")
    expect(page.get_by_role("heading", name="Heart rate", exact=True)).to_be_visible()
    page.go_back()
    expect(page.locator("#charts.beside")).to_have_count(0)
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.get_by_role("button", name="24 h")).to_have_attribute("aria-pressed", "true")
    page.locator("#ranges button").first.focus()
    page.keyboard.press("[")
    expect(page.locator("#zoomed")).to_contain_text("to")
    page.keyboard.press("0")
    expect(page.locator("#zoomed")).to_have_text("")
    assert desk.complaints == []


def test_what_is_seen_is_taken_along(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}?hours=6")
    expect(page.locator("body")).to_have_attribute("data-charts", re.compile(r"^\d$"))
    with page.expect_download() as taken:
        page.get_by_text("Take along", exact=True).click()
        page.get_by_role("link", name="CSV").click()
    lines = taken.value.path().read_text().splitlines()
    assert lines[0].startswith("patient,time,time_zone,metric")
    assert 150 < len(lines) < 400
    assert all("Europe/Lisbon" in line for line in lines[1:])
    with page.expect_download() as taken:
        page.get_by_text("Take along", exact=True).click()
        page.get_by_role("button", name="FHIR").click()
    made = json.loads(taken.value.path().read_text())
    assert made["resourceType"] == "Bundle"
    codes = {one["resource"]["code"]["coding"][0]["code"] for one in made["entry"]}
    assert {"8867-4", "9279-1", "8310-5"} <= codes
    assert len(made["entry"]) > 150
    assert desk.complaints == []


def test_the_printed_chart_has_its_rows_of_answering(desk: Desk, ward: SeededWard) -> None:
    ward.find("Boris Okafor", "limit_hr_high", "medium", message="HR 140")
    page = desk.open("singh", f"/patients/{ward.patients['Boris Okafor']}?view=news2")
    page.get_by_role("button", name=re.compile("^Acknowledge")).click()
    expect(page.locator("#open")).to_contain_text("acknowledged by Dr Amara Singh")
    page.reload()
    below = page.locator(".news2-chart .below")
    row = below.locator("tr", has_text="Escalated")
    expect(
        row.get_by_role("img", name=re.compile("HR 140, acknowledged by Dr")).last
    ).to_be_visible()
    expect(below.locator("tr", has_text="Acknowledged by")).to_contain_text("DAS")
    expect(below.locator("tr", has_text="Monitoring")).to_contain_text(" h")
    assert desk.complaints == []
