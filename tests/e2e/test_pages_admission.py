"""A ward run from the pages alone: admission, devices, people, pins, a second factor."""

import re
import secrets
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import PHONE, Desk, becomes, look_and_save, no_wider_than, sign_in
from tests.support.seeded_ward import SeededWard

PASSWORD = secrets.token_urlsafe(16)
ADDRESS = re.compile(r"/patients/([0-9a-f-]{36})\?tab=record$")


def admitted(desk: Desk, name: str) -> tuple[Page, str]:
    """Admit a patient through the form, as a coordinator; return their record and id."""
    page = desk.open("carla", "/patients/new")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_label("Name", exact=True).first.fill(name)
    page.get_by_label("Birth date").fill("1951-07-04")
    page.get_by_label("Sex").select_option("male")
    page.get_by_role("button", name="Admit").click()
    page.wait_for_url(ADDRESS)
    found = ADDRESS.search(page.url)
    assert found is not None
    return page, found[1]


def read(ward: SeededWard, path: str, username: str = "carla") -> dict[str, object]:
    with ward.client(username) as client:
        answer: dict[str, object] = client.get(path).raise_for_status().json()
    return answer


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def test_a_patient_is_admitted_with_limits_and_a_decided_scale(
    desk: Desk, ward: SeededWard
) -> None:
    page = desk.open("carla", "/patients")
    page.get_by_role("link", name="Admit a patient").click()
    page.get_by_label("Name", exact=True).first.fill("Karl Brandt")
    page.get_by_label("Birth date").fill("1951-07-04")
    page.get_by_label("Sex").select_option("male")
    page.get_by_label("Record number").fill("MRN-771")
    contact = page.get_by_role("group", name="Whom to call")
    contact.get_by_label("Name").fill("Eva Brandt")
    contact.get_by_label("Phone").fill("+49 170 1112223")
    expect(page.locator("#scale-warning")).to_be_hidden()
    page.get_by_label("Scale 2").check()
    expect(page.locator("#scale-warning")).to_contain_text("only for a competent clinician")
    page.get_by_text("Limits of their own").click()
    expect(page.get_by_label("SpO₂: alert below")).to_have_attribute("placeholder", "ward: 86")
    page.get_by_label("Heart rate: alert above").fill("110")
    page.get_by_role("button", name="Admit").click()
    assert page.url.endswith("/patients/new"), "nobody said who decided"
    page.get_by_label("A competent clinician decided").check()
    page.get_by_role("button", name="Admit").click()
    page.wait_for_url(ADDRESS)
    record = read(ward, page.url.removeprefix(ward.url).removesuffix("?tab=record"))
    assert record["spo2_scale"] == 2
    assert record["limits"] == {"hr": {"high": 110}}, "the lower one is left to the ward"
    assert record["emergency_contact"] == {
        "name": "Eva Brandt",
        "phone": "+49 170 1112223",
        "relation": "",
    }
    page.goto(ward.url + "/patients")
    page.get_by_label("Find by name").fill("mrn-771")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("SpO₂ scale 2")
    assert desk.complaints == []


def test_what_the_server_refuses_is_told_at_its_field(desk: Desk) -> None:
    page = desk.open("carla", "/patients/new")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_label("Name", exact=True).first.fill("Nobody Yet")
    page.get_by_label("Birth date").fill("1951-07-04")
    page.get_by_label("Sex").select_option("other")
    page.get_by_label("Time zone").fill("Mars/Olympus")
    page.get_by_role("button", name="Admit").click()
    expect(page.locator("#told")).to_contain_text("not a time zone")
    expect(page.get_by_label("Time zone")).to_be_focused()
    desk.complaints.clear()


