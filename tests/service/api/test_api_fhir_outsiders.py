"""FHIR as others read it: a validator and a client that nobody here wrote."""

from typing import Any

import pytest

from api.fhir.find.registry import TYPES
from tests.service.api.conftest import Ward
from tests.service.api.test_api_fhir import asked, entries
from tests.service.api.writing import assess, store
from tests.support import fhir_outsiders

VALUES = {
    "hr": 70.0,
    "spo2": 95.0,
    "rr": 16.0,
    "temp": 37.2,
    "sbp": 120.0,
    "dbp": 80.0,
    "glucose": 104.0,
    "weight": 71.5,
    "steps": 400.0,
    "acvpu": 1.0,
    "o2": 1.0,
}


@pytest.fixture
def full(watched: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch) -> tuple[Ward, str]:
    """A patient of whom everything is known that this server tells of."""
    ward, patient = watched
    monkeypatch.setattr(ward.app.state.notify, "webhook_hosts", "hooks.example.org")
    hook = {"url": "https://hooks.example.org/alerts"}
    assert ward.post("admin", "/webhooks", hook).status_code == 201
    phone = {"phone": "+44 20 7946 0000", "external_id": "R-17"}
    contact = {"emergency_contact": {"name": "A. Friend", "phone": "+44 1", "relation": "son"}}
    changed = ward.patch("coordinator", f"/patients/{patient}", phone | contact)
    assert changed.status_code == 200, changed.text
    no = ward.number(patient)
    for metric, value in VALUES.items():
        store(ward, patient, metric, [value], frame_id=300)
    store(ward, patient, "dbp", [77.0], frame_id=400)
    store(ward, patient, "hr", [71.0, 72.0, 73.0], frame_id=500)
    ward.sql("UPDATE observation SET quality = 4 WHERE frame_id = 400")
    ward.sql(
        "UPDATE observation SET entered_by = %s WHERE frame_id = 300 AND metric = 10",
        ward.ids["doctor"],
    )
    for score, missing in ((None, 1 << 10), (3, 0)):
        ward.sql(
            "INSERT INTO assessment (time, received, frame_id, patient_no, model_version, "
            "plan_revision, score, low, high, band, single_3, missing, assumed, late, in_episode) "
            "SELECT time + %s * interval '1 us', received, frame_id, patient_no, 0, 1, %s, 2, 5, "
            "0, 0, %s, 0, false, false "
            "FROM observation WHERE patient_no = %s AND metric = 1 ORDER BY time LIMIT 1",
            missing,
            score,
            missing,
            no,
        )
    assess(ward, patient, low=3, risk=0.2)
    ward.post("coordinator", f"/patients/{patient}/devices", {"kind": "watch", "serial": "A1"})
    made = {"name": "Dr A", "skills": ["respiratory"]}
    doctor = ward.post("coordinator", "/doctors", made).json()["id"]
    said = ward.post("doctor", f"/patients/{patient}/messages", {"text": "Slept well?"})
    assert said.status_code == 201, said.text
    ward.sql(
        "INSERT INTO consultation (patient_no, doctor_id, during, wish, booked_at, booked_by) "
        "VALUES (%s, %s, tstzrange(now(), now() + interval '20 min'), 'video', now(), %s)",
        no,
        doctor,
        ward.ids["doctor"],
    )
    walk = {"kind": "walk", "words": "a walk", "times": ["08:00"], "days": [1, 3]}
    plan = {"title": "A plan", "review_on": "2090-01-01", "goals": ["well"], "tasks": [walk]}
    begun = ward.post("coordinator", f"/patients/{patient}/plans", plan)
    assert begun.status_code == 201, begun.text
    pain = {"answers": {"now": 4, "new": 0, "where": 0}}
    answered = ward.post("coordinator", f"/patients/{patient}/questionnaires/pain", pain)
    assert answered.status_code == 201, answered.text
    ward.sql(
        "INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at) "
        "SELECT no, 0, 'measure', '{\"metric\": \"spo2\"}', now(), now() + interval '1 day', "
        "now() FROM device"
    )
    ward.sql(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, message) VALUES (%s, 'limit_hr_high', 'clinical', 'medium', "
        "'open', now(), now(), now(), 'Pulse high')",
        no,
    )
    ward.sql(
        "INSERT INTO reason (patient_no, episode_id, condition, priority, state, started_at, "
        "measured_at, received_at, raised_at, message) "
        "SELECT patient_no, id, condition, priority, 'open', now(), now(), now(), now(), message "
        "FROM episode WHERE patient_no = %s",
        no,
    )
    return ward, patient


def everything(ward: Ward, patient: str) -> list[Any]:
    """One search of each type, as somebody who may ask for all of them."""
    found: list[Any] = [ward.client.get("/fhir/r4/metadata").json()]
    found[0]["id"] = "metadata"
    for kind, of_type in TYPES.items():
        if kind == "Provenance":
            continue
        parameters = {"patient": patient} if "patient" in of_type.parameters else {}
        matches = entries(asked(ward, "admin", kind, params=parameters))
        assert matches, kind
        found += matches
    readings = [
        one["id"]
        for one in found
        if one["resourceType"] == "Observation" and not one["id"].startswith("news2-")
    ]
    found += entries(asked(ward, "admin", "Provenance", params={"target": ",".join(readings[:20])}))
    return found


def test_every_resource_is_valid_by_a_validator_of_others(full: tuple[Ward, str]) -> None:
    ward, patient = full
    found = everything(ward, patient)
    assert {one["resourceType"] for one in found} == {*TYPES, "CapabilityStatement"}
    assert len(found) > 40
    assert fhir_outsiders.invalid(found) == []


def test_a_stay_is_a_valid_document_whose_references_it_holds(full: tuple[Ward, str]) -> None:
    ward, patient = full
    made = asked(ward, "doctor", f"Patient/{patient}/$document").json()
    whole = [one["resource"] for one in made["entry"]]
    assert (made["type"], whole[0]["resourceType"]) == ("document", "Composition")
    assert fhir_outsiders.invalid([made | {"id": "document"}, *whole]) == []
    held = {f"{one['resourceType']}/{one['id']}" for one in whole}
    named = {one["reference"] for part in whole[0]["section"] for one in part["entry"]}
    assert named <= held
    assert {"Encounter", "Flag", "DetectedIssue", "Observation"} <= {
        one.split("/")[0] for one in named
    }
    scores = [one for one in whole if one["id"].startswith("news2-")]
    assert len(scores) == 1
    assert asked(ward, "nurse", f"Patient/{patient}/$document").status_code == 404


def test_the_validator_sees_what_is_wrong(full: tuple[Ward, str]) -> None:
    ward, patient = full
    pulse = entries(asked(ward, "doctor", f"Observation?patient={patient}&code=8867-4"))[0]
    assert fhir_outsiders.invalid([pulse]) == []
    del pulse["subject"]
    assert fhir_outsiders.invalid([pulse])


def test_a_foreign_client_reads_and_pages(full: tuple[Ward, str]) -> None:
    ward, patient = full
    base = f"{str(ward.client.base_url).rstrip('/')}/fhir/r4"
    told = fhir_outsiders.session(base, ward.tokens["doctor"], patient)
    assert told == {
        "version": "4.0.1",
        "name": "Ada Byron",
        "values": [73, 72, 71, 70],
        "pages": 2,
        "refused": "OperationOutcome",
    }
