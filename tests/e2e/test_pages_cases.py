"""A case on the pages: asked, looked at, discussed, met about, signed, closed; three people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.test_pages_axe import sound
from tests.e2e.test_pages_consultation import FAKE
from tests.support.browsers import LAUNCH, PHONE, Desk, becomes, no_wider_than
from tests.support.seeded_ward import SeededWard

QUESTION, OPINION = "Is it the heart or the lungs?", "The lungs, I think."
CONCLUSION = "Treat as pneumonia, film again in six weeks."
PICTURES = """() => [...document.querySelectorAll("#tiles .tile:not(.own) video")]
    .filter((video) => video.videoWidth > 0).length"""
EXPERTS = (("okoro", "Dr Ben Okoro", "main"), ("weiss", "Dr Cora Weiss", "pulm"))


@pytest.fixture(scope="module")
def experts(ward: SeededWard) -> dict[str, str]:
    """Two doctors who have nothing to do with any patient, one of another ward; their ids."""
    found = {}
    with ward.client("admin") as admin:
        for username, name, of_ward in EXPERTS:
            ward.passwords[username] = f"seven-violet-lanterns-{username}"
            body = {"username": username, "password": ward.passwords[username], "role": "doctor"}
            body |= {"display_name": name, "ward": of_ward}
            made = admin.post("/users", json=body)
            assert made.status_code == 201, made.text
            found[name] = made.json()["id"]
    return found


@pytest.fixture
def asked(ward: SeededWard, experts: dict[str, str]) -> Iterator[None]:
    """The patient agrees to sharing, for the time of a test."""
    assert experts
    path = f"/patients/{ward.patients['Alice Moore']}/consents"
    with ward.client("carla") as carla:
        given = carla.post(path, json={"scope": "sharing", "version": "1"}).json()["id"]
        yield
        carla.post(f"{path}/{given}/withdraw")


@contextmanager
def browsers_of(
    browser: Browser, chromium_path: Path, ward: SeededWard, count: int
) -> Iterator[list[Desk]]:
    opened = [
        browser.browser_type.launch(executable_path=chromium_path, args=[*LAUNCH, *FAKE])
        for _ in range(count)
    ]
    desks = [Desk(ward=ward, browser=one) for one in opened]
    try:
        yield desks
    finally:
        for desk, one in zip(desks, opened, strict=True):
            desk.close()
            one.close()


def case_of(ward: SeededWard, experts: dict[str, str], **more: Any) -> str:  # noqa: ANN401 - a body
    """A case that Dr Singh opens; its id."""
    alice = ward.patients["Alice Moore"]
    body = {"question": QUESTION, "experts": list(experts.values()), **more}
    with ward.client("singh") as singh:
        made = singh.post(f"/patients/{alice}/cases", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def shown_below(page: Page) -> None:
    """Ask axe, and for a telephone's width."""
    sound(page)
    page.set_viewport_size(PHONE)
    no_wider_than(page, PHONE["width"])
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.usefixtures("asked")
def test_a_case_is_opened_looked_at_answered_signed_and_closed(
    desk: Desk, ward: SeededWard
) -> None:
    alice = ward.patients["Alice Moore"]
    with ward.client("singh") as singh:
        singh.post(f"/patients/{alice}/notes", json={"text": "Coughs since Monday."})
    page = desk.open("singh", f"/consultations?patient={alice}")
    page.get_by_role("link", name="Ask colleagues").press("Enter")
    expect(page.locator("#consent")).to_contain_text("has agreed to sharing")
    page.get_by_label("What do you want to know?").fill(QUESTION)
    page.get_by_label("Find by name, ward or skill").fill("weiss")
    page.get_by_label("Dr Cora Weiss").check()
    page.get_by_label("Coughs since Monday.").first.check()
    shown_below(page)
    page.get_by_role("button", name="Open the case").press("Enter")
    expect(page.locator("#question")).to_have_text(QUESTION)
    case = page.url.rsplit("/", 1)[1]

    far = desk.open("weiss", "/cases")
    far.locator("#to-me").get_by_role("link", name="Open the case of A. M.").press("Enter")
    expect(far.locator("#readings .u-over").first).to_be_attached()
    expect(far.locator("#record")).to_contain_text("Coughs since Monday.")
    assert "Moore" not in (far.content() or "")
    shown_below(far)
    far.get_by_label("Write").fill(OPINION)
    far.get_by_label("This is my opinion on the question").check()
    far.get_by_role("button", name="Send").press("Enter")
    expect(page.locator("#entries li.opinion")).to_contain_text(OPINION)
    page.get_by_label("Write").fill("Why?")
    page.get_by_role("button", name="Send").press("Enter")
    expect(far.locator("#entries")).to_contain_text("Why?")
    far.get_by_label("What I conclude").fill(CONCLUSION)
    far.get_by_role("button", name="Sign my conclusion").press("Enter")
    expect(page.locator("#experts")).to_contain_text(CONCLUSION)
    expect(far.locator("#sign-part")).to_be_hidden()
    signed = "SELECT encode(signature, 'hex') FROM case_expert WHERE case_id = %s"
    with psycopg.connect(ward.server.database.superuser) as conn:
        [(hashed,)] = conn.execute(signed, (case,)).fetchall()
    expect(page.locator("#experts abbr")).to_have_attribute(
        "title", f"SHA-256 of what was signed: {hashed}"
    )

    mine = desk.open("alice", "/looked")
    expect(mine.locator("#cases")).to_contain_text("Dr Cora Weiss (ward pulm)")
    expect(mine.locator("#looked")).to_contain_text("asked for an opinion")
    shown_below(mine)
    assert desk.complaints == []

    page.get_by_role("button", name="Close the case").press("Enter")
    page.get_by_role("button", name="Close it").press("Enter")
    expect(far.locator("#ended")).to_contain_text("nothing of it can be seen", timeout=4_000)
    assert QUESTION not in far.content()
    expect(page.locator("#ended")).to_contain_text("was closed")
    assert all("404" in one and f"/cases/{case}" in one for one in desk.complaints), desk.complaints


