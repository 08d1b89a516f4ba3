"""A patient of whom everything is known that FHIR tells of."""

from datetime import timedelta
from typing import Any

from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, assess, iso, store

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


def know_everything(ward: Ward, patient: str) -> None:
    """Write it, as the gateway and people would; webhooks must be allowed to ``hooks.example.org``.

    The doctor is in the care team already.
    """
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
    made: dict[str, Any] = {"name": "Dr A", "skills": ["respiratory"]}
    made["user_id"] = ward.ids["doctor"]
    doctor = ward.post("coordinator", "/doctors", made).json()["id"]
    morning = (NOW + timedelta(days=1)).replace(hour=8, minute=0, second=0)
    works = {"doctor_id": doctor, "start": iso(morning), "end": iso(morning + timedelta(hours=2))}
    assert ward.post("coordinator", "/shifts", works).status_code == 201
    ward.sql(
        "INSERT INTO imaging_study (uid, patient_no, taken_on, modalities, series, instances, "
        "bytes, description, added_at, added_by) "
        "VALUES ('1.2.826.0.1.3680043.8.498.1', %s, '2026-11-29', '{CT}', 1, 24, 1, NULL, now(), "
        "%s)",
        no,
        ward.ids["doctor"],
    )
    studies = f"/patients/{patient}/imaging/studies/1.2.826.0.1.3680043.8.498.1"
    found = ward.post("doctor", f"{studies}/reports", {"text": "Clear lungs."})
    assert found.status_code == 201, found.text
    shown = ward.put("doctor", f"{studies}/release", {"released": True})
    assert shown.status_code == 200, shown.text
    said = ward.post("doctor", f"/patients/{patient}/messages", {"text": "Slept well?"})
    assert said.status_code == 201, said.text
    noted = ward.post("doctor", f"/patients/{patient}/notes", {"text": "Slept badly"})
    assert noted.status_code == 201, noted.text
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
        "INSERT INTO patient_report (patient_no, given_by, given_at, received, answers, priority) "
        'VALUES (%s, %s, now(), now(), \'{"breath": "moving", "chest": "no"}\', \'medium\')',
        no,
        ward.ids["patient"],
    )
    agreed = {"scope": "sharing", "version": "1"}
    told = ward.post("coordinator", f"/patients/{patient}/consents", agreed)
    assert told.status_code == 201, told.text
    ask_others(ward, patient)
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


def ask_others(ward: Ward, patient: str) -> str:
    """Have the doctor of the care team open a case to another; return its id."""
    ward.add("asked doctor", "doctor")
    case = {
        "question": "Is it the heart?",
        "experts": [ward.ids["asked doctor"]],
        "readings": [{"metric": "hr", "from": iso(NOW - timedelta(days=2)), "to": iso(NOW)}],
    }
    opened = ward.post("doctor", f"/patients/{patient}/cases", case)
    assert opened.status_code == 201, opened.text
    made: str = opened.json()["id"]
    return made
