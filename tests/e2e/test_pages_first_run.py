"""The first run: an empty ward leads, a patient is admitted with a device, one is simulated."""

import re

from playwright.sync_api import expect

from tests.e2e.test_pages_axe import AXE, violations
from tests.support.browsers import PHONE, Desk, no_wider_than
from tests.support.seeded_ward import SeededWard

OF_MODULE = """(node) => { const box = node.getBoundingClientRect();
    return [box.width, box.height, node.querySelectorAll("path").length]; }"""


def test_an_empty_ward_leads_and_one_with_patients_does_not(desk: Desk, ward: SeededWard) -> None:
    ward.passwords["rosa"] = "violet-lanterns-drift-seven"
    with ward.client("admin") as admin:
        body = {"username": "rosa", "password": ward.passwords["rosa"], "role": "coordinator"}
        made = admin.post("/users", json=body).raise_for_status().json()
    ward.execute("UPDATE app_user SET ward = 'new' WHERE id = %s", made["id"])
    assert desk.open("carla", "/").url.endswith("/panel")
    page = desk.open("rosa", "/")
    page.wait_for_url("**/start")
    expect(page.locator(".step .tag")).to_have_text(["to do"] * 4)
    page.evaluate(AXE)
    assert violations(page) == []
    page.get_by_role("button", name="Admit a simulated patient").press("Enter")
    expect(page.locator("#steps")).to_contain_text("marked SIMULATED")
    page.get_by_role("link", name="Open").click()
    expect(page.locator("h1")).to_contain_text("Sam Practice")
    expect(page.locator("main")).to_contain_text("SIMULATED · 1948-05-14")
    page.goto(ward.url + "/panel")
    expect(page.locator("#rows")).to_contain_text("SIMULATED")
    page.goto(ward.url + "/start")
    page.get_by_role("button", name="Remove the simulated patient…").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Remove for good")).click()
    expect(page.get_by_role("button", name="Admit a simulated patient")).to_be_visible()
    page.goto(ward.url + "/panel")
    expect(page.get_by_role("link", name="First steps")).to_be_visible()
    assert desk.complaints == []


def test_a_patient_is_admitted_with_a_device_on_one_page(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("carla", "/patients/new#device")
    page.get_by_label("Name", exact=True).first.fill("Wilma Brandt")
    page.get_by_label("Birth date").fill("1951-07-04")
    page.get_by_label("Sex").select_option("female")
    page.get_by_label("What it is").fill("pulse oximeter")
    page.get_by_role("button", name="Admit").click()
    done = page.locator("#done")
    expect(done.locator("h2")).to_have_text("Wilma Brandt, 1951-07-04 is admitted")
    expect(done.get_by_label("Address to enrol at", exact=True)).to_have_text(
        f"{ward.url}/api/v1/enrol"
    )
    width, height, drawn = done.locator(".qr svg").evaluate(OF_MODULE)
    assert 150 < width == height
    assert drawn >= 2
    page.evaluate(AXE)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    no_wider_than(page, PHONE["width"])
    done.get_by_text("For who makes the device").click()
    with page.context.expect_page() as opened:
        done.get_by_role("link", name="the device protocol").click()
    expect(opened.value.locator("body")).to_contain_text("homeward-enrol/1")
    done.get_by_role("link", name="Record and care team").click()
    page.goto(page.url.replace("tab=record", "tab=devices"))
    expect(page.locator(".device")).to_contain_text("waits for enrolment")
    expect(page.locator(".device")).to_contain_text("SpO₂ every 5 min")
    assert desk.complaints == []
