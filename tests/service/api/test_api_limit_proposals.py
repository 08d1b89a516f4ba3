"""What a person's own readings propose of their limits; a person takes it over, or nobody does."""

from datetime import timedelta

from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, store


def two_weeks(ward: Ward, patient: str, spo2: list[float]) -> None:
    for day in range(1, 14):
        for at in range(3):
            when = NOW - timedelta(days=day, hours=3 * at)
            frame_id = 1000 * day + at
            store(ward, patient, "spo2", [spo2[at]], start=when, frame_id=frame_id)


def test_a_limit_that_calls_for_what_is_usual_is_proposed_and_accepted_by_a_doctor(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    path = f"/patients/{patient}/limits/proposals"
    assert ward.get("doctor", path).json() == {"items": [], "next": None}
    ward.patch("doctor", f"/patients/{patient}", {"limits": {"hr": {"high": 120}}})
    two_weeks(ward, patient, [88, 89, 90])
    [told] = ward.get("doctor", path).json()["items"]
    assert (told["metric"], told["side"], told["now"]) == ("spo2", "low", 91)
    assert told["proposed"] == 88
    assert told["readings"] == 39
    assert max(point["a_day"] for point in told["curve"]) > 2
    before = ward.get("doctor", f"/patients/{patient}").json()
    assert before["limits_in_force"]["spo2"]["origin"]["low"] == "ward"  # nothing by itself
    sent = {**told["send"], "revision": before["revision"]}
    assert ward.patch("doctor", f"/patients/{patient}", sent).status_code == 200
    after = ward.get("doctor", f"/patients/{patient}").json()["limits_in_force"]
    assert (after["spo2"]["low"], after["spo2"]["set_by"]) == (88, ward.ids["doctor"])
    assert after["hr"]["high"] == 120
    assert "39 readings" in after["spo2"]["reason"]
    assert ward.get("doctor", path).json()["items"] == []


def test_only_those_who_care_for_the_patient_read_proposals(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    other = ward.take_in()
    assert ward.get("doctor", f"/patients/{other}/limits/proposals").status_code == 404
    assert ward.get("coordinator", f"/patients/{patient}/limits/proposals").status_code == 200
