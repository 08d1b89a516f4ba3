"""Taking readings back over HTTP: who may, what stays, and what is told of it."""

from datetime import timedelta
from typing import Any

from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, iso, store

REASON = {"reason": "typed 18 for 81"}


def readings(ward: Ward, patient: str, who: str = "doctor", **asked: str) -> list[dict[str, Any]]:
    found = ward.get(who, f"/patients/{patient}/observations", params={"metric": "hr", **asked})
    items: list[dict[str, Any]] = found.json()["items"]
    return items


def entered(ward: Ward, patient: str, who: str, value: float, frame_id: int = 900) -> str:
    """Write a reading that a person entered; return its id."""
    at = NOW - timedelta(minutes=5)
    ward.sql(
        "INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value,"
        " entered_by) VALUES (%s, %s, %s, %s, 1, 1, %s, %s)",
        *(at, at, frame_id, ward.number(patient), value, ward.ids[who]),
    )
    return str(next(one["id"] for one in readings(ward, patient, "admin") if one["value"] == value))


def test_a_marked_reading_is_told_on_request_alone(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70, 18, 74])
    wrong = next(one for one in readings(ward, patient) if one["value"] == 18)
    marked = ward.post("doctor", f"/observations/{wrong['id']}/entered-in-error", REASON)
    assert marked.status_code == 200
    assert marked.json()["status"] == "entered-in-error"
    assert [one["value"] for one in readings(ward, patient)] == [70, 74]
    all_three = readings(ward, patient, include="entered-in-error")
    assert [one["status"] for one in all_three] == ["final", "entered-in-error", "final"]
    mark = all_three[1]["entered_in_error"]
    assert (mark["by"], mark["by_name"]) == (ward.ids["doctor"], "doctor")
    assert mark["reason"] == REASON["reason"]
    asked = {"metric": "hr", "bucket": "1d", "from": iso(NOW - timedelta(days=2))}
    buckets = ward.get("doctor", f"/patients/{patient}/observations", params=asked).json()["items"]
    assert min(one["min"] for one in buckets) == 70
    assert sum(one["count"] for one in buckets) == 2
    proof = ward.get("doctor", f"/observations/{wrong['id']}/evidence").json()
    assert proof["observation"]["status"] == "entered-in-error"
    [(payload, kind)] = ward.sql("SELECT payload, kind FROM lane_input")
    assert kind == "entered_in_error"
    assert payload["frame"] == 101
    assert ward.sql("SELECT reason::text LIKE '%%typed%%' FROM reading_mark") == [(False,)]


def test_a_repeat_changes_nothing_and_answers_the_same(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [18])
    (wrong,) = readings(ward, patient)
    path = f"/observations/{wrong['id']}/entered-in-error"
    first = ward.post("doctor", path, REASON)
    again = ward.post("admin", path, {"reason": "for another reason"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert ward.sql("SELECT count(*) FROM lane_input") == [(1,)]
    record = ward.get("admin", "/audit", params={"patient": patient}).json()["items"]
    done = [one for one in record if one["action"] == "observation.entered_in_error"]
    assert [one["actor"] for one in done] == [ward.ids["doctor"]]


def test_who_may_take_a_reading_back(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'patient'", ward.number(patient))
    store(ward, patient, "hr", [70])
    (device,) = readings(ward, patient)
    own = entered(ward, patient, "patient", 18)
    by_coordinator = entered(ward, patient, "coordinator", 19, 901)

    def mark(who: str, reading: str, body: object = REASON) -> int:
        status: int = ward.post(who, f"/observations/{reading}/entered-in-error", body).status_code
        return status

    assert mark("nurse", device["id"]) == 404  # not in the care team
    assert mark("patient", device["id"]) == 403
    assert mark("coordinator", device["id"]) == 403
    assert mark("patient", by_coordinator) == 403
    assert mark("nobody", device["id"]) == 401
    assert mark("doctor", "AAAA") == 404
    for body in ({}, {"reason": " "}, {"reason": "x" * 501}, {"reason": 7}):
        assert mark("doctor", device["id"], body) == 422
    assert mark("patient", own) == 200
    assert mark("coordinator", by_coordinator) == 200
    assert mark("doctor", device["id"]) == 200


def test_of_who_was_erased_nothing_can_be_said_any_more(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [18, 19])
    first, second = readings(ward, patient)
    ward.post("doctor", f"/observations/{first['id']}/entered-in-error", REASON)
    ward.sql("DELETE FROM patient_key")
    late = ward.post("doctor", f"/observations/{second['id']}/entered-in-error", REASON)
    assert late.status_code == 409
    told = readings(ward, patient, include="entered-in-error")
    assert told[0]["entered_in_error"]["reason"] is None


def test_what_people_entered_is_told_apart(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "hr", [70], device_no=None)
    entered(ward, patient, "doctor", 75)
    ward.sql("UPDATE observation SET device_no = 7 WHERE value = 70")
    assert [one["value"] for one in readings(ward, patient, source="person")] == [75]
