"""The ward's settings on their page, limits that must be meant, and limits on every chart."""

import re
from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from tests.support.browsers import PHONE, Desk, look_and_save, no_wider_than
from tests.support.seeded_ward import SeededWard


def settings_page(desk: Desk) -> Page:
    page = desk.open("carla", "/settings")
    expect(page.get_by_text("Loading…")).to_have_count(0)
    return page


def setting(page: Page, name: str) -> Page:
    return page.locator(f'[name="{name}"]')  # type: ignore[return-value]


def test_a_coordinator_sees_last_week_saves_a_figure_and_sees_who_changed_what(
    desk: Desk, ward: SeededWard
) -> None:
    with ward.client("carla") as client:  # other tests set this ward too
        read = client.get("/wards/main/settings").raise_for_status().json()["revision"]
    page = settings_page(desk)
    expect(page.locator("#told")).to_contain_text(f"Revision {read}" if read else "as by default")
    page.get_by_placeholder("Find").fill("deadline urgent")
    expect(page.locator("#found")).to_have_text(re.compile(r"^\d of \d+ settings"))
    expect(page.locator("#set-deadlines-urgent-about")).to_contain_text("RCP")
    expect(page.locator("#set-deadlines-urgent-about")).to_contain_text("10 to 120")
    setting(page, "deadlines.urgent").fill("45")
    expect(page.locator("#changed")).to_contain_text("1 changed")
    page.get_by_role("button", name="See last week, and save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".changes")).to_contain_text("60 min → 45 min")
    expect(dialog.locator(".found")).to_contain_text("patient-days, replayed")
    expect(dialog.locator(".found")).to_contain_text("Nothing would differ")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#history")).not_to_contain_text("agreed by the clinical lead")
    dialog.get_by_label("Why").fill("agreed by the clinical lead")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#history")).to_contain_text("agreed by the clinical lead")
    expect(page.locator("#history")).to_contain_text("60 → 45")
    expect(page.locator("#told")).to_contain_text(f"Revision {read + 1}")
    row = page.locator('[data-setting="deadlines.urgent"]')
    row.get_by_text("Changed once").click()
    expect(row).to_contain_text("agreed by the clinical lead")
    page.get_by_role("button", name="Set by this ward").click()
    expect(page.locator("#found")).to_have_text(re.compile(r"^[1-9]\d* of "))
    row.get_by_role("button", name=re.compile("Back to the default")).click()
    expect(setting(page, "deadlines.urgent")).to_have_value("60")  # type: ignore[arg-type]
    look_and_save(page, "back again")
    expect(page.locator("#told")).to_contain_text(f"Revision {read + 2}")
    assert desk.complaints == []


def replayed(lost: str) -> dict[str, object]:
    """A replay's answer in which one alert would be lost, with the course that it rests on."""
    now = {"alerts": 2, "high": 1, "medium": 1, "low": 0, "calls": 3, "minutes": 42.0}
    now |= {"missed_outcomes": 0, "calls_a_patient_day": 0.4}
    curve = [
        {"time": f"2026-10-24T{12 + at // 60}:{at % 60:02d}:00Z", "value": 72.0 + min(at, 68)}
        for at in range(0, 120, 4)
    ]
    alert = {"patient": lost, "name": "Ada Byron", "condition": "limit_hr_high", "curve": curve}
    alert |= {"priority": "medium", "raised_at": "2026-10-24T13:00:00Z", "measure": "hr"}
    alert |= {"closed_at": None, "calls": 1, "second_identifier": None}
    counts = {"gained": 0, "lost": 1}
    result = {"patients": 1, "patient_days": 7, "now": now, "then": now | {"calls": 2}}
    result |= {"counts": counts, "gained": [], "lost": [alert]}
    return {"state": "done", "progress": 1.0, "result": result}


def test_what_would_be_lost_is_shown_with_the_curve_that_it_rests_on(desk: Desk) -> None:
    page, trial = settings_page(desk), str(uuid4())

    def answered(route: Route) -> None:
        asks = route.request.method == "POST"
        route.fulfill(status=202 if asks else 200, json={"id": trial} if asks else replayed(trial))

    page.route("**/api/v1/alerts/what-if**", answered)
    setting(page, "limits.hr.high").fill("150")
    page.get_by_role("button", name="See last week, and save").click()
    found = page.get_by_role("dialog").locator(".found")
    expect(found).to_contain_text("0 alerts gained, 1 lost: 1 fewer calls (3 → 2)")
    curve = found.get_by_role(
        "img", name=re.compile(r"^Heart rate 72 to 140, raised at \d\d:\d\d$")
    )
    expect(curve).to_be_visible()
    points = curve.locator("polyline").get_attribute("points") or ""
    heights = [float(point.partition(",")[2]) for point in points.split()]
    assert len(heights) == 30
    assert heights == sorted(heights, reverse=True), "up is more"
    assert heights[0] > heights[-1]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    page.unroute_all(behavior="wait")
    assert desk.complaints == []


def test_who_saves_second_sees_both_values_and_decides(desk: Desk, ward: SeededWard) -> None:
    page = settings_page(desk)
    with ward.client("carla") as other:
        read = other.get("/wards/main/settings").raise_for_status().json()["revision"]
        theirs = {"revision": read, "reason": "theirs first", "deadlines": {"routine": 200}}
        other.put("/wards/main/settings", json=theirs).raise_for_status()
    page.get_by_placeholder("Find").fill("routine")
    setting(page, "deadlines.routine").fill("180")
    dialog = look_and_save(page, "mine after all")
    row = dialog.get_by_role("row", name="Routine")
    expect(row).to_contain_text("240 min")
    expect(row).to_contain_text("200 min")
    expect(row).to_contain_text("180 min")
    expect(dialog).to_contain_text("theirs first")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#history")).to_contain_text("200 → 180")
    saving_back = {"revision": read + 2, "reason": "as before", "deadlines": {"routine": 240}}
    with ward.client("carla") as other:
        other.put("/wards/main/settings", json=saving_back).raise_for_status()
    assert [one for one in desk.complaints if "409" not in one] == []


def test_a_profile_moves_what_nobody_set_and_says_what(desk: Desk) -> None:
    page = settings_page(desk)
    page.get_by_role("radio", name="home spot").check()
    expect(setting(page, "limits.sbp.high")).to_have_value("159")  # type: ignore[arg-type]
    setting(page, "limits.hr.high").fill("120")
    page.get_by_role("button", name="See last week, and save").click()
    changes = page.get_by_role("dialog").locator(".changes")
    expect(changes).to_contain_text("standard → home_spot")
    expect(changes).to_contain_text("99 /min → 120 /min")
    changes.get_by_text("more by the profile").click()
    expect(changes).to_contain_text("Systolic, alert above: 180 mmHg → 159 mmHg")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(setting(page, "limits.sbp.high")).to_have_value("180")  # type: ignore[arg-type]


def test_an_unusual_figure_is_asked_for_by_keyboard_and_on_a_phone(desk: Desk) -> None:
    page = settings_page(desk)
    page.keyboard.press("/")
    expect(page.get_by_placeholder("Find")).to_be_focused()
    page.get_by_placeholder("Find").fill("SpO₂, alert below")
    setting(page, "limits.spo2.low").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("80")
    page.keyboard.press("Enter")
    review = page.get_by_role("dialog", name="Save 1 change")
    expect(review.get_by_label("Why")).to_be_focused()
    page.keyboard.type("a trial")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    review.get_by_role("button", name="Save").press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("Is this meant for ward main"))
    expect(dialog).to_contain_text("80 lies outside 85 to 95")
    dialog.get_by_role("button", name="Cancel").click()
    expect(review).to_contain_text("80 lies outside")
    review.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Undo").click()
    expect(setting(page, "limits.spo2.low")).to_have_value("91")  # type: ignore[arg-type]
    page.set_viewport_size(PHONE)
    no_wider_than(page, PHONE["width"])