@pytest.mark.usefixtures("asked")
def test_three_meet_in_one_call_that_the_close_ends(
    browser: Browser, chromium_path: Path, ward: SeededWard, experts: dict[str, str]
) -> None:
    case = case_of(ward, experts)
    with browsers_of(browser, chromium_path, ward, 3) as desks:
        people = ("singh", "okoro", "weiss")
        pages = [desk.open(who, f"/cases/{case}") for desk, who in zip(desks, people, strict=True)]
        for page in pages:
            page.get_by_role("button", name="Join the call").press("Enter")
        for page in pages:
            becomes(lambda page=page: page.evaluate(PICTURES), lambda seen: seen == 2)
            expect(page.locator("#call-state")).to_contain_text("In the call with")
        sound(pages[0])
        pages[1].reload()
        pages[1].get_by_role("button", name="Join the call").press("Enter")
        for page in pages:
            becomes(lambda page=page: page.evaluate(PICTURES), lambda seen: seen == 2)
        with ward.client("carla") as carla:
            assert carla.post(f"/cases/{case}/close").status_code == 200
        for page in pages[1:]:
            expect(page.locator("#ended")).to_contain_text("nothing of it", timeout=4_000)
        expect(pages[0].locator("#tiles video")).to_have_count(0)


def test_a_doctor_shows_a_study_to_its_patient_and_hides_it(desk: Desk, ward: SeededWard) -> None:
    study = {"uid": "1.2.3", "taken_on": "2026-10-20", "modalities": ["DX"], "series": 1}
    study |= {"instances": 2, "bytes": 8_400_000, "description": "Chest", "released_at": None}
    study |= {"added_at": "2026-10-20T08:00:00Z", "added_by_name": "Dr Amara Singh"}

    def released(route: Route) -> None:
        on = route.request.post_data_json["released"]
        study["released_at"] = "2026-10-21T08:00:00Z" if on else None
        route.fulfill(json={"uid": "1.2.3", "released_at": study["released_at"]})

    shown = {}
    for who in ("singh", "carla"):
        shown[who] = desk.open(who, "/account")
        shown[who].route(
            "**/imaging/studies?*",
            lambda route: route.fulfill(json={"items": [study], "next": None}),
        )
        shown[who].route("**/imaging/studies/1.2.3/release", released)
        shown[who].route("**/dicomweb/**", lambda route: route.fulfill(json=[]))
        shown[who].goto(f"{ward.url}/patients/{ward.patients['Alice Moore']}/images")
    page, other = shown["singh"], shown["carla"]
    page.get_by_role("button", name="Show to the patient: DX").press("Enter")
    expect(page.get_by_text("The patient sees it", exact=True)).to_be_visible()
    hides = page.get_by_role("button", name="Hide from the patient: DX")
    expect(hides).to_be_focused()
    other.reload()
    expect(other.get_by_text("The patient sees it", exact=True)).to_be_visible()
    expect(other.get_by_role("button", name="Hide from the patient")).to_have_count(0)
    hides.press("Enter")
    expect(page.get_by_role("button", name="Show to the patient: DX")).to_be_focused()
    expect(page.get_by_text("The patient sees it", exact=True)).to_have_count(0)
    assert study["released_at"] is None
    assert desk.complaints == []
    for one in shown.values():
        one.unroute_all(behavior="wait")


def test_only_doctors_open_a_case_and_only_a_case_asks_for_the_camera(
    desk: Desk, ward: SeededWard, experts: dict[str, str]
) -> None:
    alice = ward.patients["Alice Moore"]
    page = desk.open("lund", f"/patients/{alice}/ask")
    expect(page).to_have_url(f"{ward.url}/feed")
    for who, count in (("lund", 0), ("singh", 1)):
        chart = desk.open(who, f"/patients/{alice}")
        chart.locator("#acts-more > summary").press("Enter")
        expect(chart.get_by_role("link", name="Images", exact=True)).to_be_visible()
        expect(chart.get_by_role("link", name="Ask colleagues")).to_have_count(count)
    chart.get_by_role("link", name="Ask colleagues").press("Enter")
    expect(chart).to_have_url(f"{ward.url}/patients/{alice}/ask")
    inside = {"okoro": experts["Dr Ben Okoro"]}
    case = case_of(ward, inside)
    nurse = desk.open("lund", f"/cases/{case}")
    expect(nurse.locator("#question")).to_have_text(QUESTION)
    expect(nurse.get_by_role("button", name="Join the call")).to_have_count(0)
    listed = desk.open("carla", "/cases")
    expect(listed.locator("#ward")).to_contain_text("Asked by Dr Amara Singh")
    sound(listed)
    assert desk.complaints == []
    for who, camera in (("singh", "camera=(self)"), ("lund", "camera=()")):
        with ward.client(who) as client:
            cookie = {"Cookie": f"homeward={client.headers['authorization'].split()[1]}"}
            told = client.get(f"{ward.url}/cases/{case}", headers=cookie)
        assert camera in told.headers["permissions-policy"], who
