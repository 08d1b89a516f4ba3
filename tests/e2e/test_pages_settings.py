"""The ward's settings on their page, limits that must be meant, and limits on every chart."""

import re

from playwright.sync_api import Page, expect

from tests.support.browsers import PHONE, Desk, no_wider_than
from tests.support.seeded_ward import SeededWard


def settings_page(desk: Desk) -> Page:
    page = desk.open("carla", "/settings")
    expect(page.get_by_text("Loading…")).to_have_count(0)
    return page


def setting(page: Page, name: str) -> Page:
    return page.locator(f'[name="{name}"]')  # type: ignore[return-value]


def test_a_coordinator_sets_a_figure_and_sees_who_changed_what(
    desk: Desk, ward: SeededWard
) -> None:
    page = settings_page(desk)
    expect(page.locator("#told")).to_contain_text("as by default")
    page.get_by_text("By when somebody should have responded").click()
    expect(page.locator("#set-deadlines-urgent-about")).to_contain_text("RCP")
    setting(page, "deadlines.urgent").fill("45")
    expect(page.locator("#changed")).to_contain_text("1 changed")
    page.get_by_role("button", name="Save the ward's settings").click()
    expect(page.locator("#history")).to_contain_text("Nothing was ever changed")
    page.get_by_role("textbox", name="Why").fill("agreed by the clinical lead")
    page.get_by_role("button", name="Save the ward's settings").click()
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#history")).to_contain_text("agreed by the clinical lead")
    expect(page.locator("#history")).to_contain_text("60 → 45")
    expect(page.locator("#told")).to_contain_text("Revision 1")
    with ward.client("carla") as other:
        told = other.get("/wards/main/settings").raise_for_status().json()
        assert told["deadlines"]["urgent"] == 45
        back = {"revision": 1, "reason": "back again", "deadlines": {"urgent": 60}}
        other.put("/wards/main/settings", json=back).raise_for_status()
    page.get_by_role("textbox", name="Why").fill("too late")
    page.get_by_text("By when somebody should have responded").click()
    setting(page, "deadlines.routine").fill("200")
    page.get_by_role("button", name="Save the ward's settings").click()
    expect(page.locator("#saved")).to_contain_text("changed this meanwhile")
    assert [one for one in desk.complaints if "409" not in one] == []


def test_an_unusual_figure_is_asked_for(desk: Desk) -> None:
    page = settings_page(desk)
    setting(page, "limits.spo2.low").fill("80")
    page.get_by_role("textbox", name="Why").fill("a trial")
    page.get_by_role("button", name="Save the ward's settings").click()
    dialog = page.get_by_role("dialog", name=re.compile("Is this meant for ward main"))
    expect(dialog).to_contain_text("80 lies outside 85 to 95")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#saved")).to_contain_text("80 lies outside")
    page.get_by_role("button", name="Undo").click()
    expect(setting(page, "limits.spo2.low")).to_have_value("91")  # type: ignore[arg-type]
    page.set_viewport_size(PHONE)
    no_wider_than(page, PHONE["width"])


def test_an_unusual_limit_of_one_person_needs_a_reason_and_an_end(
    desk: Desk, ward: SeededWard
) -> None:
    patient = ward.patients["Alice Moore"]
    page = desk.open("singh", f"/patients/{patient}/record")
    page.get_by_label("SpO₂: alert below").fill("60")
    page.get_by_role("button", name="Save scale and limits").click()
    dialog = page.get_by_role("dialog", name="Is this meant for Alice Moore?")
    expect(dialog).to_contain_text("limits.spo2.low")
    dialog.get_by_label("Why").fill("palliative care")
    dialog.get_by_role("button", name="It is meant").click()
    expect(page.locator("#care-told")).to_contain_text("Saved")
    page.get_by_text("Who changed what, when and why").click()
    expect(page.locator("#limits-history")).to_contain_text("palliative care")
    expect(page.locator("#limits-history")).to_contain_text("88 → 60")
    page.goto(f"{ward.url}/patients/{patient}")
    facts = page.locator("#facts")
    expect(facts).to_contain_text("palliative care")
    expect(facts).to_contain_text("below 60 % own")
    expect(facts).to_contain_text(re.compile("set by .*singh", re.IGNORECASE))
    expect(page.locator("[data-limits*='low 60, own']")).to_have_count(1)
    page.goto(f"{ward.url}/patients/{patient}/record")
    page.get_by_label("SpO₂: alert below").fill("88")
    page.get_by_role("button", name="Save scale and limits").click()
    expect(page.locator("#limits-history")).to_contain_text("60 → 88")


def test_every_chart_shows_the_limits_in_force_on_a_fixed_range(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}")
    charts = page.locator("[data-range]")
    expect(charts.first).to_be_visible()
    found = {
        str(one.get_attribute("data-range")): str(one.get_attribute("data-limits"))
        for one in charts.all()
    }
    pulse = next(told for told in found.values() if "low 40, ward" in told)
    assert "high 130, ward" in pulse
    starts = {tuple(map(float, told.split())) for told in found}
    assert any(low <= 30 and high >= 180 for low, high in starts), starts
    for low, high in starts:
        assert high - low >= 7, "no range is fitted to the data"
    mine = desk.open("alice", "/mine")
    expect(mine.locator("[data-limits*='ward']").first).to_be_attached()