def test_watching_is_paused_resumed_and_ended_with_a_question(desk: Desk, ward: SeededWard) -> None:
    page, patient = admitted(desk, "Ludwig Maier")
    page.get_by_role("button", name="Pause…").click()
    dialog(page).get_by_label("For", exact=True).fill("2")
    dialog(page).get_by_label("Unit").select_option("days")
    expect(dialog(page)).to_contain_text("Watched again by itself from")
    dialog(page).get_by_role("button", name="Pause").click()
    expect(page.locator("#watching")).to_contain_text("Paused until")
    until = datetime.fromisoformat(str(read(ward, f"/patients/{patient}")["until"]))
    assert 47 < (until - datetime.now(UTC)).total_seconds() / 3600 < 49
    page.get_by_role("button", name="Resume watching").click()
    expect(page.locator("#watching")).to_contain_text("alerts are raised")
    page.get_by_role("button", name="Discharge…").click()
    dialog(page).get_by_role("button", name="Cancel").click()
    assert read(ward, f"/patients/{patient}")["state"] == "active"
    page.get_by_role("button", name="Discharge…").click()
    dialog(page).get_by_role("button", name="Discharge").click()
    expect(page.locator("#watching")).to_contain_text("nothing is watched")
    page.get_by_role("button", name="Admit again…").click()
    dialog(page).get_by_role("button", name="Admit again").click()
    expect(page.locator("#watching")).to_contain_text("alerts are raised")
    assert desk.complaints == []


def test_a_record_is_changed_and_its_limits_go_back_to_the_wards(
    desk: Desk, ward: SeededWard
) -> None:
    page, patient = admitted(desk, "Martha Vogel")
    page.locator("#person").get_by_label("Phone").first.fill("+49 30 999")
    page.get_by_role("button", name="Save the person").click()
    expect(page.locator("#person-told")).to_have_text("Saved.")
    page.get_by_role("tab", name="Plan and limits").click()
    page.get_by_label("SpO₂: alert below").fill("89")
    look_and_save(page)
    expect(page.locator("#care-told")).to_contain_text("Saved")
    expect(page.locator("#limits-told")).to_have_text("1 of their own")
    found = read(ward, f"/patients/{patient}")
    assert found["phone"] == "+49 30 999"
    assert found["limits"] == {"spo2": {"low": 89}}
    page.get_by_label("SpO₂: alert below").fill("")
    look_and_save(page)
    expect(page.locator("#limits-told")).to_contain_text("the ward's apply")
    assert read(ward, f"/patients/{patient}")["limits"] == {}
    assert desk.complaints == []


def test_team_and_own_account_open_the_record_to_them(desk: Desk, ward: SeededWard) -> None:
    name = f"nora-{secrets.token_hex(3)}"
    own = desk.open(None, "/login")
    own.get_by_role("link", name="open an account of their own").click()
    own.get_by_label("Your name").fill("Nora Kern")
    own.get_by_label("User name").fill(name)
    own.get_by_label("Password").fill(PASSWORD)
    own.get_by_role("button", name="Open the account").click()
    expect(own.locator("#done")).to_contain_text("call the ward")
    page, patient = admitted(desk, "Nora Kern")
    page.get_by_label("Dr Amara Singh").check()
    page.get_by_role("button", name="Save the team").click()
    expect(page.locator("#team-told")).to_have_text("Team saved.")
    assert read(ward, f"/patients/{patient}", "singh")["care_team"] == [ward.users["singh"]]
    page.get_by_label("Registered, waiting").select_option(f"{name}, Nora Kern")
    page.get_by_role("button", name="Link…", exact=True).click()
    expect(dialog(page)).to_contain_text("will see the readings and messages of Nora Kern")
    dialog(page).get_by_role("button", name="Link").click()
    expect(page.locator("#accounts")).to_contain_text(f"Sees their own readings as {name}")
    ward.passwords[name] = PASSWORD
    assert read(ward, f"/patients/{patient}", name)["name"] == "Nora Kern"
    assert desk.complaints == []


def register_device(page: Page, serial: str) -> tuple[str, str]:
    """Register an oximeter; return its address and its one-time code."""
    page.get_by_role("button", name="Register a device…").click()
    form = dialog(page)
    form.get_by_label("Kind").fill("pulse oximeter")
    form.get_by_label("Serial number").fill(serial)
    form.get_by_label("Metric", exact=True).select_option("SpO₂")
    form.get_by_label("Every how many").fill("5")
    form.get_by_role("button", name="Register and show the code").click()
    expect(dialog(page)).to_contain_text("This code is shown once.")
    code = dialog(page).get_by_label("One-time code").inner_text()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_visible()
    dialog(page).get_by_role("button", name="I have it, close").click()
    expect(dialog(page)).to_have_count(0)
    card = page.locator(".device", has_text=serial)
    return str(card.get_attribute("data-device")), code


