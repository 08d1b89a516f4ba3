"""Every page: drawn, quiet in the console, reachable by keyboard, legible on a phone."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.browsers import OFTEN, PHONE, Desk, becomes, no_wider_than
from tests.support.keyboard import walked
from tests.support.seeded_ward import NAMES, SeededWard
from tests.support.servers import wait_until

PAGES = {
    "login": (None, "/login"),
    "panel": ("carla", "/panel"),
    "feed": ("singh", "/feed"),
    "handover": ("singh", "/handover"),
    "capacity": ("carla", "/capacity"),
    "round": ("singh", "/round"),
    "patient": ("singh", "/patients/{alice}"),
    "mine": ("alice", "/mine"),
    "register": (None, "/register"),
    "join": (None, "/join"),
    "keys": ("admin", "/keys"),
    "log": ("admin", "/log"),
    "hl7": ("carla", "/hl7"),
    "patients": ("carla", "/patients"),
    "start": ("carla", "/start"),
    "admit": ("carla", "/patients/new"),
    "events": ("lund", "/patients/{alice}?tab=events"),
    "plan": ("carla", "/patients/{alice}?tab=plan"),
    "limits": ("singh", "/patients/{alice}?tab=plan"),
    "devices": ("carla", "/patients/{alice}?tab=devices"),
    "record": ("carla", "/patients/{alice}/record"),
    "people": ("admin", "/people"),
    "settings": ("carla", "/settings"),
    "refused": ("carla", "/refused"),
    "outcomes": ("carla", "/outcomes"),
    "account": ("alice", "/account"),
    "emergency": ("singh", "/emergency"),
    "looked": ("alice", "/looked"),
    "messages": ("lund", "/messages?patient={alice}"),
    "talk": ("alice", "/messages"),
    "consultations": ("alice", "/consultations"),
    "cases": ("singh", "/cases"),
    "case": ("singh", "/cases/{case}"),
    "ask": ("singh", "/patients/{alice}/ask"),
    "booked": ("carla", "/consultations?patient={alice}"),
    "call": ("singh", "/call/{room}"),
    "called": ("alice", "/call/{room}"),
    "own-images": ("alice", "/images"),
    "images": ("singh", "/patients/{alice}/images"),
    "burden": ("carla", "/burden"),
    "models": ("carla", "/models"),
    "today": ("singh", "/today"),
    "evidence": ("singh", "/evidence/{alert}"),
}
COLLEAGUE = "Dr Noor Haddad"
TROUBLED = {
    "now": "2026-01-01T00:00:00Z",
    "rate": 1,
    "zone": None,
    "engine": False,
    "gateway": False,
    "on_shift": 0,
}
NARROW = 320
"""Also a screen of 1280 at 400 %, as WCAG 2.2 asks for reflow."""
FOOTER = "Homeward is not a medical device and not for primary alarming."

UNNAMED = """() => [...document.querySelectorAll("button, a, input, select, textarea")]
    .filter((node) => node.type !== "hidden" && node.offsetParent !== null)
    .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim()
        || node.labels?.length))
    .map((node) => node.outerHTML.slice(0, 120))"""
RINGS = """() => [...new Set([...document.querySelectorAll(".alert .flash .mark.high")]
    .map((node) => getComputedStyle(node, "::after").animationName))]"""
SPEAKING_IDS = """() => [...document.querySelectorAll("[id]")].map((node) => node.id)
    .filter((id, at, all) => all.indexOf(id) !== at)"""


def named_in(path: str, ward: SeededWard) -> str:
    """The path with what it names: it is made where it is not there yet."""
    alice = ward.patients["Alice Moore"]
    names = {"alice": alice}
    if "{alert}" in path:
        names["alert"] = alert_of(ward, "Jun Petrov")
    if "{room}" in path:
        names["room"] = room_of(ward, alice)
    if "{case}" in path:
        names["case"] = case_of(ward, alice)
    return path.format(**names)


def alert_of(ward: SeededWard, name: str) -> str:
    found: list[str] = []
    ward.find(name)

    def raised() -> bool:
        with ward.client("singh") as singh:
            told = singh.get("/alerts", params={"state": "open"}).raise_for_status().json()
        found[:] = [one["id"] for one in told["items"] if one["patient"] == ward.patients[name]]
        return bool(found)

    wait_until(raised, 45)
    return found[0]


def case_of(ward: SeededWard, patient: str) -> str:
    """A case of a patient's that is open to a doctor of the ward, whom nothing else asks."""
    with ward.client("singh") as singh:
        told = singh.get("/cases", params={"side": "by_me"}).raise_for_status().json()["items"]
        open_ = [one for one in told if one["patient"] == patient and one["state"] == "open"]
        if open_:
            return str(open_[0]["id"])
        body = {"question": "What else could it be?", "experts": [_colleague(ward)]}
        until = datetime.now(UTC)
        span = {"from": (until - timedelta(hours=3)).isoformat(), "to": until.isoformat()}
        body["readings"] = [{"metric": "hr"} | span]
        made = singh.post(f"/patients/{patient}/cases", json=body).raise_for_status()
    return str(made.json()["id"])


