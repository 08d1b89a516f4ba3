"""The patient's chart: its parts as tabs, what can be done from anywhere on it."""

import re

from playwright.sync_api import expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard


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
