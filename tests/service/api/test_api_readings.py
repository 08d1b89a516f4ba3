"""Readings, scores and their proof over HTTP; the gateway's rows are written by the test."""

# ruff: noqa: ANN401 - bodies, parameters and answers are JSON of any shape

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import sleep
from typing import Any

import psycopg
import pytest
from nacl.signing import SigningKey

from analytics.domain.vitals import METRIC_BY_NAME
from tests.service.api.conftest import Ward

NOW = datetime.now(UTC).replace(microsecond=0)
ROW = "INSERT INTO observation VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, NULL)"


def iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def store(ward: Ward, patient: str, metric: str, values: list[float], **more: Any) -> None:
    """Write one reading a minute, the first an hour ago."""
    no = ward.number(patient)
    for position, value in enumerate(values):
        time = NOW - timedelta(minutes=60 - position)
        ward.sql(
            ROW,
            time,
            time + timedelta(seconds=1),
            time,
            more.get("frame_id", 100 + position),
            no,
            more.get("device_no"),
            int(METRIC_BY_NAME[metric]),
            value,
        )


@pytest.fixture
def watched(staffed: Ward) -> tuple[Ward, str]:
    """A patient in the doctor's care team."""
    patient = staffed.take_in()
    team = {"clinicians": [staffed.ids["doctor"]]}
    staffed.put("coordinator", f"/patients/{patient}/care-team", team)
    return staffed, patient


def test_raw_readings_ascend_in_pages(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70, 71, 72, 73, 74])
    store(ward, patient, "spo2", [97, 96, 95])
    seen: list[tuple[str, str, float]] = []
    cursor = ""
    while cursor is not None:
        asked = {"limit": 3, "cursor": cursor}
        page = ward.get("doctor", f"/patients/{patient}/observations", params=asked).json()
        seen += [(one["time"], one["metric"], one["value"]) for one in page["items"]]
        cursor = page["next"]
    assert len(seen) == 8
    assert seen == sorted(seen, key=lambda one: (one[0], METRIC_BY_NAME[one[1]]))
    assert [value for _, metric, value in seen if metric == "hr"] == [70, 71, 72, 73, 74]


def test_from_counts_and_to_does_not(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70, 71, 72])
    start = NOW - timedelta(minutes=60)
    asked = {"metric": "hr", "from": iso(start), "to": iso(start + timedelta(minutes=2))}
    page = ward.get("doctor", f"/patients/{patient}/observations", params=asked).json()
    assert [one["value"] for one in page["items"]] == [70, 71]
    point = page["items"][0]
    assert point["time"] == iso(start)
    assert set(point) >= {"id", "time", "metric", "value", "quality", "device", "received"}


def test_buckets_tell_extremes_mean_and_count(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [60, 70, 80])
    asked = {"metric": "hr", "bucket": "1d", "from": iso(NOW - timedelta(days=2))}
    page = ward.get("doctor", f"/patients/{patient}/observations", params=asked).json()
    assert sum(one["count"] for one in page["items"]) == 3
    assert min(one["min"] for one in page["items"]) == 60
    asked["bucket"] = "60s"
    asked["limit"] = "2"
    page = ward.get("doctor", f"/patients/{patient}/observations", params=asked).json()
    assert [one["mean"] for one in page["items"]] == [60, 70]
    asked["cursor"] = page["next"]
    page = ward.get("doctor", f"/patients/{patient}/observations", params=asked).json()
    assert [one["mean"] for one in page["items"]] == [80]
    assert page["next"] is None


