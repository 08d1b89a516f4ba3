"""The patient's own page: plain words, large, by keyboard, and without a line."""

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_pages_axe import AXE, violations
from tests.support.browsers import PHONE, Desk, becomes, no_wider_than, sign_in
from tests.support.seeded_ward import SeededWard

LETTERS = """() => [...document.querySelectorAll("main p, main li, main label, main button")]
    .filter((node) => node.offsetParent && node.textContent.trim())
    .map((node) => parseFloat(getComputedStyle(node).fontSize))"""
KEPT = "async () => (await caches.match('/mine')) !== undefined"
ANSWERED = {
    "breath": "Yes, even at rest",
    "chest": "No",
    "mind": "No",
    "fever": "No",
    "drink": "No",
}


def answer(page: Page) -> None:
    page.get_by_text("I feel worse", exact=True).click()
    for name, words in ANSWERED.items():
        group = page.locator(f"fieldset:has(input[name={name}])")
        group.get_by_label(words, exact=True).press("Space")


def kept(ward: SeededWard, what: str) -> int:
    with psycopg.connect(ward.server.database.superuser) as conn:
        row = conn.execute(what.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_it_says_in_plain_words_how_one_is_and_whom_to_call(desk: Desk, ward: SeededWard) -> None:
    with ward.client("carla") as carla:
        asked = {"contact": {"ward_phone": "+49 30 7654321"}, "reason": "a number"}
        now = carla.get("/wards/main/settings").json()["revision"]
        put = carla.put("/wards/main/settings", json={**asked, "revision": now})
        assert put.status_code == 200, put.text
    page = desk.open("alice", "/mine", viewport=PHONE)
    expect(page.get_by_role("link", name="Call the ward: +49 30 7654321")).to_have_attribute(
        "href", "tel:+49307654321"
    )
    lines = page.locator(".plain li")
    expect(lines.filter(has_text="Your oxygen is lower than we want.")).to_be_visible()
    expect(lines.filter(has_text="Your pulse is faster than we want.")).to_be_visible()
    expect(page.locator("#todo")).to_contain_text("Measure your oxygen and pulse")
    no_wider_than(page, PHONE["width"])
    assert min(page.evaluate(LETTERS)) >= 17
    page.get_by_text("I feel worse", exact=True).click()
    page.evaluate(AXE)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    assert desk.complaints == []


def test_feeling_worse_is_told_by_keyboard_and_read_by_the_team(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("alice", "/mine")
    answer(page)
    expect(page.locator("#grave")).to_contain_text("Call the emergency number now.")
    page.get_by_label("Anything else?").fill("It began on the stairs.")
    page.get_by_role("button", name="Tell my care team").press("Enter")
    expect(page.locator("#worse-told")).to_contain_text("Your care team is alerted")
    team = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}?tab=events")
    expect(team.locator("#open")).to_contain_text("Feels worse, says the patient")
    expect(team.locator("#reports")).to_contain_text("It began on the stairs.")
    expect(team.locator("#reports")).to_contain_text("Yes, even at rest")
    expect(page.locator("#plain")).to_contain_text("Your care team was alerted", timeout=60_000)
    assert desk.complaints == []


def test_what_is_entered_without_a_line_is_kept_and_sent_once(desk: Desk, ward: SeededWard) -> None:
    page = desk.open(None, "/login")  # a session of its own, which ends here
    sign_in(page, "alice", ward.passwords["alice"])
    page.wait_for_url("**/mine")
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.reload()  # from now on the worker sees what the page asks for
    expect(page.locator(".plain li").first).to_be_visible()
    entries = "SELECT count(*) FROM lane_input WHERE entry_key IS NOT NULL"
    reports = "SELECT count(*) FROM patient_report"
    before, told = kept(ward, entries), kept(ward, reports)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="Hello alice")).to_be_visible()
    page.get_by_role("spinbutton", name="Weight").fill("71.4")
    page.get_by_role("button", name="Save my readings").click()
    expect(page.locator("#entered")).to_contain_text("Kept on this phone")
    answer(page)
    page.get_by_role("button", name="Tell my care team").click()
    expect(page.locator("#worse-told")).to_contain_text("call the ward")
    assert kept(ward, entries) == before
    page.reload()
    expect(page.locator("#todo")).to_contain_text("2")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    becomes(
        lambda: (kept(ward, entries), kept(ward, reports)), lambda n: n == (before + 1, told + 1)
    )
    becomes(
        lambda: page.evaluate(
            "localStorage.length && JSON.parse(localStorage['homeward.unsent.alice']).length"
        ),
        lambda n: n == 0,
    )
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile("/login"))
    becomes(lambda: page.evaluate(KEPT), lambda there: there is False)
    assert (kept(ward, entries), kept(ward, reports)) == (before + 1, told + 1)
    desk.complaints.clear()


