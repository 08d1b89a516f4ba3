"""Readings over HTTP; the gateway's rows are written by the test."""

from datetime import timedelta
from threading import Thread
from time import sleep

import psycopg
import pytest

from analytics.domain.vitals import FACTS, METRIC_BY_NAME
from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, iso, store


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


def test_every_reading_bears_its_unit_and_code(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    for name, metric in METRIC_BY_NAME.items():
        store(ward, patient, name, [FACTS[metric].plausible[0]])
    path = f"/patients/{patient}/observations"
    for asked in ({}, {"bucket": "1d"}):
        page = ward.get("doctor", path, params=asked).json()
        told = {one["metric"]: one for one in page["items"]}
        assert set(told) == set(METRIC_BY_NAME)
        for name, metric in METRIC_BY_NAME.items():
            facts = FACTS[metric]
            assert told[name]["unit"] == facts.unit, name
            assert told[name]["code"] == facts.loinc, name
            assert told[name]["code_system"] == ("http://loinc.org" if facts.loinc else None)
    first = ward.get("doctor", path, params={"metric": "spo2"}).json()["items"][0]
    proof = ward.get("doctor", f"/observations/{first['id']}/evidence").json()["observation"]
    assert (proof["unit"], proof["code"]) == ("%", "59408-5")


def test_the_openapi_tells_units_and_codes_of_what_may_be_entered(
    watched: tuple[Ward, str],
) -> None:
    ward, _ = watched
    document = ward.client.get("/openapi.json").json()
    fields = document["components"]["schemas"]["EnteredSample"]["properties"]
    assert (fields["temp"]["x-ucum"], fields["temp"]["x-loinc"]) == ("Cel", "8310-5")
    assert set(fields) >= {one for one in METRIC_BY_NAME if one != "battery"}
    assert all("x-ucum" in field for name, field in fields.items() if name != "t")
    point = document["components"]["schemas"]["ReadingPoint"]
    assert {"unit", "code", "code_system"} <= set(point["required"])


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
    entered = {"t": millis, "acvpu": 1, "o2": 0, "rr": 22.0}
    assert payload == {"samples": [entered], "graded": True}
    assert (kind, by) == ("observations", ward.ids["doctor"])
    assert bucket == ward.sql("SELECT bucket FROM patient")[0][0]


def test_wrong_entries_name_their_field(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    for sample, field in (
        ({"hr": 70}, "samples.0.t"),
        ({"t": iso(NOW), "hr": 500}, "samples.0.hr"),
        ({"t": iso(NOW), "hr": 10**400}, "samples.0.hr"),
        ({"t": iso(NOW), "acvpu": 10**400}, "samples.0.acvpu"),
        ({"t": iso(NOW), "acvpu": 5}, "samples.0.acvpu"),
        ({"t": iso(NOW), "o2": 0.5}, "samples.0.o2"),
        ({"t": iso(NOW), "sbp": 80, "dbp": 120}, "samples.0.dbp"),
        ({"t": iso(NOW), "sbp": 80, "dbp": 80}, "samples.0.dbp"),
        ({"t": iso(NOW), "mood": 5}, "samples.0.mood"),
        ({"t": iso(NOW)}, "samples.0"),
        ({"t": iso(NOW + timedelta(hours=1)), "hr": 70}, "samples.0.t"),
        ({"t": iso(NOW - timedelta(days=8)), "hr": 70}, "samples.0.t"),
    ):
        refused = ward.post("doctor", f"/patients/{patient}/observations", {"samples": [sample]})
        assert refused.status_code == 422, sample
        assert refused.json()["errors"][0]["field"] == field
    assert ward.sql("SELECT count(*) FROM lane_input") == [(0,)]


def test_pressures_of_one_moment_are_held_against_each_other(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    halves = [{"t": iso(NOW), "sbp": 80}, {"t": iso(NOW), "dbp": 120}]
    refused = ward.post("doctor", f"/patients/{patient}/observations", {"samples": halves})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "samples.1.dbp"


def test_what_is_in_doubt_is_told_or_asked_first(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/patients/{patient}/observations"
    body = {"samples": [{"t": iso(NOW), "hr": 18, "sbp": 78, "dbp": 70}]}
    asked = ward.post("doctor", path, {**body, "confirmed": False})
    assert asked.status_code == 422
    assert asked.json()["type"].endswith("doubtful")
    fields = ["samples.0.hr", "samples.0.sbp"]
    assert [one["field"] for one in asked.json()["errors"]] == fields
    assert ward.sql("SELECT count(*) FROM lane_input") == [(0,)]
    told = ward.post("doctor", path, body)
    assert told.status_code == 201
    assert [one["field"] for one in told.json()["doubtful"]] == fields
    sure = ward.post("doctor", path, {**body, "confirmed": True})
    assert sure.status_code == 201
    kept = ward.sql("SELECT payload->'confirmed' FROM lane_input ORDER BY id")
    assert kept == [(None,), (True,)]


def test_patients_enter_their_own_readings_by_the_same_rule(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    right = {"samples": [{"t": iso(NOW), "hr": 70}]}
    assert ward.post("patient", "/me/observations", right).status_code == 404
    assert ward.post("doctor", "/me/observations", right).status_code == 403
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'patient'", ward.number(patient))
    swapped = {"samples": [{"t": iso(NOW), "sbp": 80, "dbp": 120}]}
    assert ward.post("patient", "/me/observations", swapped).status_code == 422
    outside = {"samples": [{"t": iso(NOW), "temp": 98.6}]}
    assert ward.post("patient", "/me/observations", outside).status_code == 422
    assert ward.post("patient", "/me/observations", right).status_code == 201
    ((patient_no, by),) = ward.sql("SELECT patient_no, entered_by::text FROM lane_input")
    assert (patient_no, by) == (ward.number(patient), ward.ids["patient"])
    ward.sql("UPDATE patient SET state = 'discharged'")
    assert ward.post("patient", "/me/observations", right).status_code == 409


def test_an_entry_that_is_sent_again_counts_once(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    body = {"samples": [{"t": iso(NOW), "hr": 70}]}
    path = f"/patients/{patient}/observations"
    named = {"Idempotency-Key": "tap-0001"}
    first = ward.call("doctor", "POST", path, json=body, headers=named)
    assert first.status_code == 201, first.text
    again = ward.call("doctor", "POST", path, json=body, headers=named)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    others = ward.call("coordinator", "POST", path, json=body, headers=named)
    unnamed = ward.call("doctor", "POST", path, json=body)
    assert len({one.json()["id"] for one in (first, others, unnamed)}) == 3
    ((kept,),) = ward.sql("SELECT count(*) FROM lane_input WHERE kind = 'observations'")
    assert kept == 3
    short = ward.call("doctor", "POST", path, json=body, headers={"Idempotency-Key": "a"})
    assert short.status_code == 422