def _colleague(ward: SeededWard) -> str:
    with ward.client("singh") as singh:
        known = singh.get("/cases/colleagues").raise_for_status().json()["items"]
    found = [str(one["id"]) for one in known if one["name"] == COLLEAGUE]
    if found:
        return found[0]
    body = {"username": "haddad", "password": "nine-amber-kettles-haddad", "role": "doctor"}
    with ward.client("admin") as admin:
        made = admin.post("/users", json=body | {"display_name": COLLEAGUE, "ward": "main"})
    return str(made.raise_for_status().json()["id"])


def room_of(ward: SeededWard, patient: str) -> str:
    with ward.client("singh") as singh:
        told = singh.get("/consultations").raise_for_status().json()["items"]
        booked = [one for one in told if one["patient"] == patient and one["state"] == "booked"]
        if booked:
            return str(booked[0]["id"])
        slots = f"/patients/{patient}/consultation-slots"
        first = singh.get(slots).raise_for_status().json()["items"][0]
        body = {"doctor": first["doctor"], "start": first["start"], "wish": "video"}
        made = singh.post(f"/patients/{patient}/consultations", json=body).raise_for_status()
    return str(made.json()["id"])


def shown(desk: Desk, ward: SeededWard, name: str, **options: object) -> Page:
    username, path = PAGES[name]
    page = desk.open(username, named_in(path, ward), **options)
    if username:
        expect(page.locator("#pulse")).not_to_have_text("Connecting")
    expect(page.get_by_text("Loading…")).to_have_count(0)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_sound(desk: Desk, ward: SeededWard, name: str) -> None:
    page = shown(desk, ward, name)
    page.wait_for_timeout(500)
    assert desk.complaints == []
    assert desk.strangers == []
    expect(page.locator("footer")).to_contain_text(FOOTER)
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SPEAKING_IDS) == []
    assert walked(page) == []
    for width in (PHONE["width"], NARROW):
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        no_wider_than(page, width)


def test_a_patient_is_not_told_of_the_wards_own_troubles(desk: Desk, ward: SeededWard) -> None:
    page = shown(desk, ward, "mine")
    expect(page.locator("main")).to_contain_text("In an emergency call the emergency number")
    page.route("**/ui/status", lambda route: route.fulfill(json=TROUBLED))
    for _ in range(2):  # the second is asked for once the first has been taken in
        with page.expect_response("**/ui/status"):
            pass
    expect(page.locator("#banner")).to_be_hidden()
    page.unroute_all(behavior="wait")


def test_the_policy_forbids_everything_inline(desk: Desk) -> None:
    page = desk.open("carla", "/panel")
    policy = page.request.get(desk.ward.url + "/panel").headers["content-security-policy"]
    assert "unsafe" not in policy
    page.evaluate(
        """() => { const made = document.createElement("script");
                   made.textContent = "document.title = 'owned'"; document.body.append(made); }"""
    )
    assert page.title() != "owned"
    desk.complaints.clear()


def test_a_name_is_never_markup(desk: Desk) -> None:
    page = desk.open("carla", "/panel?show=all")
    name = next(name for name in NAMES if "<img" in name)
    expect(page.get_by_role("link", name=name)).to_be_visible()
    assert page.title() != "1"
    assert page.locator("main img").count() == 0


