"""Pages that change by themselves, and say loudly when they cannot."""

import json
import re
import signal

import psycopg
from playwright.sync_api import Locator, Page, Route, expect
from psycopg.types.json import Jsonb

from tests.support.browsers import Desk, becomes, held_up
from tests.support.seeded_ward import SeededWard, now_ms

# The panel looks again every minute by itself; without that, only an event can bring a change.
NO_LOOK_BY_ITSELF = """const later = window.setTimeout;
    window.setTimeout = (work, ms, ...rest) => ms >= 10000 ? 0 : later(work, ms, ...rest);"""


def card(page: Page, name: str) -> Locator:
    return page.locator(".alert", has=page.get_by_role("link", name=name))


def test_the_panel_shows_an_alert_without_being_asked(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("carla", "/login")
    page.add_init_script(NO_LOOK_BY_ITSELF)
    page.goto(ward.url + "/panel?show=all")
    line = page.locator("tr", has=page.get_by_role("link", name="Boris Okafor"))
    expect(line.locator(".why")).to_be_visible()
    expect(line.locator(".why .mark")).to_have_count(0)
    ward.find("Boris Okafor")
    expect(line.locator(".mark.high")).to_have_text("HIGH")
    expect(line.locator(".why")).to_contain_text("NEWS2 7 or more")
    expect(page).to_have_title(re.compile(r"^\(\d+\) Panel"))
    first = page.locator("#rows [data-patient]").first.get_by_role("link")
    expect(first).to_have_text(re.compile("^(Alice Moore|Boris Okafor)$"))
    expect(page.locator("#say-now")).to_contain_text("Boris Okafor")


def test_the_feed_shows_acknowledges_and_resolves(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", "/feed")
    expect(page.locator("#pulse")).to_have_text("Live")
    ward.find("Dalia García", "limit_spo2_low", "medium", message="SpO2 86 %")
    alert = card(page, "Dalia García")
    expect(alert.locator(".mark")).to_have_text("MEDIUM")
    expect(alert.locator(".mark svg")).to_have_count(1)
    expect(alert).to_contain_text("SpO2 86 %")
    alert.get_by_role("button", name=re.compile("^Acknowledge")).click()
    taken = page.locator("#taken .alert", has=page.get_by_role("link", name="Dalia García"))
    expect(taken).to_contain_text("acknowledged by Dr Amara Singh")
    taken.get_by_role("button", name=re.compile("^Resolve")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("What is planned")).to_be_focused()
    page.keyboard.type("Oxygen raised to 2 L, recheck in an hour")
    dialog.get_by_role("button", name="Actionable: care was changed").click()
    expect(dialog).to_have_count(0)
    expect(taken).to_contain_text("plan made by Dr Amara Singh: quiet until")
    expect(taken).to_contain_text("Oxygen raised to 2 L")
    gone = {"closed_because": "limit changed from 91 to 85"}  # else it stays for a while
    ward.find("Dalia García", "limit_spo2_low", "medium", change="cleared", detail=gone)
    closed = page.locator("#closed .alert", has=page.get_by_role("link", name="Dalia García"))
    expect(closed).to_contain_text("Oxygen raised to 2 L")
    handover = desk.open("singh", "/handover")
    entry = handover.locator(".card", has=handover.get_by_role("link", name="Dalia García"))
    expect(entry).to_contain_text("Oxygen raised to 2 L")
    expect(entry).to_contain_text("Heart rate")
    expect(entry.locator(".sbar p")).to_have_text([re.compile("^S .* B "), re.compile("^A .* R ")])


def test_two_people_see_each_others_answers(desk: Desk, ward: SeededWard) -> None:
    doctor, nurse = desk.open("singh", "/feed"), desk.open("lund", "/feed")
    ward.find("Emeka Ibrahim")
    expect(card(doctor, "Emeka Ibrahim")).to_be_visible()
    expect(card(nurse, "Emeka Ibrahim")).to_be_visible()
    button = re.compile("^Acknowledge")
    card(nurse, "Emeka Ibrahim").get_by_role("button", name=button).click()
    expect(card(doctor, "Emeka Ibrahim")).to_have_attribute("data-state", "acknowledged")


def pin(ward: SeededWard, name: str, doctor: str) -> None:
    with ward.client("carla") as carla:
        doctors = carla.get("/doctors").raise_for_status().json()["items"]
        after = next(one["id"] for one in doctors if one["name"] == doctor)
        body = {"patient": ward.patients[name], "doctor": after}
        carla.put("/allocation/pins", json=body).raise_for_status()


def test_an_open_alert_follows_the_plan(desk: Desk, ward: SeededWard) -> None:
    name, named = "Giulia Yamada", {"Dr Amara Singh": "Nurse Pia Lund"}
    named |= {other: first for first, other in named.items()}
    ward.find(name, "limit_rr_low", "medium", message="RR 8 at rest")
    page = desk.open("lund", "/feed")
    line = page.locator(".line", has_text="RR 8 at rest")
    expect(line).to_contain_text(re.compile("sent to (Dr Amara Singh|Nurse Pia Lund)"))
    after = named[next(one for one in named if f"sent to {one}" in line.inner_text())]
    pin(ward, name, after)
    expect(line).to_contain_text(f"sent to {after}")
    assert desk.complaints == []


def test_both_are_named_when_the_plan_moves_a_patient_whose_alert_is_owned(
    desk: Desk, ward: SeededWard
) -> None:
    name, first, named = "Emeka Ibrahim", "Nurse Pia Lund", {"Nurse Pia Lund": "Dr Amara Singh"}
    ward.find(name, "limit_dbp_high", "medium", message="Diastolic 112")
    page = desk.open("lund", "/feed")
    line = page.locator(".line", has_text="Diastolic 112")
    line.get_by_role("button", name=re.compile("^Acknowledge")).click()
    expect(line).to_contain_text(f"sent to {first}")
    pin(ward, name, named[first])
    both = f"sent to {first}, patient now with {named[first]}"
    expect(line).to_contain_text(both)
    handover = desk.open("singh", "/handover")
    expect(handover.locator("li", has_text="Diastolic above limit").last).to_contain_text(both)
    patient = desk.open("singh", f"/patients/{ward.patients[name]}")
    expect(patient.locator(".line", has_text="Diastolic 112")).to_contain_text(both)
    expect(patient.locator("#person-now")).to_contain_text(f"Now with{named[first]}")
    panel = desk.open("carla", "/panel?show=all")
    row = panel.locator("tr", has=panel.get_by_role("link", name=name))
    expect(row.locator(".owner")).to_contain_text(re.compile("until"))
    assert desk.complaints == []


def test_a_dead_server_is_said_loudly_and_nothing_is_missed(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", "/feed")
    expect(page.locator("#pulse")).to_have_text("Live")
    expect(page.locator("#banner")).to_be_hidden()
    ward.running.kill()
    banner = page.locator("#banner")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(re.compile("NOT being updated|does not answer"))
    expect(page.locator("#pulse")).to_have_text("Not live")
    ward.find("Fatima Novak", message="while nobody could see it")
    ward.running.start(60)
    expect(banner).to_be_hidden()
    expect(card(page, "Fatima Novak")).to_contain_text("while nobody could see it")
    desk.complaints.clear()


def test_a_server_that_hangs_is_told_from_a_quiet_ward(desk: Desk, ward: SeededWard) -> None:
    """A stopped process keeps its connections open: only the missing heartbeats betray it."""
    page = desk.open("singh", "/feed")
    expect(page.locator("#pulse")).to_have_text("Live")
    assert ward.running.process is not None
    ward.running.process.send_signal(signal.SIGSTOP)
    try:
        expect(page.locator("#banner")).to_be_visible()
        expect(page.locator("#pulse")).to_have_text("Not live")
    finally:
        ward.running.process.send_signal(signal.SIGCONT)
    expect(page.locator("#banner")).to_be_hidden()
    desk.complaints.clear()


def test_nobody_on_shift_is_said_loudly(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("carla", "/panel")
    expect(page.locator("#banner")).to_be_hidden()
    ward.execute("""UPDATE shift SET start = start - interval '1 day',
                                     "end" = "end" - interval '1 day'""")
    try:
        expect(page.locator("#banner")).to_contain_text("NOBODY is on shift")
    finally:
        ward.execute("""UPDATE shift SET start = start + interval '1 day',
                                         "end" = "end" + interval '1 day'""")
    expect(page.locator("#banner")).to_be_hidden()


def test_a_gateway_that_is_gone_is_said_loudly(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("lund", "/feed")
    ward.execute("UPDATE gateway_worker SET beat = now() - interval '1 minute'")
    try:
        expect(page.locator("#banner")).to_contain_text("NOT being taken in")
    finally:
        ward.execute("UPDATE gateway_worker SET beat = 'infinity'")


def test_an_engine_that_is_gone_is_said_loudly(desk: Desk) -> None:
    """The engine beats again at once, so its answer is changed on the way."""
    page = desk.open("singh", "/feed")

    def without_engine(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"engine": False})

    page.route("**/ui/status", without_engine)
    expect(page.locator("#banner")).to_contain_text("alert engine is NOT running")
    page.unroute_all(behavior="wait")


def test_staff_enter_observations_under_their_name(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("lund", f"/patients/{ward.patients['Giulia Yamada']}")
    page.get_by_role("button", name="Observe…").click()
    page.get_by_role("spinbutton", name="Breathing rate").fill("22")
    page.get_by_role("group", name="Consciousness").get_by_text("Confused").click()
    page.get_by_role("button", name=re.compile("^Save as")).click()
    expect(page.locator("#entered")).to_contain_text("Saved")


def test_what_is_in_doubt_is_asked_before_it_is_saved(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("lund", f"/patients/{ward.patients['Giulia Yamada']}")
    page.get_by_role("button", name="Observe…").click()
    page.get_by_label("Systolic mmHg").fill("80")
    page.get_by_label("Diastolic mmHg").fill("120")
    page.get_by_role("button", name=re.compile("^Save as")).click()
    expect(page.locator("#entered")).to_contain_text("below the systolic")
    page.get_by_label("Diastolic mmHg").fill("74")
    page.get_by_role("button", name=re.compile("^Save as")).click()
    question = page.get_by_role("dialog", name="Is this right for Giulia Yamada, 1948-03-12?")
    expect(question).to_contain_text("less than 10 mmHg above the diastolic")
    question.get_by_role("button", name="Save as it is").click()
    expect(page.locator("#entered")).to_contain_text("Saved")


def test_a_patient_enters_their_own_readings(desk: Desk) -> None:
    page = desk.open("alice", "/mine")
    page.get_by_role("spinbutton", name="Temperature").fill("98.6")
    page.get_by_role("button", name="Save my readings").click()
    expect(page.locator("#entered")).to_contain_text("from 20 to 47")
    page.get_by_role("spinbutton", name="Temperature").fill("37.1")
    page.get_by_role("button", name="Save my readings").click()
    expect(page.locator("#entered")).to_contain_text("Saved")


def test_a_reading_is_taken_back_and_stays_struck_through(desk: Desk, ward: SeededWard) -> None:
    """Also where the readings were there before the page knew whose they are."""
    path = f"/patients/{ward.patients['Alice Moore']}"
    page = desk.open("singh", "/login")
    with held_up(page, f"**/api/v1{path}"):
        page.goto(f"{desk.ward.url}{path}?tab=events")
        page.get_by_text("Readings one by one").click()
        page.get_by_label("Show", exact=True).select_option("all of the last 24 h")
        first = page.locator("#readings li").filter(has_text="Heart rate").first
        expect(first).to_be_visible()
    first.get_by_role("button", name="of Alice Moore was entered in error").click()
    page.get_by_role("dialog").get_by_label("Why").fill("another person's")
    page.get_by_role("button", name="Mark as entered in error").click()
    expect(first.locator("s")).to_be_visible()
    expect(first).to_contain_text("Entered in error: another person's (singh")


def test_a_patient_takes_their_own_reading_back(desk: Desk, ward: SeededWard) -> None:
    with psycopg.connect(ward.server.database.superuser) as conn:
        conn.execute(
            "INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value,"
            " entered_by) SELECT now(), now(), 4000000 + m, u.patient_no, 8, 1, 140.3 + m,"
            " CASE m WHEN 1 THEN u.id END FROM app_user u, generate_series(1, 2) m"
            " WHERE u.username = 'alice'"
        )
    page = desk.open("alice", "/login", service_workers="block")
    with held_up(page, me := "**/api/v1/me"):
        with page.expect_request(me):
            page.goto(f"{desk.ward.url}/mine")
        page.get_by_text("What was entered by hand").click()  # before the page knows who reads it
        expect(page.locator("#readings-part")).to_have_attribute("open", "")
    theirs = page.locator("#readings-list li", has_text="142.3")
    expect(theirs).to_have_count(1)
    expect(theirs.get_by_role("button")).to_have_count(0)  # not hers to take back
    page.locator("#readings-list li", has_text="141.3").get_by_role("button").click()
    page.get_by_role("dialog").get_by_label("Why").fill("the scales stood on a rug")
    page.get_by_role("button", name="Mark as entered in error").click()
    expect(page.locator("#readings-list s").filter(has_text="141.3")).to_have_count(1)


def causes_of_plans(ward: SeededWard) -> list[str]:
    """Return why each plan was made; the page shows the plan in force alone."""
    with psycopg.connect(ward.server.database.superuser) as conn:
        return [str(cause) for (cause,) in conn.execute("SELECT cause FROM plan").fetchall()]


def plan_because_of_a_shift(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"cause": "shift"})


def test_the_board_shows_minutes_and_a_new_shift_changes_the_plan(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("carla", "/capacity")
    singh = page.locator(".card", has=page.get_by_role("heading", name="Dr Amara Singh"))
    expect(singh).to_contain_text(re.compile(r"\d+ min of \d+ min"))
    expect(page.locator("#plan")).to_contain_text("Plan made")
    form = page.locator("#doctor-form")
    form.get_by_label("Name").fill("Dr Wei Zhang")
    form.get_by_role("button", name="Add").click()
    expect(page.locator("#shift-doctor")).to_contain_text("Dr Wei Zhang")
    page.get_by_label("Who").select_option("Dr Wei Zhang")
    page.locator("#shift-form").get_by_role("button", name="Add").click()
    expect(page.locator("#shifts")).to_contain_text("Dr Wei Zhang")
    zhang = page.locator("#board .card", has=page.get_by_role("heading", name="Dr Wei Zhang"))
    expect(zhang).to_contain_text("on shift until")
    expect(zhang).to_contain_text(re.compile(r"\d+ min of [1-9]\d* min"))
    becomes(lambda: causes_of_plans(ward), lambda causes: any("shift" in one for one in causes))
    page.route("**/api/v1/allocation", plan_because_of_a_shift)  # else the next plan's cause
    expect(page.locator("#plan")).to_contain_text("because a shift changed")
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Try").click()
    expect(page.locator("#what-if output")).to_contain_text("Nothing was stored")
    page.get_by_role("button", name="Make a new plan now").click()
    expect(page.locator("#replan-told")).to_contain_text("A new plan is being made")
    with ward.client("carla") as coordinator:  # the other tests have the ward's own people on shift
        for shift in coordinator.get("/shifts").raise_for_status().json()["items"]:
            if shift["doctor_name"] == "Dr Wei Zhang":
                coordinator.delete(f"/shifts/{shift['id']}").raise_for_status()
    assert desk.complaints == []


def test_equipment_stands_apart_and_leads_no_doctor(desk: Desk, ward: SeededWard) -> None:
    ward.find("Dalia García", "sensor", "high", message="Sensor says 127")
    ward.find("Dalia García", "limit_rr_high", "medium", message="RR 27")
    coordinator = desk.open("carla", "/feed")
    expect(coordinator.locator("#equipment")).to_contain_text("Sensor says 127")
    expect(coordinator.locator("#open")).to_contain_text("RR 27")
    expect(coordinator.locator("#open")).not_to_contain_text("Sensor says 127")
    doctor = desk.open("singh", "/feed")
    expect(doctor.locator("#open")).to_contain_text("RR 27")
    expect(doctor.locator("#equipment-part")).to_be_hidden()
    doctor.get_by_role("button", name="Technical").click()
    expect(doctor.locator("#equipment")).to_contain_text("Sensor says 127")


def test_what_late_readings_showed_is_on_the_patients_page_and_handed_over(
    desk: Desk, ward: SeededWard
) -> None:
    ward.find("Dalia García", "news2_urgent", "medium", message="NEWS2 6 by night", late=True)
    page = desk.open("singh", f"/patients/{ward.patients['Dalia García']}")
    expect(page.locator("#late")).to_contain_text("NEWS2 6 by night")
    expect(page.locator("#late")).to_contain_text("came late")
    handover = desk.open("singh", "/handover")
    entry = handover.locator(".card", has=handover.get_by_role("link", name="Dalia García"))
    expect(entry.locator("[data-historic]")).to_contain_text("NEWS2 6 by night")


def test_the_panel_is_answered_entered_and_found_again_in_place(
    desk: Desk, ward: SeededWard
) -> None:
    """Bands with counts, the points of each vital, a row that opens, and an address that tells."""
    page = desk.open("singh", "/panel?show=all")
    row = page.locator("[data-patient]", has=page.get_by_role("link", name="Alice Moore"))
    pulse = row.get_by_role("img", name=re.compile("^Heart rate .* 2 points, above own usual 72"))
    expect(pulse).to_contain_text("↑")
    expect(row.locator(".spark")).to_have_attribute("aria-label", re.compile("last 24 h"))
    expect(page.locator("tr.band[data-band=steady]")).to_contain_text(re.compile(r"Steady \d+"))
    ward.find("Chen Lindqvist", "limit_temp_high", "low", message="Temperature 39.4")
    name = re.compile("^Open Chen Lindqvist")
    page.get_by_role("button", name=name).click()
    opened = page.locator("tr.opened")
    expect(opened).to_contain_text("Temperature 39.4")
    opened.get_by_text("Alert", exact=True).click()
    opened.get_by_text("Room air").click()
    opened.get_by_role("button", name=re.compile("^Save consciousness")).click()
    expect(opened).to_contain_text("Saved.")
    page.get_by_role("button", name="Silent 15 min+").click()
    expect(page).to_have_url(re.compile("show=silent$"))
    page.go_back()
    expect(page).to_have_url(re.compile("show=all$"))
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Wall view").click()
    expect(page).to_have_url(re.compile("view=wall$"))
    expect(row.locator(".number")).to_have_css("font-size", re.compile(r"^4\dpx"))
    expect(row.locator(".vitals-cell[data-label='SpO₂']")).to_be_visible()  # it scores 3
    expect(row.locator(".vitals-cell:not([data-worst])").first).to_be_hidden()
    page.go_back()
    page.get_by_text("Columns and order").click()
    page.get_by_label("Risk").check()
    page.get_by_label("Order by").select_option("Name")
    expect(page.get_by_text("Kept for your account.")).to_be_visible()
    expect(page.locator("tr.band")).to_have_count(0)
    page.goto(ward.url + "/panel?show=all")
    expect(page.get_by_role("columnheader", name="Risk")).to_be_visible()
    names = page.locator("#rows a.person")
    expect(names.nth(1)).to_have_text("Alice Moore")
    expect(page.get_by_label("Order by")).to_have_value("name")
    page.goto(ward.url + "/panel?show=all&sort=urgency&columns=spo2")
    expect(page.locator("tr.band").first).to_be_visible()
    expect(page.get_by_role("columnheader", name="Risk")).to_have_count(0)
    ward.execute("DELETE FROM panel_choice")
    assert desk.complaints == []


def test_a_row_follows_the_stream_alone(desk: Desk, ward: SeededWard) -> None:
    """Neither a look by itself nor an alert: the stream says that the row has changed."""
    page = desk.open("carla", "/login")
    page.add_init_script(NO_LOOK_BY_ITSELF)
    page.goto(ward.url + "/panel?show=all")
    line = page.locator("tr", has=page.get_by_role("link", name="Fatima Novak"))
    expect(line.locator(".vitals-cell").first).to_be_visible()
    expect(page.locator("#pulse")).to_have_text("Live")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/api/v1/panel" in one.url else None)
    reading = {"v": 61.0, "t": now_ms(), "g": now_ms(), "q": "ok", "device": "w-9"}
    ward.execute(
        """UPDATE patient_now SET received = now(), latest = latest || jsonb_build_object('hr', %s)
            WHERE patient_no = (SELECT no FROM patient WHERE id = %s)""",
        Jsonb(reading),
        ward.patients["Fatima Novak"],
    )
    expect(line.get_by_role("img", name=re.compile("^Heart rate 61"))).to_be_visible()
    assert asked, "the row was asked for"
    assert all(f"patient={ward.patients['Fatima Novak']}" in url for url in asked), asked
    assert desk.complaints == []


def test_a_round_goes_on_by_itself(desk: Desk, ward: SeededWard) -> None:
    """Whose score lacks only what staff tell is asked for, saved by keys, and not asked again."""
    news2 = {"score": None, "low": 1, "high": 6, "band": "low", "missing": ["acvpu", "o2"]}
    ward.execute(
        """UPDATE patient_now SET assessment = jsonb_set(assessment, '{news2}', %s)
            WHERE patient_no IN (SELECT no FROM patient WHERE id = ANY (%s::uuid[]))""",
        json.dumps(news2),
        [ward.patients["Hans Haddad"], ward.patients["Jun Petrov"]],
    )
    page = desk.open("lund", "/panel")
    expect(page.locator("#round-line")).to_contain_text("2 lack only consciousness or oxygen")
    page.get_by_role("link", name="start a round").click()
    expect(page.locator("#left")).to_have_text("2 to ask")
    name = page.locator("#round a.person").inner_text()
    expect(page.get_by_role("link", name=re.compile(r"^Call: \+49"))).to_be_visible()
    for key in ("a", "r", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#done")).to_contain_text(re.compile(f"{name}.*Alert, room air"))
    expect(page.locator("#left")).to_have_text("1 to ask")
    expect(page.locator("#round a.person")).not_to_have_text(name)
    assert desk.complaints == []


def test_what_is_pressed_before_the_panel_knows_its_reader_stands(desk: Desk) -> None:
    page = desk.open("carla", "/login")
    with held_up(page, kept := "**/api/v1/me/panel"):
        with page.expect_request(kept):
            page.goto(f"{desk.ward.url}/panel")
        page.get_by_role("button", name="NEWS2 5+").click()
        expect(page).to_have_url(re.compile("show=urgent$"))
    expect(page.get_by_text("Columns and order")).to_be_visible()
    pressed = page.get_by_role("button", name="NEWS2 5+")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#total")).to_contain_text(" of ")
    assert desk.complaints == []
