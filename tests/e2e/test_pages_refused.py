"""What was refused, where people look for it: its own page, the panel and the patient's page."""

import json
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard

PATIENT = "Alice Moore"


@pytest.fixture(scope="module")
def refusing(ward: SeededWard) -> str:
    now = datetime.now(UTC)
    number = ward.number(ward.patients[PATIENT])
    message = {"samples": [{"t": int(now.timestamp() * 1000), "hr": 84, "temp": 97.2}]}
    ward.execute(
        "INSERT INTO signed_frame (time, frame_id, key_id, boot, seq, offset_ms, patient_no,"
        " device_no, kind, clock_state, plan_revision, model_version, in_episode, paused, refused,"
        " frame) VALUES (%s, 999999, 1, 1, 1, 0, %s, 0, 1, 1, 0, 0, false, false, '{1,1}', %s)",
        *(now, number, b"\x01" + bytes(64) + json.dumps(message).encode()),
    )
    ward.execute(
        "INSERT INTO quarantine (received, topic, reason, signed, payload)"
        " VALUES (%s, 'x', 'malformed', false, 'junk')",
        now,
    )
    told = {
        "metric": "temp",
        "count": 3,
        "since": now.isoformat().replace("+00:00", "Z"),
        "reason": "units",
        "value": 97.2,
        "hint": "97.2 °F is 36.2 °C",
        "device": "w-1",
    }
    ward.execute(
        "UPDATE patient_now SET assessment = assessment || %s::jsonb WHERE patient_no = %s",
        json.dumps({"refused": [told]}),
        number,
    )
    return ward.patients[PATIENT]


def test_it_is_listed_by_patient_and_reason(desk: Desk, refusing: str) -> None:
    page = desk.open("carla", "/refused")
    rows = page.locator("[data-refused]")
    expect(rows).to_have_count(2)
    page.select_option("#reason", "malformed")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Not readable")
    page.select_option("#reason", "")
    page.select_option("#patient", refusing)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Temperature 97.2: a value that cannot be")
    expect(rows).to_contain_text(PATIENT)


def test_the_record_leads_there(desk: Desk, refusing: str) -> None:
    page = desk.open("carla", f"/patients/{refusing}?tab=devices")
    page.get_by_role("link", name="What was refused").click()
    expect(page.locator("[data-refused]")).to_have_count(1)
    expect(page.locator("#patient")).to_have_value(refusing)


def test_panel_and_patient_say_what_counts_for_nothing(desk: Desk, refusing: str) -> None:
    words = "97.2 (97.2 °F is 36.2 °C)"
    page = desk.open("carla", "/panel?show=all")
    expect(page.locator("[data-refused=temp]").first).to_contain_text(words)
    page = desk.open("singh", f"/patients/{refusing}")
    expect(page.locator("[data-refused=temp]").first).to_contain_text("3 readings not used since")


def test_it_is_for_who_runs_the_ward(desk: Desk) -> None:
    assert desk.open("singh", "/refused").url.endswith("/feed")