def test_charts_are_drawn_with_their_gap(desk: Desk, ward: SeededWard) -> None:
    page = shown(desk, ward, "patient")
    expect(page.locator("body")).to_have_attribute("data-charts", re.compile(r"^[6-9]$"))
    becomes(page.locator(".plot canvas").count, lambda count: count >= 5)
    drawn = page.evaluate(
        """() => [...document.querySelectorAll(".plot canvas")].map((canvas) => {
            const found = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return found.data.some((value) => value !== 0); })"""
    )
    assert all(drawn)
    broken = page.evaluate(
        """async () => { const { withGaps } = await import("/static/js/charts/series.js");
            return withGaps([0, 60, 120, 180, 9000, 9060], [[1, 2, 3, 4, 5, 6]])[1]; }"""
    )
    assert broken == [1, 2, 3, 4, None, 5, 6]


def test_what_stands_alone_between_gaps_is_drawn(desk: Desk, ward: SeededWard) -> None:
    """A line needs two points: one reading between two silences is a point of its own."""
    page = shown(desk, ward, "patient")
    found = page.evaluate(
        """async () => { const { alone } = await import("/static/js/charts/series.js");
            return alone([1, 2, null, 3, null, 4, undefined, 5, null, undefined, 6]); }"""
    )
    assert found == [3, 10]
    expect(page.locator("figure", has_text="Blood pressure")).to_contain_text("No reading")


