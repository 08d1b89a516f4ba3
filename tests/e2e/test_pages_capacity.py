"""The capacity board: pieces dragged with the mouse, proposals taken whole and in part, hours."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard
from tests.support.servers import wait_until

ACCEPT = "**/api/v1/allocation/accept"


@pytest.fixture(scope="module")
def ada(ward: SeededWard) -> Iterator[str]:
    """A nurse who costs a sixth of the others comes to work; nobody is moved to save money."""
    with ward.client("carla") as carla:
        body = {"name": "Nurse Ada Low", "kind": "nurse", "cost_per_hour": 10}
        doctor: str = carla.post("/doctors", json=body).raise_for_status().json()["id"]
        now = datetime.now(UTC)
        hours = {"start": now.isoformat(), "end": (now + timedelta(hours=8)).isoformat()}
        made = carla.post("/shifts", json={"doctor_id": doctor, **hours}).raise_for_status().json()
        yield doctor
        carla.delete(f"/shifts/{made['id']}").raise_for_status()


@pytest.fixture
def cheap(ward: SeededWard, ada: str) -> Iterator[str]:
    """The same nurse, to whom nobody is fixed when a test ends."""
    yield ada
    with ward.client("carla") as carla:
        for one in carla.get("/allocation").raise_for_status().json()["pinned"]:
            unpinned = {"patient": one["patient"], "doctor": None}
            carla.put("/allocation/pins", json=unpinned).raise_for_status()


def drag(page: Page, piece: Locator, to: Locator) -> None:
    """As with a hand: a drag begins with a move, enters with another, and nothing scrolls in it."""
    page.locator("#axis").evaluate("node => node.scrollIntoView({block: 'center'})")
    piece.hover()
    page.mouse.down()
    to.hover(position={"x": 30, "y": 8})
    to.hover(position={"x": 40, "y": 10})
    to.hover(position={"x": 50, "y": 12})
    page.mouse.up()


def at_work(page: Page, doctor: str) -> None:
    expect(page.locator(f"#axis [data-doctor='{doctor}']")).to_be_visible()


def test_a_piece_is_dragged_onto_somebodys_line_and_stays_there(
    desk: Desk, ward: SeededWard, cheap: str
) -> None:
    page = desk.open("carla", "/capacity")
    at_work(page, cheap)
    piece = page.locator("#axis .piece", has_text="Giulia Yamada")
    owner = piece.get_attribute("data-owner")
    assert owner != cheap
    drag(page, piece, page.locator(f"#axis [data-doctor='{cheap}'] .track"))

    expect(page.locator("#axis-told")).to_have_text(
        "Giulia Yamada is fixed to Nurse Ada Low. A new plan follows by itself."
    )
    moved = page.locator(f"#axis [data-doctor='{cheap}'] .piece.pinned", has_text="Giulia Yamada")
    expect(moved).to_have_count(1)
    with ward.client("carla") as carla:
        plan = carla.get("/allocation").raise_for_status().json()
    [pin] = [one for one in plan["pinned"] if one["name"] == "Giulia Yamada"]
    assert pin["doctor"] == cheap
    assert desk.complaints == []


def test_a_piece_that_is_dropped_where_it_was_changes_nothing(
    desk: Desk, ward: SeededWard, cheap: str
) -> None:
    del ward
    page = desk.open("carla", "/capacity")
    at_work(page, cheap)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "PUT" else None)
    piece = page.locator("#axis .piece", has_text="Emeka Ibrahim")
    owner = piece.get_attribute("data-owner")
    drag(page, piece, page.locator(f"#axis [data-doctor='{owner}'] .who"))
    page.locator("#replan").click()  # comes after whatever the drop would have sent
    expect(page.locator("#replan-told")).to_have_text("A new plan is being made.")
    assert sent == []
    assert desk.complaints == []


def test_a_proposal_is_taken_in_part_by_keyboard_and_then_whole(
    desk: Desk, ward: SeededWard, cheap: str
) -> None:
    page = desk.open("carla", "/capacity")
    at_work(page, cheap)
    proposal = page.locator("[data-proposal]")

    def propose() -> None:
        page.get_by_role("button", name="Propose a better plan").press("Enter")
        expect(proposal.locator("fieldset legend")).to_contain_text("would change hands")

    def theirs() -> set[str]:
        with ward.client("carla") as carla:
            plan = carla.get("/allocation").raise_for_status().json()
        return {one["name"] for one in plan["assignments"] if one["doctor"] == cheap}

    before = theirs()
    propose()
    boxes = proposal.get_by_role("checkbox", name=re.compile(" to Nurse Ada Low$"))
    expect(proposal.locator("label", has_text="Chen Lindqvist")).to_contain_text(
        "because an hour of Nurse Ada Low costs less"
    )
    offered = boxes.count()
    assert offered > 2
    wanted = proposal.get_by_role(
        "checkbox", name=re.compile("^Chen Lindqvist.* to Nurse Ada Low$")
    )
    for box in boxes.all():
        if box.get_attribute("aria-label") != wanted.get_attribute("aria-label"):
            box.press("Space")
    expect(proposal.locator("input[name=change]:checked")).to_have_count(1)
    with page.expect_request(ACCEPT) as sent:
        proposal.get_by_role("button", name="Take over the chosen").press("Enter")
    assert len(sent.value.post_data_json["changes"]) == 1
    expect(page.locator("#axis-told")).to_contain_text("1 taken over")
    wait_until(lambda: theirs() == before | {"Chen Lindqvist"}, timeout_s=30)
    propose()
    with page.expect_request(ACCEPT) as sent:
        proposal.get_by_role("button", name="Take over all").click()
    assert len(sent.value.post_data_json["changes"]) == offered - 1
    wait_until(lambda: len(theirs()) == len(before) + offered, timeout_s=30)
    page.locator("#history summary").click()
    first = page.locator("[data-history] li", has_text="a proposal was taken over").first
    expect(first).to_be_visible()
    assert desk.complaints == []


def test_the_coming_hours_say_what_is_asked_and_which_are_overfull(
    desk: Desk, ward: SeededWard
) -> None:
    with ward.client("carla") as carla:
        kept = carla.get("/allocation").raise_for_status().json()
        assert len(kept["hours"]) == 12
        assert {"open", "scheduled", "expected", "there", "from", "to"} <= set(kept["hours"][0])
        page = desk.open("carla", "/capacity")
        columns = page.locator("#hours .hourly li")
        expect(columns).to_have_count(12)
        expect(columns.first).to_have_attribute("aria-label", re.compile("min planned of"))
        # nobody has a shift at the end of the outlook: looks that fall due then are short
        told = page.locator("[data-overfull] li").first
        expect(told).to_contain_text(re.compile(r"Short of \d+ min of .+, \d\d:\d\d.\d\d:\d\d"))
    assert desk.complaints == []


def test_equipment_is_counted_given_waited_for_and_taken_back(desk: Desk, ward: SeededWard) -> None:
    del ward
    page = desk.open("carla", "/capacity")
    form = page.locator("#resource-form")
    form.get_by_label("Kind").select_option("equipment")
    form.get_by_label("What").fill("oxygen concentrator")
    form.get_by_label("How many").fill("1")
    form.get_by_role("button", name="Add beds or equipment").press("Enter")
    line = page.locator("[data-resource='oxygen concentrator']")
    expect(line).to_contain_text("0 of 1 in use")
    asked = page.get_by_role("dialog")
    for name, act in (("Hans Haddad", "Give"), ("Jun Petrov", "Put on the list")):
        line.get_by_role("button", name="Give to a patient: oxygen concentrator").press("Enter")
        asked.get_by_label("Find").fill(name)
        wanted = asked.get_by_label("Patient").locator("option", has_text=name)
        expect(wanted).to_have_count(1)
        asked.get_by_label("Patient").select_option(value=wanted.get_attribute("value"))
        asked.get_by_role("button", name=act, exact=True).press("Enter")
        expect(asked).to_have_count(0)
    expect(line).to_contain_text("1 of 1 in use, 1 wait")
    short = page.locator("[data-short-beds] li")
    expect(short).to_contain_text("1 more oxygen concentrator: 1 of 1 in use; Jun Petrov")
    line.locator("summary").press("Enter")
    line.get_by_role("button", name=re.compile("^Take back from Hans Haddad")).press("Enter")
    asked.get_by_role("button", name="Take back").press("Enter")
    following = line.get_by_role("button", name=re.compile("^Give Jun Petrov.* the next"))
    following.press("Enter")
    expect(line).to_contain_text("1 of 1 in use")
    expect(short).to_have_count(0)
    line.locator("summary").press("Enter")
    line.get_by_role("button", name=re.compile("^Take back from Jun Petrov")).press("Enter")
    asked.get_by_role("button", name="Take back").press("Enter")
    expect(line).to_contain_text("0 of 1 in use")
    line.get_by_role("button", name="Remove oxygen concentrator").press("Enter")
    asked.get_by_role("button", name="Remove").press("Enter")
    expect(line).to_have_count(0)
    assert desk.complaints == []


def test_what_if_leaves_needs_as_they_are_or_asks_for_what_is_said(
    desk: Desk, ward: SeededWard
) -> None:
    with ward.client("carla") as carla:
        plan = carla.get("/allocation").raise_for_status().json()
    page = desk.open("carla", "/capacity")
    expect(page.locator("#plan")).to_contain_text("Plan made")
    form = page.locator("#what-if")
    told = form.locator("output")
    with page.expect_request("**/api/v1/allocation/what-if") as asked:
        form.get_by_role("button", name="Try").click()
    demands = {one["patient"]: one for one in asked.value.post_data_json["demands"]}
    known = {one["patient"]: one for one in [*plan["assignments"], *plan["unmet"]]}
    both = demands.keys() & known.keys()
    assert both
    for one in both:
        assert demands[one]["skills"] == known[one]["skills"]
        assert ("deadline_minutes" in demands[one]) == (known[one]["deadline"] is not None)
    people = asked.value.post_data_json["doctors"]
    assert any("doctor" in one["skills"] for one in people), "who is a doctor can what doctors can"
    expect(told).to_contain_text("Nothing was stored")

    form.get_by_text("Change by when and by whom somebody is seen").press("Enter")
    form.get_by_label("Need of").select_option("everybody")
    form.get_by_label("Seen within").fill("0")
    form.get_by_label("By somebody with").fill("tightrope walking, ")
    with page.expect_request("**/api/v1/allocation/what-if") as asked:
        form.get_by_role("button", name="Try").press("Enter")
    for one in asked.value.post_data_json["demands"]:
        assert (one["skills"], one["deadline_minutes"]) == (["tightrope walking"], 0)
    expect(told).to_contain_text("nobody there has the skills")

    form.get_by_text("Change the minutes and skills of each").press("Enter")
    boxes = form.locator("[data-rows]").get_by_label(re.compile("skills"))
    expect(boxes.first).to_be_visible()
    for box in boxes.all():
        box.fill("tightrope walking")
    form.get_by_role("button", name="Try").press("Enter")
    expect(told).to_contain_text(re.compile("past their deadline|Everybody is placed"))
    expect(told).not_to_contain_text("nobody there has the skills")
    assert desk.complaints == []