def test_a_device_is_registered_told_and_revoked(desk: Desk, ward: SeededWard) -> None:
    page, _ = admitted(desk, "Otto Weiss")
    page.get_by_role("tab", name="Devices").click()
    device, code = register_device(page, "PX-1")
    card = page.locator(".device", has_text="PX-1")
    expect(card).to_contain_text("waits for enrolment")
    expect(card).to_contain_text("SpO₂ every 5 min")
    assert len(code) > 20
    assert code not in page.content()
    card.get_by_role("button", name="New code…").click()
    dialog(page).get_by_role("button", name="Make a new code").click()
    assert dialog(page).get_by_label("One-time code").inner_text() != code
    dialog(page).get_by_role("button", name="I have it, close").click()
    ward.execute("UPDATE device SET state = 'enrolled' WHERE id = %s", device)
    ward.execute(
        """INSERT INTO device_certificate (serial, device_no, issued_at, expires_at)
           SELECT id || '-c', no, now(), now() + interval '12 days' FROM device WHERE id = %s""",
        device,
    )
    ward.execute(
        """INSERT INTO device_window (device_no, boot, upto, highest, also, last_received)
           SELECT no, 1, 10, 20, '{12,15,18,20}', now() FROM device WHERE id = %s""",
        device,
    )
    page.reload()
    expect(card).to_contain_text("enrolled")
    expect(card).to_contain_text("11 days left")
    expect(card).to_contain_text("3 messages have not arrived")
    card.get_by_role("button", name="Send a command…").click()
    dialog(page).get_by_label("Command").select_option("Show a message or advice")
    dialog(page).get_by_label("Text").fill("Please measure lying down")
    dialog(page).get_by_role("button", name="Send").click()
    expect(card).to_contain_text(re.compile("message queued"))
    sent = read(ward, f"/devices/{device}/commands")["items"]
    assert isinstance(sent, list)
    assert [one["command"] for one in sent] == ["message"]
    card.get_by_role("button", name="Revoke…").click()
    expect(dialog(page)).to_contain_text("This cannot be undone.")
    dialog(page).get_by_role("button", name="Revoke for ever").click()
    expect(card).to_contain_text("revoked")
    expect(card.get_by_role("button")).to_have_count(0)
    assert desk.complaints == []


