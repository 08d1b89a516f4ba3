"""The rota on the capacity board: asked before, undone after, and absence told apart."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard


def row(page: Page, name: str) -> Locator:
    return page.locator("#shifts tr", has_text=name)


def test_a_shift_is_taken_off_after_a_question_and_put_back(desk: Desk, ward: SeededWard) -> None:
    del ward
    page = desk.open("carla", "/capacity")
    lund = row(page, "Nurse Pia Lund")
    remove = lund.get_by_role("button", name=re.compile("^Remove…: the shift of Nurse Pia Lund"))
    remove.click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("Take Nurse Pia Lund off the rota?")
    asked.get_by_role("button", name="Cancel").click()
    expect(lund).not_to_contain_text("taken off")
    remove.click()
    asked.get_by_role("button", name="Take off").click()
    expect(lund).to_contain_text("taken off")
    lund.get_by_role("button", name=re.compile("^Put back")).click()
    expect(remove).to_be_visible()
    assert desk.complaints == []


def test_absence_is_said_with_its_reason_and_taken_back(desk: Desk, ward: SeededWard) -> None:
    del ward
    page = desk.open("carla", "/capacity")
    lund = row(page, "Nurse Pia Lund")
    lund.get_by_role("button", name=re.compile("^Absent…")).click()
    asked = page.get_by_role("dialog")
    asked.get_by_label("Why").fill("called away")
    asked.get_by_role("button", name="Save").click()
    expect(lund).to_contain_text("called away")
    lund.get_by_role("button", name=re.compile("^Is there after all")).click()
    expect(lund).not_to_contain_text("called away")
    assert desk.complaints == []


def test_an_overlap_is_said_and_joined_on_request(desk: Desk, ward: SeededWard) -> None:
    del ward
    page = desk.open("carla", "/capacity")
    expect(page.locator("#shift-doctor")).to_contain_text("Nurse Pia Lund")
    page.get_by_label("Who").select_option("Nurse Pia Lund")
    page.get_by_label("Hours").fill("12")
    page.locator("#shift-form").get_by_role("button", name="Add").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("on the rota then already")
    asked.get_by_role("button", name="Make one shift of both").click()
    expect(page.locator("#shift-told")).to_contain_text("Shift added")
    expect(row(page, "Nurse Pia Lund")).to_have_count(1)
    refused = [one for one in desk.complaints if not one.startswith("409 ")]
    assert refused == []


def test_escalating_says_whom_it_calls_and_is_not_to_be_pressed_at_the_top(
    desk: Desk, ward: SeededWard
) -> None:
    ward.find("Hans Haddad", "limit_sbp_low", "medium", message="Systolic 88")
    page = desk.open("carla", "/feed")
    line = page.locator(".line", has_text="Systolic 88")
    asked = page.get_by_role("dialog")
    called = ""
    while called != "carla":  # whoever is on shift is called before the coordinator
        line.get_by_role("button", name=re.compile("^Escalate")).click()
        expect(asked.locator("[data-whom]")).to_contain_text("Calls ")
        found = re.search(r"Calls (.+?)(?: \(|\.|$)", asked.locator("[data-whom]").inner_text())
        assert found is not None
        assert found[1] != called, "nobody is called twice in a row"
        called = found[1]
        asked.get_by_role("button", name=re.compile("^Escalate")).click()
        expect(asked).to_have_count(0)
        ward.execute("UPDATE alert_event SET actor = NULL")  # as if somebody else had done so
    line.get_by_role("button", name=re.compile("^Escalate")).click()
    expect(asked.locator("[data-whom]")).to_contain_text("You are the last to be called")
    expect(asked.get_by_role("button", name=re.compile("^Escalate"))).to_be_disabled()
    assert desk.complaints == []


def test_an_emergency_has_a_name_and_who_could_come_is_offered_with_the_phone(
    desk: Desk, ward: SeededWard
) -> None:
    with ward.client("carla") as carla:
        body = {"name": "Dr Ruth Kay", "phone": "+44 20 7946 0018"}
        carla.post("/doctors", json=body).raise_for_status()
        [shift] = [
            one
            for one in carla.get("/shifts").raise_for_status().json()["items"]
            if one["doctor_name"] == "Dr Amara Singh"
        ]
        path = f"/shifts/{shift['id']}/absence"
        carla.post(path, json={"reason": "ill"}).raise_for_status()
        page = desk.open("carla", "/capacity")
        emergencies = page.locator("#plan [data-key=emergencies]")
        hers = emergencies.get_by_role("listitem").filter(has_text="Alice Moore")
        expect(hers).to_contain_text("with Nurse Pia Lund, but needs: doctor")
        offered = page.locator("#plan [data-key=call-in]")
        phone = offered.get_by_role("link", name="+44 20 7946 0018")
        expect(phone).to_have_attribute("href", "tel:+442079460018")
        carla.delete(path).raise_for_status()
        # other tests may have left emergencies of others, and more than the doctor can do
        expect(hers).to_contain_text("with Dr Amara Singh")
        expect(hers).not_to_contain_text("but needs")
    assert desk.complaints == []


def test_the_time_axis_gives_a_patient_to_somebody_else_by_keyboard(
    desk: Desk, ward: SeededWard
) -> None:
    with ward.client("carla") as carla:
        page = desk.open("carla", "/capacity")
        axis = page.locator("#axis")
        expect(axis.locator("[data-doctor]").first).to_be_visible()
        piece = axis.locator(".piece", has_text="Chen Lindqvist")
        expect(piece).to_have_count(1)
        owner = piece.get_attribute("data-owner")
        expect(piece).to_have_attribute("aria-label", re.compile(r"min, \d\d:\d\d to \d\d:\d\d"))
        piece.focus()
        page.keyboard.press("Enter")
        asked = page.get_by_role("dialog")
        expect(asked).to_contain_text("Give Chen Lindqvist")
        asked.get_by_label("To").select_option(index=1)
        chosen = asked.get_by_label("To").input_value()
        assert chosen != owner
        asked.get_by_role("button", name=re.compile("^Give and fix")).click()
        expect(page.locator("#axis-told")).to_contain_text("is fixed to")
        moved = axis.locator(f"[data-doctor='{chosen}'] .piece.pinned", has_text="Chen Lindqvist")
        expect(moved).to_have_count(1)
        page.locator("#history summary").click()
        expect(page.locator("[data-history] li").first).to_contain_text("because")
        patient = moved.get_attribute("data-patient")
        body = {"patient": patient, "doctor": None}
        carla.put("/allocation/pins", json=body).raise_for_status()
    assert desk.complaints == []


def test_scenarios_stand_side_by_side_and_a_proposal_is_left_or_taken(
    desk: Desk, ward: SeededWard
) -> None:
    del ward
    page = desk.open("carla", "/capacity")
    expect(page.locator("#scenarios [data-away] select").first).to_contain_text("Nurse Pia Lund")
    rows = page.locator("#scenarios tbody tr")
    compare = page.locator("#scenarios").get_by_role("button", name="Compare")
    page.get_by_label("Deadlines").fill("50")
    compare.click()
    expect(rows).to_have_count(5)
    expect(rows.nth(2)).to_contain_text("Deadlines at 50 %")
    page.get_by_label("Deadlines").fill("100")
    compare.click()
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("Need +30 %")
    titles = page.locator("#scenarios thead th")
    expect(titles.nth(8)).to_have_text("Overfull hours")
    expect(titles.nth(9)).to_have_text("Beds and equipment")
    expect(rows.nth(0).locator("td").nth(8)).to_have_text("not counted")
    page.get_by_role("button", name="Propose a better plan").click()
    proposal = page.locator("[data-proposal]")
    expect(proposal).to_contain_text(re.compile("would change hands|No change would"))
    assert desk.complaints == []


def test_the_worth_of_an_hour_is_told_for_the_articles_case(desk: Desk, ward: SeededWard) -> None:
    del ward
    page = desk.open("carla", "/capacity")
    form = page.locator("#worth")
    form.get_by_role("button", name="Work it out").click()
    told = form.locator("output")
    expect(told).to_contain_text("Costs 240 with hours that may be split")
    expect(told).to_contain_text("each demand whole with one person costs 240.")
    prices = told.locator("[data-prices] li")
    expect(prices).to_have_text(
        [
            "one more hour of doctor 3 saves 4",
            "one more hour of doctor 1 saves 2",
            "one more hour asked in any demand costs 12",
        ]
    )
    form.get_by_label("Each can give").fill("5")
    form.get_by_role("button", name="Work it out").click()
    expect(told).to_contain_text("4 h nobody can give")
    assert desk.complaints == []


def test_a_nurses_own_list_is_in_working_order_with_reasons(desk: Desk, ward: SeededWard) -> None:
    del ward
    page = desk.open("lund", "/today")
    expect(page.locator("#list")).to_contain_text(re.compile("min, |Nothing is planned"))
    page.get_by_role("button", name="Make an address").click()
    told = page.get_by_role("dialog")
    expect(told.locator(".secret")).to_contain_text("/api/v1/calendars/")
    told.get_by_role("button", name="I have copied it").click()
    page.get_by_role("button", name=re.compile("^Take back")).click()
    expect(page.locator("#links li")).to_have_count(0)
    assert desk.complaints == []