def test_an_unusual_limit_of_one_person_needs_a_reason_and_an_end(
    desk: Desk, ward: SeededWard
) -> None:
    patient = ward.patients["Alice Moore"]
    page = desk.open("singh", f"/patients/{patient}?tab=plan")
    page.get_by_label("SpO₂: alert below").fill("60")
    review = look_and_save(page, "palliative care")
    dialog = page.get_by_role("dialog", name="Is this meant for Alice Moore?")
    expect(dialog).to_contain_text("limits.spo2.low")
    dialog.get_by_role("button", name="It is meant").click()
    expect(review).to_have_count(0)
    expect(page.locator("#care-told")).to_contain_text("Saved")
    page.get_by_text("Who changed what, when and why").click()
    expect(page.locator("#limits-history")).to_contain_text("palliative care")
    expect(page.locator("#limits-history")).to_contain_text("88 → 60")
    page.goto(f"{ward.url}/patients/{patient}")
    facts = page.locator("#limits-now")
    expect(facts).to_contain_text("palliative care")
    expect(facts).to_contain_text("below 60 % own")
    expect(facts).to_contain_text(re.compile("set by .*singh", re.IGNORECASE))
    expect(page.locator("[data-limits*='low 60, own']")).to_have_count(1)
    page.goto(f"{ward.url}/patients/{patient}?tab=plan")
    page.get_by_label("SpO₂: alert below").fill("88")
    look_and_save(page, "as before")
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