def test_a_doctor_sets_limits_and_nothing_else(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", f"/patients/{ward.patients['Jun Petrov']}")
    page.get_by_role("tab", name="Plan and limits").click()
    expect(page.locator("#person")).to_have_count(0)
    expect(page.locator("#devices")).to_have_count(0)
    page.get_by_label("Temperature: alert above").fill("38.4")
    look_and_save(page)
    expect(page.locator("#care-told")).to_contain_text("Saved")
    found = read(ward, f"/patients/{ward.patients['Jun Petrov']}")["limits"]
    assert isinstance(found, dict)
    assert found["temp"] == {"high": 38.4}, "the lower one is left to the ward"
    assert found["spo2"] == {"low": 88, "high": None}
    assert desk.complaints == []


@pytest.mark.parametrize("path", ["/patients", "/patients/new", "/people"])
def test_others_are_sent_to_where_their_work_begins(desk: Desk, path: str) -> None:
    assert desk.open("lund", path).url.endswith("/feed")


def test_an_account_is_opened_and_put_on_the_rota(desk: Desk) -> None:
    page = desk.open("admin", "/people")
    page.get_by_role("button", name="Open an account…").click()
    form = dialog(page)
    form.get_by_label("User name").fill("weber")
    form.get_by_label("Name shown").fill("Dr Ida Weber")
    expect(form.get_by_label("First password")).to_have_attribute("minlength", "12")
    expect(form).to_contain_text("12 characters or more")
    form.get_by_label("First password").fill(PASSWORD)
    form.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#accounts-told")).to_contain_text("Account weber opened")
    page.get_by_role("button", name="Add a doctor or nurse…").click()
    form = dialog(page)
    form.get_by_label("Name", exact=True).fill("Dr Ida Weber")
    form.get_by_label("Signs in as").select_option("weber, Dr Ida Weber")
    form.get_by_label("Skills").fill("cardiac, dialysis")
    form.get_by_label("Cost an hour").fill("85")
    form.get_by_label("Patients at most").fill("12")
    form.get_by_role("button", name="Add", exact=True).click()
    row = page.locator("#staff tr", has_text="Dr Ida Weber")
    expect(row).to_contain_text("cardiac, dialysis")
    expect(row).to_contain_text("weber")
    page.get_by_role("button", name="Change Dr Ida Weber").click()
    dialog(page).get_by_label("Patients at most").fill("")
    dialog(page).get_by_role("button", name="Save").click()
    expect(row).to_contain_text("no limit")
    page.get_by_role("button", name="Change weber").click()
    dialog(page).get_by_label("State").select_option("disabled")
    dialog(page).get_by_role("button", name="Save").click()
    expect(page.locator("#accounts tr", has_text="weber")).to_contain_text("disabled")
    assert desk.complaints == []


def test_a_patient_is_fixed_to_a_doctor_and_let_go(desk: Desk) -> None:
    page = desk.open("carla", "/capacity")
    expect(page.locator("#plan")).to_contain_text("Plan made")
    form = page.locator("#pin-form")
    form.get_by_label("Patient").select_option("Hans Haddad, 1948-03-12")
    form.get_by_label("Stays with").select_option("Nurse Pia Lund")
    form.get_by_role("button", name="Fix").click()
    # The list shows the plan in force, so it changes with the next plan, not with the click.
    expect(form).to_contain_text("Hans Haddad, 1948-03-12 stays with Nurse Pia Lund")
    lund = page.locator("#board .card", has_text="Nurse Pia Lund")
    expect(lund).to_contain_text(re.compile(r"Hans Haddad 1948-03-12 \d+ min \(pinned\)"))
    form.get_by_role("button", name="Let go of Hans Haddad").click()
    expect(form.locator("li")).to_have_count(0)
    assert desk.complaints == []


def test_a_second_factor_and_a_new_password_of_ones_own(desk: Desk, ward: SeededWard) -> None:
    name = "felix"
    body = {"username": name, "password": PASSWORD, "role": "nurse"}
    with ward.client("admin") as admin:
        admin.post("/users", json=body).raise_for_status()
    ward.passwords[name] = PASSWORD
    page = desk.open(name, "/account")
    page.locator("#factor").get_by_label("Password in use").fill(PASSWORD)
    page.get_by_role("button", name="Set up…").click()
    secret = page.get_by_label("Key for the authenticator").inner_text().replace(" ", "")
    link = page.get_by_role("link", name="open your authenticator program")
    assert str(link.get_attribute("href")).startswith("otpauth://totp/")
    page.get_by_label("Six digits").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#factor-told")).to_contain_text("is wrong")
    page.get_by_label("Six digits").fill(code_now(secret))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#factor")).to_contain_text("On.")
    page.locator("#current").fill(PASSWORD)
    page.get_by_label("New password", exact=False).first.fill(PASSWORD + "x")
    page.get_by_label("New password again").fill(PASSWORD + "y")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#password-told")).to_contain_text("differ")
    page.get_by_label("New password again").fill(PASSWORD + "x")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#password-told")).to_contain_text("Password changed")
    fresh = desk.open(None, "/login")
    sign_in(fresh, name, PASSWORD + "x")
    expect(fresh.get_by_label("One-time code")).to_be_visible()
    desk.complaints.clear()


def code_now(secret: str) -> str:
    """The one-time password that a phone would show now."""
    return pyotp.TOTP(secret).now()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_forms_fit_a_phone(desk: Desk, ward: SeededWard, scheme: str) -> None:
    path = f"/patients/{ward.patients['Chen Lindqvist']}?tab=devices"
    page = desk.open("carla", path, viewport=PHONE, color_scheme=scheme)
    page.get_by_role("button", name="Register a device…").click()
    expect(dialog(page)).to_be_visible()
    no_wider_than(page, PHONE["width"])
    becomes(dialog(page).bounding_box, lambda box: bool(box) and box["width"] <= PHONE["width"])
    assert dialog(page).evaluate("(node) => node.scrollWidth <= node.clientWidth")