def test_a_task_of_the_plan_is_done_without_a_line_and_counts_once(
    desk: Desk, ward: SeededWard
) -> None:
    patient = ward.patients["Alice Moore"]
    with ward.client("carla") as carla:
        times = [f"{hour:02}:00" for hour in range(24)]
        body = {
            "title": "Breathe easier",
            "goals": ["To the garden and back by June"],
            "review_on": "2090-01-01",
            "tasks": [
                {"kind": "walk", "words": "Walk to the door", "times": times[:12]},
                {"kind": "walk", "words": "Walk to the door", "times": times[12:]},
            ],
        }
        made = carla.post(f"/patients/{patient}/plans", json=body)
        assert made.status_code == 201, made.text
    ended = f"/patients/{patient}/plans/{made.json()['id']}/end"
    page = desk.open(None, "/login", viewport=PHONE)
    sign_in(page, "alice", ward.passwords["alice"])
    page.wait_for_url("**/mine")
    done = page.get_by_role("button", name=re.compile("^Done: Walk to the door")).first
    expect(done).to_be_visible()
    no_wider_than(page, PHONE["width"])
    page.evaluate(AXE)
    assert violations(page) == []
    count = "SELECT count(*) FROM home_task_due WHERE state = 'done'"
    before = kept(ward, count)
    page.context.set_offline(True)
    done.press("Enter")
    expect(page.locator("#later")).to_contain_text("Kept on this phone")
    assert kept(ward, count) == before
    page.context.set_offline(False)
    for _ in range(2):
        page.evaluate("dispatchEvent(new Event('online'))")
    becomes(lambda: kept(ward, count), lambda n: n == before + 1)
    expect(page.locator("#tasks li[data-state=done]")).to_have_count(1)
    page.get_by_text("My plan", exact=True).click()
    expect(page.locator("#my-plan")).to_contain_text("To the garden and back by June")
    team = desk.open("singh", f"/patients/{patient}?tab=plan")
    expect(team.locator("#home-plans")).to_contain_text("Breathe easier")
    expect(team.locator("#home-plans")).to_contain_text("100 % done")
    with ward.client("carla") as carla:
        assert carla.post(ended).status_code == 200
    desk.complaints.clear()


def test_questions_are_answered_by_keyboard_and_one_leads_to_another(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("alice", "/mine", viewport=PHONE)
    page.get_by_text("Answer questions", exact=True).click()
    page.locator("[data-form=pain] > summary").click()
    form = page.locator("[data-form=pain] form")
    expect(form.get_by_text("Is it in your chest?")).to_be_hidden()
    form.get_by_label("3", exact=True).press("Space")
    chest = form.locator("fieldset[data-link=where]")
    expect(chest).to_be_visible()
    expect(form.get_by_text("Is this pain new")).to_be_hidden()
    no_wider_than(page, PHONE["width"])
    page.evaluate(AXE)
    assert violations(page) == []
    chest.get_by_label("Yes", exact=True).press("Space")
    form.get_by_role("button", name="Send my answers").press("Enter")
    expect(form.locator("[data-told]")).to_contain_text("call the emergency number")
    team = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}?tab=events")
    expect(team.locator("#answers")).to_contain_text("pain in the chest")
    expect(team.locator("#answers")).to_contain_text("3 of 10")
    expect(team.locator("#open")).to_contain_text("Pain")
    team.get_by_role("button", name="Ask now").click()
    dialog = team.get_by_role("dialog")
    dialog.get_by_label("Alert", exact=True).press("Space")
    dialog.get_by_label("No, on air").press("Space")
    dialog.get_by_role("button", name=re.compile("^Save the answers")).click()
    expect(team.locator("#answers")).to_contain_text("Structured call")
    assert desk.complaints == []


@pytest.mark.parametrize("problem", [500, 422])
def test_what_is_refused_is_said_and_not_kept_for_ever(desk: Desk, problem: int) -> None:
    page = desk.open("alice", "/mine", service_workers="block")
    refusal = {"status": problem, "json": {"title": "broken", "detail": "It cannot be."}}
    page.route("**/api/v1/me/observations", lambda route: route.fulfill(**refusal))
    page.get_by_role("spinbutton", name="Weight").fill("71.4")
    page.get_by_role("button", name="Save my readings").click()
    words = "Kept on this phone" if problem == 500 else "Not saved: It cannot be."
    expect(page.locator("#entered")).to_contain_text(words)
    waiting = page.evaluate("JSON.parse(localStorage['homeward.unsent.alice'] ?? '[]').length")
    assert waiting == (1 if problem == 500 else 0)
    page.evaluate("localStorage.clear()")
    page.unroute_all(behavior="wait")
    desk.complaints.clear()
