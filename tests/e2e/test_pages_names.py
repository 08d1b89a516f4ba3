"""Whose it is: two people of one name are told apart, and every control says whom it acts on."""

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard

BIRTHS = ("1941-03-02", "1967-11-19")
PAGES = {
    "feed": ("singh", "/feed"),
    "panel": ("carla", "/panel?show=all"),
    "handover": ("singh", "/handover"),
    "capacity": ("carla", "/capacity"),
    "patients": ("carla", "/patients"),
    "patient": ("singh", "/patients/{first}"),
    "record": ("carla", "/patients/{first}/record"),
    "devices": ("carla", "/patients/{first}?tab=devices"),
    "plan": ("singh", "/patients/{first}?tab=plan"),
    "people": ("admin", "/people"),
    "settings": ("carla", "/settings"),
    "account": ("carla", "/account"),
    "admit": ("carla", "/patients/new"),
    "mine": ("alice", "/mine"),
    "cases": ("singh", "/cases"),
    "ask": ("singh", "/patients/{first}/ask"),
}
# Each control of the page's own part with the name that a screen reader says, and what it acts on.
CONTROLS = """() => [...document.querySelectorAll(
        "main button, main a[href], main summary, dialog button")]
    .filter((node) => node.offsetParent !== null)
    .map((node) => [node.getAttribute("aria-label") || node.textContent.trim(),
                    node.getAttribute("href") ?? `control ${node.tagName}`])"""


@pytest.fixture(scope="module")
def two(ward: SeededWard) -> dict[str, str]:
    """Two patients named Maria Santos, with the same two alerts and a case each."""
    made = {}
    with ward.client("carla") as carla:
        for key, born in zip(("first", "second"), BIRTHS, strict=True):
            body = {"name": "Maria Santos", "birth_date": born, "sex": "female"}
            made[key] = carla.post("/patients", json=body).raise_for_status().json()["id"]
            team = {"clinicians": [ward.users["singh"]]}
            carla.put(f"/patients/{made[key]}/care-team", json=team).raise_for_status()
            ward.patients[key] = made[key]
            for condition in ("news2_emergency", "critical_hr"):
                ward.find(key, condition)
    colleague = _colleague(ward)
    with ward.client("singh") as singh:
        for patient in made.values():
            body = {"question": "What else could it be?", "experts": [colleague]}
            singh.post(f"/patients/{patient}/cases", json=body).raise_for_status()
    return made


def _colleague(ward: SeededWard) -> str:
    """Somebody whom Dr Singh can ask."""
    with ward.client("singh") as singh:
        known = singh.get("/cases/colleagues").raise_for_status().json()["items"]
    if known:
        return str(known[0]["id"])
    body = {"username": "okafor", "password": "nine-amber-kettles-okafor", "role": "doctor"}
    with ward.client("admin") as admin:
        made = admin.post("/users", json=body | {"display_name": "Dr Ada Okafor", "ward": "main"})
    return str(made.raise_for_status().json()["id"])


def opened(desk: Desk, name: str, two: dict[str, str]) -> Page:
    username, path = PAGES[name]
    page = desk.open(username, path.format(**two))
    expect(page.locator("#pulse")).not_to_have_text("Connecting")
    expect(page.get_by_text("Loading…")).to_have_count(0)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_no_two_controls_of_different_patients_bear_one_name(
    desk: Desk, two: dict[str, str], name: str
) -> None:
    page = opened(desk, name, two)
    if name in {"feed", "patient"}:
        expect(page.locator("#open button").first).to_be_visible()
    controls: list[list[Any]] = page.evaluate(CONTROLS)
    assert controls
    buttons = Counter(said for said, acts in controls if acts.startswith("control"))
    assert [said for said, times in buttons.items() if times > 1] == []
    links: dict[str, set[str]] = {}
    for said, acts in controls:
        if not acts.startswith("control"):
            links.setdefault(said, set()).add(acts)
    assert {said: acts for said, acts in links.items() if len(acts) > 1} == {}


def test_both_are_told_apart_wherever_they_are_listed(desk: Desk, two: dict[str, str]) -> None:
    for name in ("feed", "panel", "handover", "patients"):
        page = opened(desk, name, two)
        for born in BIRTHS:
            expect(page.get_by_role("link", name=f"Maria Santos, {born}").first).to_be_visible()
            expect(page.locator("main").get_by_text(born).first).to_be_visible()


def test_questions_say_whom_they_are_about(desk: Desk, two: dict[str, str]) -> None:
    page = opened(desk, "feed", two)
    card = page.locator(".alert", has=page.get_by_role("link", name=f"Maria Santos, {BIRTHS[1]}"))
    for verb, said in (("Escalate", "Escalate"), ("Resolve", "True, but nothing had to be done")):
        card.get_by_role("button", name=verb).first.click()
        asked = page.get_by_role("dialog")
        expect(asked.get_by_role("heading")).to_contain_text(f"Maria Santos, {BIRTHS[1]}")
        expect(asked.get_by_role("button", name=f"{said}: ")).to_have_accessible_name(
            f"{said}: {asked.get_by_role('heading').text_content().split(': ', 1)[1]}"  # type: ignore[union-attr]
        )
        asked.get_by_role("button", name="Cancel").click()
    record = opened(desk, "record", two)
    for button in ("Pause…", "Discharge…", "Register a device…"):
        if button.startswith("Register"):
            record.get_by_role("tab", name="Devices").click()
        record.get_by_role("button", name=button).click()
        asked = record.get_by_role("dialog")
        expect(asked.get_by_role("heading")).to_contain_text(f"Maria Santos, {BIRTHS[0]}")
        asked.get_by_role("button", name="Cancel").click()


def test_a_menu_finds_one_of_two_among_any_number(desk: Desk, two: dict[str, str]) -> None:
    page = opened(desk, "capacity", two)
    form = page.locator("#pin-form")
    form.get_by_label("Find").fill(f"santos {BIRTHS[1]}")
    menu = form.get_by_label("Patient")
    expect(menu.locator("option")).to_have_text(["choose", f"Maria Santos, {BIRTHS[1]}"])
    menu.select_option(two["second"])
    form.get_by_label("Find").fill("nobody of this name")
    expect(menu.locator("option")).to_have_text(["choose", f"Maria Santos, {BIRTHS[1]}"])
    expect(menu).to_have_value(two["second"])
