"""A change of limits is tried on what was measured, before anybody makes it."""

from datetime import timedelta
from typing import Any

import pytest

from api.replay import readings
from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, iso, store
from tests.support.servers import wait_until

SPAN = {"from": iso(NOW - timedelta(hours=4)), "to": iso(NOW)}


def asked(ward: Ward, who: str, **body: Any) -> Any:  # noqa: ANN401 - an answer
    return ward.post(who, "/alerts/what-if", {**SPAN, **body})


def done(ward: Ward, who: str, job: str) -> dict[str, Any]:
    """Wait for the answer; the share that is done never falls."""
    shares: list[float] = []

    def over() -> bool:
        told = ward.get(who, f"/alerts/what-if/{job}").json()
        shares.append(told["progress"])
        return bool(told["state"] != "running")

    wait_until(over, 60.0)
    assert shares == sorted(shares)
    told: dict[str, Any] = ward.get(who, f"/alerts/what-if/{job}").json()
    return told


def test_a_wider_limit_says_which_alerts_would_be_lost(staffed: Ward) -> None:
    staffed.add("elsewhere", "coordinator", ward="b")
    patient = staffed.take_in()
    staffed.sql("UPDATE encounter SET period_start = now() - interval '2 days'")
    fast = [72.0] * 10 + [140.0] * 40 + [72.0] * 10
    store(staffed, patient, "hr", fast, start=NOW - timedelta(hours=2))
    made = asked(staffed, "coordinator", settings={"limits": {"hr": {"high": 148}}})
    assert made.status_code == 202, made.text
    told = done(staffed, "coordinator", made.json()["id"])
    assert (told["state"], told["progress"]) == ("done", 1.0)
    result = told["result"]
    assert result["patients"] == 1
    assert result["counts"]["lost"] >= 1
    lost = next(one for one in result["lost"] if one["condition"] == "limit_hr_high")
    assert (lost["patient"], lost["name"], lost["measure"]) == (patient, "Ada Byron", "hr")
    assert 140.0 in {point["value"] for point in lost["curve"]}
    assert result["now"]["alerts"] >= 1
    assert result["now"]["minutes"] > 0
    same = asked(staffed, "coordinator", settings={})
    unchanged = done(staffed, "coordinator", same.json()["id"])["result"]
    assert unchanged["now"] == unchanged["then"] == result["now"]
    assert unchanged["counts"] == {"gained": 0, "lost": 0}
    path = f"/alerts/what-if/{made.json()['id']}"
    assert staffed.get("elsewhere", path).status_code == 404
    theirs = asked(staffed, "elsewhere", patients=[patient])
    assert theirs.status_code == 404


def test_people_are_read_together_and_whoever_has_no_room_is_read_later(
    staffed: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody counts once, with all that they have on either side of a slice of time."""
    monkeypatch.setattr(readings, "MOST_BYTES", 3 * 60 * 18)  # three of these people's
    monkeypatch.setattr(readings, "SLICE", timedelta(minutes=75))
    people = [staffed.take_in(name=f"Person {number}") for number in range(9)]
    staffed.sql("UPDATE encounter SET period_start = now() - interval '2 days'")
    fast = [72.0] * 10 + [140.0] * 40 + [72.0] * 10
    for patient in people[:-1]:
        store(staffed, patient, "hr", fast, start=NOW - timedelta(hours=2))
    changed = {"limits": {"hr": {"high": 148}}}
    made = asked(staffed, "coordinator", settings=changed).json()
    result = done(staffed, "coordinator", made["id"])["result"]
    assert result["patients"] == 9
    assert sorted(one["patient"] for one in result["lost"]) == sorted(people[:-1])
    one = asked(staffed, "coordinator", settings=changed, patients=people[:1]).json()
    alone = done(staffed, "coordinator", one["id"])["result"]
    assert result["now"]["calls"] == 8 * alone["now"]["calls"] > 0


def test_what_could_not_be_set_is_not_tried(staffed: Ward) -> None:
    for wrong in (
        {"settings": {"limits": {"hr": {"high": 9000}}}},
        {"settings": {"nothing": {"there": 1}}},
        {"profile": "no such"},
        {"from": iso(NOW - timedelta(days=200))},
    ):
        refused = asked(staffed, "coordinator", **wrong)
        assert refused.status_code == 422, (wrong, refused.text)


def test_a_doctor_tries_one_patients_limits_which_stay_as_they_are(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    fast = [72.0] * 10 + [104.0] * 40 + [72.0] * 10
    store(ward, patient, "hr", fast, start=NOW - timedelta(hours=2))
    path = f"/patients/{patient}/limits/what-if"
    made = ward.post("doctor", path, {**SPAN, "limits": {"hr": {"high": 100}}})
    assert made.status_code == 202, made.text
    answer = f"{path}/{made.json()['id']}"
    wait_until(lambda: ward.get("doctor", answer).json()["state"] == "done", 60.0)
    result = ward.get("doctor", answer).json()["result"]
    assert [one["condition"] for one in result["gained"]] == ["limit_hr_high"]
    assert result["then"]["calls"] > result["now"]["calls"]
    assert ward.get("doctor", f"/patients/{patient}").json()["limits"] == {}
    assert ward.get("doctor", f"/alerts/what-if/{made.json()['id']}").status_code == 403
    assert ward.get("coordinator", f"/alerts/what-if/{made.json()['id']}").status_code == 404
    for wrong in (
        {"limits": {"hr": {"high": 340}}},
        {"profile": "none such"},
        {"limits": {"x": {}}},
    ):
        assert ward.post("doctor", path, wrong).status_code == 422, wrong
    other = ward.take_in(name="Somebody Else")
    assert ward.post("doctor", f"/patients/{other}/limits/what-if", {}).status_code == 404