def test_missing_is_never_nothing_to_report(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", "/login")
    now = datetime.now(UTC)
    news2 = {"score": 1, "low": 1, "high": 1, "band": "low", "missing": [], "assumed": []}
    known = {"state": "active", "doctor": None, "latest": {}, "alerts": [], "news2": news2}
    told = {
        "well": known | {"received": now.isoformat()},
        "silent": known | {"received": (now - timedelta(hours=2)).isoformat()},
        "unheard": known | {"received": None},
        "unscored": known | {"received": now.isoformat(), "news2": news2 | {"band": None}},
        "outdated": known | {"received": now.isoformat(), "news2": news2 | {"stale": True}},
        "paused": known | {"received": None, "state": "paused"},
    }
    items = [{"patient": f"id-{name}", "name": name} | one for name, one in told.items()]
    page.route("**/ui/handover*", lambda route: route.fulfill(json={"items": items}))
    page.goto(ward.url + "/handover")
    expect(page.locator("#calm li")).to_have_text(
        [re.compile("well"), re.compile("paused.*paused")]
    )
    expect(page.locator("#list h2")).to_have_text(["silent", "unheard", "unscored", "outdated"])
    page.unroute_all(behavior="wait")


def test_a_failure_keeps_what_was_shown_and_says_so(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", "/login")
    page.add_init_script(OFTEN)
    page.goto(f"{ward.url}/patients/{ward.patients['Alice Moore']}")
    expect(page.locator("#facts")).to_contain_text("Scored")
    broken = {"status": 500, "json": {"title": "broken"}}
    page.route("**/api/v1/patients/*", lambda route: route.fulfill(**broken))
    expect(page.locator("#facts .trouble")).to_contain_text("may be old: failing since")
    expect(page.locator("#facts")).to_contain_text("Scored")
    page.unroute_all(behavior="wait")
    expect(page.locator("#facts .trouble")).to_have_count(0)
    desk.complaints.clear()


def test_a_patient_of_somebody_else_is_refused_without_a_form(desk: Desk) -> None:
    page = desk.open("singh", f"/patients/{uuid4()}")
    expect(page.locator("#gone")).to_contain_text("not in your care")
    expect(page.locator("#enter")).to_be_hidden()
    desk.complaints.clear()


def test_the_clock_says_its_zone(desk: Desk) -> None:
    page = desk.open("singh", "/feed")
    expect(page.locator("[data-ward-clock]")).to_have_text(
        re.compile(r"^[\d:]{8} (CET|CEST|GMT\+[12])$")
    )


def test_a_long_name_fits_a_phone(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("carla", "/login", viewport=PHONE)
    with ward.client("carla") as carla:
        rows = carla.get("/panel").raise_for_status().json()["items"]
    name = "Wolfeschlegelsteinhausen" * 5
    long = [row | {"name": name} for row in rows]
    answer = {"items": long, "next": None, "total": len(long), "matched": len(long), "counts": {}}
    page.route("**/api/v1/panel*", lambda route: route.fulfill(json=answer))
    ward.find("Jun Petrov", "critical_rr", message="9" * 80)
    with ward.client("carla") as carla:  # the feed takes the name from the alert
        alerts = carla.get("/alerts", params={"state": "open"}).raise_for_status().json()
    alerts["items"] = [one | {"name": name} for one in alerts["items"]]
    page.route("**/api/v1/alerts?*", lambda route: route.fulfill(json=alerts))
    for path in ("/feed", "/panel?show=all"):
        page.goto(ward.url + path)
        expect(page.get_by_role("link", name=long[0]["name"]).first).to_be_visible()
        no_wider_than(page, PHONE["width"])
    page.unroute_all(behavior="wait")


def test_questionable_points_are_not_in_the_line(desk: Desk, ward: SeededWard) -> None:
    page = shown(desk, ward, "patient")
    sorted_points = page.evaluate(
        """async () => { const { sortPoints } = await import("/static/js/charts/series.js");
            const at = (time, quality, received) => ({ time, quality, received, value: 5 });
            const late = at("2026-01-01T00:00:00Z", "ok", "2026-01-01T02:00:00Z");
            return sortPoints([late, at("2026-01-01T00:01:00Z", "questionable")]); }"""
    )
    assert sorted_points["good"] == [5, None]
    assert sorted_points["late"] == [5, None]
    assert sorted_points["doubtful"] == [None, 5]


PEOPLE = 10_000


def _panel_row(number: int) -> dict[str, object]:
    news2 = {"score": 1, "low": 1, "high": 1, "band": "low", "missing": [], "assumed": []}
    return {
        "patient": f"00000000-0000-0000-0000-{number:012d}",
        "name": f"Person {number:05d}",
        "identifier": "1948-03-12",
        "urgency": 0,
        "news2": news2,
        "risk": 0.1,
        "freshness_s": 5,
        "coverage": 1,
        "open_alerts": 0,
        "alerts": [],
        "doctor": None,
        "doctor_name": "Dr Amara Singh",
        "state": "active",
        "vitals": [],
        "due": None,
    }


def _panel_of_many(route: Route) -> None:
    """As the server would of ten thousand: it ranks, searches, counts and cuts."""
    asked = {key: value[0] for key, value in parse_qs(urlsplit(route.request.url).query).items()}
    search = asked.get("search", "").lower()
    found = [n for n in range(PEOPLE) if search in f"person {n:05d}"]
    offset, limit = int(asked.get("offset", 0)), int(asked["limit"])
    rows = [_panel_row(n) for n in found[offset : offset + limit]]
    bands = {"act": 0, "review": 0, "steady": PEOPLE, "unowned": 0, "round": 0, "overdue": 0}
    bands |= {"unheard": 0, "active": PEOPLE}
    totals = {"total": PEOPLE, "matched": len(found), "counts": {"high": 0}, "bands": bands}
    route.fulfill(json={"items": rows, "next": None, **totals})


def test_ten_thousand_patients_are_usable(desk: Desk) -> None:
    page = desk.open("carla", "/login")
    page.route("**/api/v1/panel*", _panel_of_many)
    page.goto(desk.ward.url + "/panel?show=all")
    expect(page.locator("#where")).to_have_text(re.compile("^1.50 of 10000$"))
    expect(page.locator("#total")).to_contain_text("10000 patients")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("link", name="Person 00050")).to_be_visible()
    assert page.locator("#rows [data-patient]").count() == 50, "no more rows than are shown"
    page.get_by_label("Find a patient or doctor").fill("person 0777")
    expect(page.locator("#rows [data-patient]")).to_have_count(10)
    expect(page.locator("#total")).to_contain_text("10 of 10000 patients")
    page.get_by_label("Find a patient or doctor").fill("")
    expect(page.locator("#where")).to_have_text(re.compile("^1.50 of 10000$"))
    page.unroute_all(behavior="wait")


def test_the_handover_prints_names_and_black_ink(desk: Desk, ward: SeededWard) -> None:
    ward.find("Hans Haddad")
    page = desk.open("singh", "/handover", color_scheme="dark")
    page.emulate_media(media="print")
    entry = page.locator(".card", has=page.get_by_role("link", name="Hans Haddad"))
    expect(entry.get_by_role("link", name="Hans Haddad")).to_be_visible()
    expect(entry.locator(".mark").first).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()


@pytest.mark.parametrize(("asked", "ring"), [("reduce", "none"), ("no-preference", "flash")])
def test_motion_is_stilled_for_who_asks(
    desk: Desk, ward: SeededWard, asked: str, ring: str
) -> None:
    ward.find("Jun Petrov", "critical_spo2")
    page = desk.open("singh", "/feed", reduced_motion=asked)
    expect(page.locator(".alert .flash .mark.high").first).to_be_visible()
    becomes(lambda: page.evaluate(RINGS), lambda found: found == [ring])


def test_sound_is_off_until_asked_for(desk: Desk) -> None:
    page = desk.open("singh", "/feed")
    button = page.get_by_role("button", name="Sound off")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(page.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "true")
    desk.complaints.clear()


def test_a_page_about_one_person_writes_their_own_time(desk: Desk, ward: SeededWard) -> None:
    """The ward is in Berlin, its patients are in Lisbon: an hour less, and the page says so."""
    page = shown(desk, ward, "patient")
    expect(page.locator("#place-told")).to_contain_text("Europe/Lisbon")
    expect(page.locator("[data-ward-clock]")).to_contain_text(re.compile("CES?T"))
    told = page.evaluate(
        """async () => { const { clockText, zoneName, dateText }
                = await import("/static/js/base/clock.js");
            const winter = Date.parse("2026-01-31T23:30:00Z");
            return [clockText(winter), zoneName(), dateText(winter)]; }"""
    )
    assert told == ["23:30", "Europe/Lisbon", "2026-01-31"]


def dragged(page: Page, over: Locator) -> bool:
    """Draw over a part of a curve; whether it was taken: a page that moves misses it."""
    expect(over).to_be_in_viewport()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 40, steps=4)
    page.mouse.up()
    return bool(page.locator("#zoomed").text_content())


def test_the_patients_page_is_the_printed_chart_too(desk: Desk, ward: SeededWard) -> None:
    """Who it is and how they are stay in sight; curves, printed chart and table of one stretch."""
    page = shown(desk, ward, "patient")
    line = page.locator("#patient-banner")
    expect(line.get_by_role("link", name=re.compile("^Call .* Alice Moore"))).to_be_visible()
    expect(line.get_by_role("img", name=re.compile("^Heart rate .* 2 points"))).to_be_visible()
    page.get_by_role("button", name="NEWS2 chart").click()
    chart = page.locator("#as-news2 table")
    pulse = chart.locator("tbody", has_text="Pulse /min")
    expect(
        pulse.locator("tr", has_text=re.compile("^(Pulse /min)?1[12]1.1[23]0")).locator(".dot").last
    ).to_be_visible()
    expect(chart.locator("tbody", has_text="Systolic").locator(".dot")).to_have_count(0)
    page.get_by_role("button", name="Table").click()
    expect(page.locator("#as-table tbody tr").first).to_contain_text(re.compile(r"\d\d:\d\d"))
    with page.expect_response("**/history*"):
        page.get_by_role("button", name="Curves").click()
    page.locator("#charts figure").first.evaluate("node => node.scrollIntoView({block: 'center'})")
    over = page.locator("#charts .u-over").first
    wait_until(lambda: dragged(page, over), 45)
    expect(page.locator("#zoomed")).to_contain_text(re.compile(r"\d\d:\d\d to .*\d\d:\d\d"))
    page.get_by_role("button", name="Up to now").click()
    expect(page.locator("#zoomed")).to_have_text("")
    assert desk.complaints == []


def test_everything_has_a_key_and_the_keys_are_listed(desk: Desk) -> None:
    page = desk.open("carla", "/panel?show=all")
    expect(page.locator("#rows a.person").first).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#rows a.person").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Find a patient or doctor")).to_be_focused()
    page.keyboard.type("g?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Next patient or alert")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile("/handover$"))