def test_what_cannot_be_asked_is_named(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/patients/{patient}/observations"
    for asked, field in (
        ({"metric": "mood"}, "metric"),
        ({"bucket": "5 parsecs"}, "bucket"),
        ({"bucket": "5q"}, "bucket"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2020-01-01T00:00:00"}, "from"),
        ({"from": "2020-01-02T00:00:00Z", "to": "2020-01-01T00:00:00Z"}, "from"),
        ({"from": "1990-01-01T00:00:00Z"}, "from"),
        ({"limit": "100000"}, "limit"),
    ):
        refused = ward.get("doctor", path, params=asked)
        assert refused.status_code == 422, asked
        assert refused.json()["errors"][0]["field"] == field


def test_strangers_read_nothing_and_readers_are_recorded(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    for path in ("observations", "assessment", "assessments"):
        for who in ("nurse", "patient"):
            assert ward.get(who, f"/patients/{patient}/{path}").status_code == 404
        assert ward.get("doctor", f"/patients/{patient}/{path}").status_code == 200
    record = ward.get("admin", "/audit", params={"patient": patient}).json()["items"]
    read = {one["action"] for one in record if one["actor"] == ward.ids["doctor"]}
    assert read == {"observations.read", "assessment.read", "assessments.read"}
    assert ward.ids["nurse"] not in {one["actor"] for one in record}


def test_the_hypertables_and_their_chunks_are_closed_to_the_api(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70])
    chunks = ward.sql("SELECT show_chunks('observation')::text")
    with psycopg.connect(ward.database.api, autocommit=True) as connection:
        for table in ("observation", "assessment", "signed_frame", *(row[0] for row in chunks)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(b"SELECT * FROM " + table.encode())
        assert connection.execute("SELECT * FROM observation_seen").fetchall() == []


def test_staff_enter_readings_in_their_own_name(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/patients/{patient}/observations"
    body = {"samples": [{"t": iso(NOW), "acvpu": 1, "o2": 0, "rr": 22}]}
    assert ward.post("nurse", path, body).status_code == 404
    assert ward.post("patient", path, body).status_code == 403

    def gateway() -> None:
        for _ in range(100):
            if ward.sql("UPDATE lane_input SET folded_as = 7 WHERE folded_as IS NULL RETURNING id"):
                return
            sleep(0.02)

    lane = Thread(target=gateway)
    lane.start()
    made = ward.post("doctor", path, body)
    lane.join()
    assert made.status_code == 201
    assert made.json()["folded"] is True
    ((payload, kind, by, bucket),) = ward.sql(
        "SELECT payload, kind, entered_by::text, bucket FROM lane_input"
    )
    millis = int(NOW.timestamp() * 1000)
    assert payload == {"samples": [{"t": millis, "acvpu": 1, "o2": 0, "rr": 22.0}]}
    assert (kind, by) == ("observations", ward.ids["doctor"])
    assert bucket == ward.sql("SELECT bucket FROM patient")[0][0]


def test_wrong_entries_name_their_field(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    for sample, field in (
        ({"hr": 70}, "samples.0.t"),
        ({"t": iso(NOW), "hr": 500}, "samples.0.hr"),
        ({"t": iso(NOW), "acvpu": 5}, "samples.0.acvpu"),
        ({"t": iso(NOW), "o2": 0.5}, "samples.0.o2"),
        ({"t": iso(NOW), "mood": 5}, "samples.0.mood"),
        ({"t": iso(NOW)}, "samples.0"),
        ({"t": iso(NOW + timedelta(hours=1)), "hr": 70}, "samples.0.t"),
        ({"t": iso(NOW - timedelta(days=8)), "hr": 70}, "samples.0.t"),
    ):
        refused = ward.post("doctor", f"/patients/{patient}/observations", {"samples": [sample]})
        assert refused.status_code == 422, sample
        assert refused.json()["errors"][0]["field"] == field
    assert ward.sql("SELECT count(*) FROM lane_input") == [(0,)]


def test_a_reading_of_a_device_is_proved_by_its_signature(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    key = SigningKey.generate()
    no = ward.number(patient)
    time = NOW - timedelta(minutes=60)
    message = {
        "type": "vitals/1",
        "device": "w-one",
        "boot": 1,
        "seq": 1,
        "samples": [{"t": int(time.timestamp() * 1000), "hr": 71.5}],
    }
    frame = b"\x01" + bytes(key.sign(json.dumps(message).encode()))
    ((device_no,),) = ward.sql(
        "INSERT INTO device (id, patient_no, kind, registered_at) VALUES ('w-one', %s, 'x', now()) "
        "RETURNING no",
        no,
    )
    ((key_id,),) = ward.sql(
        "INSERT INTO device_key (device_no, sign_public, enrolled_at) VALUES (%s, %s, now()) "
        "RETURNING id",
        device_no,
        bytes(key.verify_key),
    )
    store(ward, patient, "hr", [71.5], frame_id=9, device_no=device_no)
    ward.sql(
        "INSERT INTO signed_frame (time, frame_id, key_id, boot, seq, offset_ms, patient_no, "
        "device_no, kind, clock_state, plan_revision, model_version, in_episode, paused, frame) "
        "VALUES (%s, 9, %s, 1, 1, 0, %s, %s, 1, 0, 1, 1, false, false, %s)",
        time + timedelta(seconds=1),
        key_id,
        no,
        device_no,
        frame,
    )
    (point,) = ward.get("doctor", f"/patients/{patient}/observations").json()["items"]
    assert point["device"] == "w-one"
    path = f"/observations/{point['id']}/evidence"
    proof = ward.get("doctor", path).json()
    assert proof["verification"] == {"signature_holds": True, "contains_reading": True}
    assert b64decode(proof["frame"]["signed_bytes"]) == frame
    assert b64decode(proof["key"]["public_key"]) == bytes(key.verify_key)
    assert ward.get("nurse", path).status_code == 404
    ward.sql("UPDATE signed_frame SET frame = set_byte(frame, 70, 65)")
    assert ward.get("doctor", path).json()["verification"]["signature_holds"] is False


def test_a_reading_entered_by_staff_is_proved_by_their_name(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    no = ward.number(patient)
    time = NOW - timedelta(minutes=5)
    ward.sql(
        "INSERT INTO observation VALUES (%s, %s, NULL, 11, %s, NULL, 10, 1, 2, %s)",
        time,
        time,
        no,
        ward.ids["doctor"],
    )
    ward.sql(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload, "
        "folded_as) VALUES (%s, 0, 'observations', %s, %s, %s, 11)",
        no,
        time,
        ward.ids["doctor"],
        json.dumps({"samples": [{"t": 1, "acvpu": 2}]}),
    )
    (point,) = ward.get("doctor", f"/patients/{patient}/observations").json()["items"]
    assert (point["quality"], point["entered_by"]) == ("manual", ward.ids["doctor"])
    proof = ward.get("doctor", f"/observations/{point['id']}/evidence").json()
    assert proof["entered_by"]["username"] == "doctor"
    assert proof["verification"] == {"signature_holds": None, "contains_reading": True}


def test_ids_of_others_and_nonsense_are_not_found(watched: tuple[Ward, str]) -> None:
    ward, _ = watched
    for text in ("nonsense", "AAAA", "A" * 30, "*"):
        assert ward.get("doctor", f"/observations/{text}/evidence").status_code == 404


def test_missing_is_never_normal(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    told = ward.get("doctor", f"/patients/{patient}/assessment").json()
    assert told["time"] is None
    assert (told["news2"]["score"], told["news2"]["low"], told["news2"]["high"]) == (None, 0, 20)
    assert len(told["news2"]["missing"]) == 7
    assert told["risk"]["probability"] is None
    (row,) = ward.get("doctor", "/panel").json()["items"]
    assert row["news2"]["score"] is None
    assert row["freshness_s"] is None
    assert row["urgency"] >= 100


def test_an_assessment_is_told_as_the_gateway_wrote_it(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    assess(ward, patient, low=3, risk=0.2)
    told = ward.get("doctor", f"/patients/{patient}/assessment").json()
    assert told["news2"]["score"] == 3
    assert told["risk"]["probability"] == 0.2
    assert told["freshness_s"] < 3600
    assert told["latest"]["hr"]["v"] == 70


def assess(ward: Ward, patient: str, *, low: int, risk: float, age_s: float = 10.0) -> None:
    """Write a patient's newest state as the gateway would."""
    received = datetime.now(UTC) - timedelta(seconds=age_s)
    news2 = {"score": low, "low": low, "high": low, "band": "x", "single_3": False}
    assessment = {
        "time": iso(received),
        "news2": news2,
        "risk": {"probability": risk, "horizon_minutes": 60, "model": "risk-1"},
        "baselines": [],
        "drivers": [],
    }
    latest = {"hr": {"t": int(received.timestamp() * 1000), "v": 70, "q": "ok", "device": "w-1"}}
    ward.sql(
        "INSERT INTO patient_now VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        ward.number(patient),
        received,
        received,
        low,
        low,
        risk,
        json.dumps(assessment),
        json.dumps(latest),
    )


def test_the_panel_is_in_order_of_urgency(staffed: Ward) -> None:
    ward = staffed
    well, ill, alerted, unknown, paused = (ward.take_in(name=f"P{n}") for n in range(5))
    ward.patch(
        "coordinator", f"/patients/{paused}", {"state": "paused", "until": "2090-01-01T00:00:00Z"}
    )
    assess(ward, well, low=1, risk=0.01)
    assess(ward, ill, low=6, risk=0.4)
    assess(ward, alerted, low=2, risk=0.1)
    ward.sql(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, message) VALUES (%s, 'news2_emergency', 'clinical', 'high', "
        "'open', now(), now(), now(), 'm')",
        ward.number(alerted),
    )
    rows = ward.get("coordinator", "/panel").json()["items"]
    assert [one["patient"] for one in rows] == [alerted, ill, unknown, well, paused]
    assert rows[0]["open_alerts"] == 1
    assert rows[1]["news2"]["score"] == 6
    assert set(rows[0]) >= {
        "patient", "name", "urgency", "news2", "risk", "freshness_s", "coverage", "open_alerts",
        "doctor",
    }  # fmt: skip
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = ward.get("coordinator", "/panel", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["patient"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [one["patient"] for one in rows]
    assert ward.get("patient", "/panel").status_code == 403
    assert ward.get("doctor", "/panel").json()["items"] == []


def test_refused_frames_are_listed_with_their_bytes(staffed: Ward) -> None:
    staffed.sql(
        "INSERT INTO quarantine (received, topic, reason, signed, payload) "
        "VALUES (now(), 'homeward/v1/00/x/vitals', 'malformed', false, 'junk')"
    )
    staffed.sql("INSERT INTO refusal_count VALUES (0, 'malformed', 3, now())")
    page = staffed.get("coordinator", "/quarantine").json()
    assert page["items"][0]["reason"] == "malformed"
    assert page["counts"][0]["n"] == 3
    whole = staffed.get("coordinator", f"/quarantine/{page['items'][0]['id']}").json()
    assert b64decode(whole["payload"]) == b"junk"
    assert staffed.get("doctor", "/quarantine").status_code == 403


def test_a_changed_record_is_found(staffed: Ward) -> None:
    staffed.take_in()
    assert staffed.get("admin", "/audit").json()["verification"]["ok"]
    ((broken,),) = staffed.sql("UPDATE audit SET action = 'x' WHERE id = 1 RETURNING id")
    told = staffed.get("admin", "/audit").json()["verification"]
    assert (told["ok"], told["first_broken"]) == (False, broken)
    assert staffed.get("coordinator", "/audit").status_code == 403


def test_readiness_names_what_is_missing(ward: Ward) -> None:
    assert ward.get("", "/healthz").json() == {"status": "ok"}
    answer = ward.get("", "/readyz")
    assert answer.status_code == 503
    assert "gateway: never heard of" in answer.json()["reasons"]
    assert answer.json()["checks"]["migrations"] == "ok"
    ward.get("admin", "/me")
    text = ward.get("", "/metrics").text
    assert 'homeward_api_requests_total{method="GET",route="/me",status="200"}' in text
    assert "admin" not in text
