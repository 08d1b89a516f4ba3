"""What was refused, readable by patient and reason: whole frames and single readings."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.domain.care import Role
from tests.service.api.conftest import Ward
from tests.service.api.writing import assess

NOW = datetime.now(UTC).replace(microsecond=0)


def device(ward: Ward, patient: str) -> tuple[int, str]:
    made = ward.post("coordinator", f"/patients/{patient}/devices", {"kind": "thermometer"}).json()
    ((number,),) = ward.sql("SELECT no FROM device WHERE id = %s", made["device"])
    return number, made["device"]


def frame(ward: Ward, patient: str, device_no: int, number: int, **more: Any) -> None:  # noqa: ANN401 - a row's columns
    """A stored frame as the gateway writes it: ``samples``, what was ``refused``, ``age_s``."""
    samples: list[dict[str, float]] = more["samples"]
    message = {"type": "vitals/1", "device": "x", "boot": 1, "seq": number, "samples": samples}
    ward.sql(
        "INSERT INTO signed_frame (time, frame_id, key_id, boot, seq, offset_ms, patient_no,"
        " device_no, kind, clock_state, plan_revision, model_version, in_episode, paused, refused,"
        " frame) VALUES (%s, %s, 1, 1, %s, 1000, %s, %s, 1, 1, 0, 0, false, false, %s, %s)",
        NOW - timedelta(seconds=more["age_s"]),
        100_000 + number,
        number,
        ward.number(patient),
        device_no,
        more["refused"],
        b"\x01" + bytes(64) + json.dumps(message).encode(),
    )


def t(age_s: int = 0) -> int:
    return int(NOW.timestamp() * 1000) - age_s * 1000


@pytest.fixture
def told(staffed: Ward) -> dict[str, Any]:
    one, other = staffed.take_in(), staffed.take_in()
    no, name = device(staffed, one)
    other_no, _ = device(staffed, other)
    fever = [{"t": t(), "hr": 84, "temp": 97.2}, {"t": t(), "spo2": 127}]
    good, other_scale = [{"t": t(), "hr": 84}], [{"t": t(), "weight": 52.3}]
    ahead, cannot_be = [{"t": t(-999), "rr": 15}], [{"t": t(), "hr": 999}]
    frame(staffed, one, no, 1, samples=fever, refused=[1, 1, 2, 1], age_s=30)
    frame(staffed, one, no, 2, samples=good, refused=None, age_s=20)
    frame(staffed, one, no, 3, samples=other_scale, refused=[0, 5], age_s=15)
    frame(staffed, one, no, 4, samples=ahead, refused=[0, 3], age_s=10)
    frame(staffed, other, other_no, 5, samples=cannot_be, refused=[0, 1], age_s=5)
    staffed.sql(
        "INSERT INTO quarantine (received, device_no, topic, reason, signed, boot, seq, payload)"
        " VALUES (%s, %s, 'x', 'malformed', true, 1, 9, 'junk')",
        NOW - timedelta(seconds=20),
        no,
    )
    staffed.sql("INSERT INTO refusal_count VALUES (%s, 'out_of_range', 2, now())", no)
    staffed.sql("INSERT INTO refusal_count VALUES (%s, 'out_of_range', 1, now())", other_no)
    return {"one": one, "other": other, "device": name}


def asked(ward: Ward, **params: object) -> dict[str, Any]:
    found: dict[str, Any] = ward.get("coordinator", "/quarantine", params=params).json()
    return found


def test_it_is_read_by_patient(staffed: Ward, told: dict[str, Any]) -> None:
    page = asked(staffed, patient=told["one"])
    assert [item["reason"] for item in page["items"]] == [
        "from_the_future",
        "malformed",
        "out_of_range",
    ]
    assert {item["patient"] for item in page["items"]} == {told["one"]}
    assert all(item["name"] and item["identifier"] for item in page["items"])
    assert [(one["reason"], one["n"]) for one in page["counts"]] == [("out_of_range", 2)]
    newest = page["items"][-1]
    assert newest["device"] == told["device"]
    assert [(one["metric"], one["value"]) for one in newest["readings"]] == [
        ("temp", 97.2),
        ("spo2", 127.0),
    ]
    measured = datetime.fromisoformat(newest["readings"][0]["time"])
    assert measured == NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("reason", "count"), [("out_of_range", 2), ("from_the_future", 1), ("malformed", 1), ("x", 0)]
)
def test_it_is_read_by_reason(staffed: Ward, told: dict[str, Any], reason: str, count: int) -> None:
    del told
    items = asked(staffed, reason=reason)["items"]
    assert [item["reason"] for item in items] == [reason] * count


def test_pages_follow_each_other_without_a_gap(staffed: Ward, told: dict[str, Any]) -> None:
    whole = [item["id"] for item in asked(staffed)["items"]]
    assert len(whole) == 4
    seen: list[object] = []
    cursor = None
    for _ in whole:
        page = asked(staffed, limit=1, **({"cursor": cursor} if cursor else {}))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert (seen, cursor) == (whole, None)
    assert asked(staffed, device=told["device"])["items"]


def test_a_ward_sees_its_own(staffed: Ward, told: dict[str, Any]) -> None:
    staffed.add("stranger", Role.COORDINATOR, ward="other")
    page = staffed.get("stranger", "/quarantine", params={"patient": told["one"]}).json()
    assert page["items"] == []
    assert page["counts"] == []
    assert staffed.get("doctor", "/quarantine").status_code == 403


def test_what_is_refused_is_on_panel_and_assessment(staffed: Ward) -> None:
    patient = staffed.take_in()
    assert staffed.get("coordinator", f"/patients/{patient}/assessment").json()["refused"] == []
    assess(staffed, patient, low=0, risk=0.1)
    refused = [{"metric": "temp", "count": 3, "reason": "units", "value": 97.2}]
    staffed.sql(
        "UPDATE patient_now SET assessment = assessment || %s::jsonb",
        json.dumps({"refused": refused}),
    )
    assert (
        staffed.get("coordinator", f"/patients/{patient}/assessment").json()["refused"] == refused
    )
    [row] = [
        one
        for one in staffed.get("coordinator", "/panel").json()["items"]
        if one["patient"] == patient
    ]
    assert row["refused"] == refused