def test_one_limit_is_changed_from_the_list_and_last_week_follows_what_is_typed(
    desk: Desk, ward: SeededWard
) -> None:
    patient = ward.patients["Hans Haddad"]
    page = desk.open("singh", f"/patients/{patient}?tab=plan")
    page.get_by_role("button", name="Change the limits of Heart rate").click()
    dialog = page.get_by_role("dialog", name="Change the limits of Heart rate")
    expect(dialog.get_by_label("Heart rate, alert below")).to_be_focused()
    dialog.get_by_label("Heart rate, alert above").fill("121")
    expect(dialog.locator(".found")).to_contain_text("1 patient, ")
    dialog.get_by_label("Heart rate, alert above").press("Enter")
    expect(dialog.get_by_label("Why")).to_be_focused()
    page.keyboard.type("runs in the evening")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#care-told")).to_contain_text("Saved")
    expect(page.locator("#limits-now")).to_contain_text("runs in the evening")
    with ward.client("singh") as doctor:
        told = doctor.get(f"/patients/{patient}").json()
        assert told["limits"]["hr"] == {"high": 121}, "the lower side is left to the ward"
        doctor.patch(f"/patients/{patient}", json={"limits": {}}).raise_for_status()
    assert desk.complaints == []


def test_a_profile_of_ones_own_is_chosen_and_who_saves_second_is_told(
    desk: Desk, ward: SeededWard
) -> None:
    patient = ward.patients["Giulia Yamada"]
    page = desk.open("singh", f"/patients/{patient}?tab=plan")
    page.locator("#profile").select_option("home_spot")
    expect(page.locator("#profile-about")).to_contain_text("once or twice a day")
    with ward.client("singh") as doctor:
        theirs = {"limits": {"rr": {"high": 26}}, "reason": "theirs first"}
        doctor.patch(f"/patients/{patient}", json=theirs).raise_for_status()
    dialog = look_and_save(page, "measures at home by cuff")
    expect(dialog).to_contain_text("Breathing rate, alert above")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#limits-now")).to_contain_text("profile “home_spot”")
    with ward.client("singh") as doctor:
        back = {"limits": {}, "profile": None}
        doctor.patch(f"/patients/{patient}", json=back).raise_for_status()
    assert [one for one in desk.complaints if "409" not in one] == []
