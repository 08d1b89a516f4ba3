"""One person's limits: bounded, confirmed when unusual, ended by time, with who and why."""

# ruff: noqa: ANN401 - bodies and answers are JSON of any shape

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.service.api.conftest import Ward

SOON = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
UNTIL = SOON.isoformat().replace("+00:00", "Z")
MEANT = {"confirm": True, "reason": "palliative, agreed with the family", "until": UNTIL}


def change(ward: Ward, patient: str, who: str = "doctor", **body: Any) -> Any:
    return ward.patch(who, f"/patients/{patient}", body)


def in_force(ward: Ward, patient: str, metric: str, who: str = "doctor") -> dict[str, Any]:
    found: dict[str, Any] = ward.get(who, f"/patients/{patient}").json()["limits_in_force"][metric]
    return found


@pytest.mark.parametrize(
    "limits",
    [{"spo2": {"low": 60}}, {"spo2": {"low": None}}, {"hr": {"high": None}}, {"temp": {"low": 33}}],
)
def test_an_unusual_limit_is_never_taken_in_silence(
    watched: tuple[Ward, str], limits: dict[str, Any]
) -> None:
    ward, patient = watched
    doubted = change(ward, patient, limits=limits)
    assert (doubted.status_code, doubted.json()["type"]) == (422, "doubtful")
    [metric] = limits
    [side] = limits[metric]
    assert doubted.json()["errors"][0]["field"] == f"limits.{metric}.{side}"
    assert doubted.json()["send"] == ['"confirm": true', '"reason"', '"until"']
    half = change(ward, patient, limits=limits, confirm=True, reason="because")
    assert half.json()["send"] == ['"until"']
    assert ward.get("doctor", f"/patients/{patient}").json()["limits"] == {}
    meant = change(ward, patient, limits=limits, **MEANT)
    assert meant.status_code == 200, meant.text
    assert meant.json()["limits"][metric] == {**limits[metric], "until": UNTIL}
    inside = {metric: {**limits[metric], **MEANT}}
    assert change(ward, patient, limits=inside).status_code == 200


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        ({"spo2": {"low": 40}}, "limits.spo2.low"),
        ({"hr": {"high": 260}}, "limits.hr.high"),
        ({"hr": {"low": 59, "high": 250}, "rr": {"low": 3}}, "limits.rr.low"),
        ({"sbp": {"high": 90}}, "limits.sbp.high"),
    ],
)
def test_a_hard_bound_is_never_passed(
    watched: tuple[Ward, str], limits: dict[str, Any], named: str
) -> None:
    ward, patient = watched
    refused = change(ward, patient, limits=limits, **MEANT)
    assert (refused.status_code, refused.json()["type"]) == (422, "invalid")
    assert named in {one["field"] for one in refused.json()["errors"]}


def test_an_end_must_lie_ahead_and_not_too_far(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    for until in ("2020-01-01T00:00:00Z", "2199-01-01T00:00:00Z"):
        body = {**MEANT, "until": until}
        refused = change(ward, patient, limits={"spo2": {"low": 60}}, **body)
        assert refused.json()["errors"][0]["field"] == "limits.spo2.until"


def test_who_what_when_and_why_stay_with_the_limit_and_in_the_audit(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    change(ward, patient, limits={"spo2": {"low": 60, **MEANT}})
    kept = ward.get("doctor", f"/patients/{patient}").json()["limits"]
    change(ward, patient, "coordinator", limits={**kept, "hr": {"low": 45, "high": 120}})
    told = in_force(ward, patient, "spo2")
    assert (told["low"], told["until"], told["set_by_name"]) == (60, UNTIL, "doctor")
    assert told["reason"] == MEANT["reason"]
    assert in_force(ward, patient, "hr")["set_by_name"] == "coordinator"
    [second, first] = ward.get("doctor", f"/patients/{patient}/limits/history").json()["items"]
    assert first["set_by_name"] == "doctor"
    assert first["reasons"] == {"spo2": MEANT["reason"]}
    assert {"setting": "limits.spo2.low", "old": "ward", "new": 60} in first["changes"]
    assert {"setting": "limits.hr.high", "old": "ward", "new": 120} in second["changes"]
    assert all("spo2" not in one["setting"] for one in second["changes"])
    record = ward.get("admin", "/audit").json()["items"]
    noted = [one["detail"] for one in record if one["action"] == "patient.limits"]
    assert {"setting": "limits.spo2.low", "old": "ward", "new": 60} in noted[-1]["changes"]
    everything = str(ward.sql("SELECT a::text FROM audit a")) + str(
        ward.sql("SELECT c::text FROM care_plan c")
    )
    assert "palliative" not in everything


def test_limits_in_force_are_the_persons_else_the_wards_with_their_origin(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    body = {"revision": 0, "reason": "agreed", "limits": {"hr": {"high": 120}}}
    assert ward.put("coordinator", "/wards/main/settings", body).status_code == 200
    change(ward, patient, limits={"hr": {"low": 45}, "spo2": {"high": 98}})
    hr = in_force(ward, patient, "hr")
    assert (hr["low"], hr["high"]) == (45, 120)
    assert hr["origin"] == {"low": "patient", "high": "ward"}
    assert hr["critical"] == {"low": 30, "high": 180}
    assert in_force(ward, patient, "spo2")["origin"] == {"low": "ward", "high": "patient"}
    assert in_force(ward, patient, "spo2")["low"] == 91
    change(ward, patient, spo2_scale=2)
    assert in_force(ward, patient, "spo2")["low"] == 86
    assert in_force(ward, patient, "temp")["set_by"] is None
    assert "weight" not in ward.get("doctor", f"/patients/{patient}").json()["limits_in_force"]


def test_a_child_is_told_the_limits_of_the_age(staffed: Ward) -> None:
    born = datetime.now(UTC).date() - timedelta(days=200)
    patient = staffed.take_in(birth_date=born.isoformat())
    hr = in_force(staffed, patient, "hr", "coordinator")
    assert (hr["origin"]["low"], hr["low"]) == ("age", 98)
    assert change(staffed, patient, "coordinator", limits={"hr": {"low": 95}}).status_code == 200
    doubted = change(staffed, patient, "coordinator", limits={"hr": {"low": 50}})
    assert doubted.json()["type"] == "doubtful"


def test_a_limit_that_has_ended_is_the_wards_again(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    change(ward, patient, limits={"spo2": {"low": 60, **MEANT}})
    ward.sql(
        "UPDATE care_plan SET limits = jsonb_set(limits, '{spo2,until}', %s::jsonb)",
        '"2020-01-01T00:00:00Z"',
    )
    told = in_force(ward, patient, "spo2")
    assert (told["low"], told["origin"]["low"], told["reason"]) == (91, "ward", None)


def test_admission_asks_the_same(staffed: Ward) -> None:
    body = {
        "name": "A",
        "birth_date": "1950-01-01",
        "sex": "other",
        "limits": {"spo2": {"low": 60}},
    }
    doubted = staffed.post("coordinator", "/patients", body)
    assert doubted.json()["type"] == "doubtful"
    assert staffed.get("coordinator", "/patients").json()["items"] == []
    made = staffed.post("coordinator", "/patients", {**body, **MEANT})
    assert made.status_code == 201
    assert made.json()["limits_in_force"]["spo2"]["reason"] == MEANT["reason"]


def test_delays_ages_and_a_profile_can_be_one_persons(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    body = {"profile": "spot", "settings": {"delays": {"spo2": 30}, "ages": {"hr": 60}}}
    unsaid = change(ward, patient, **body)
    assert unsaid.json()["errors"][0]["field"] == "reason"
    told = change(ward, patient, **body, reason="checks three times a day").json()
    assert (told["profile"], told["settings"]) == (body["profile"], body["settings"])
    less = change(ward, patient, settings={"ages": {"hr": None}}, reason="a watch").json()
    assert less["settings"] == {"delays": {"spo2": 30}}
    none = change(ward, patient, settings=None, profile=None, reason="as others").json()
    assert (none["profile"], none["settings"]) == (None, {})
    for wrong, named in (
        ({"settings": {"deadlines": {"urgent": 50}}}, "settings.deadlines.urgent"),
        ({"settings": {"delays": {"spo2": 9_999}}}, "settings.delays.spo2"),
        ({"settings": {"delays": {"of_yore": None}}}, "settings.delays.of_yore"),
        ({"profile": "wild"}, "profile"),
    ):
        refused = change(ward, patient, **wrong)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == named
    noted = [one["action"] for one in ward.get("admin", "/audit").json()["items"]]
    assert "patient.settings" in noted


def test_why_somebody_is_judged_by_delays_of_their_own_stays_in_the_history(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    change(ward, patient, settings={"delays": {"spo2": 30}}, reason="short apnoeas, known")
    change(ward, patient, limits={"hr": {"low": 45, "reason": "an athlete"}})
    change(ward, patient, profile="spot", reason="measures by hand")
    path = f"/patients/{patient}/limits/history"
    told = [
        (one["reasons"], one["set_by_name"]) for one in ward.get("doctor", path).json()["items"]
    ]
    assert told == [
        ({"settings": "measures by hand"}, "doctor"),
        ({"hr": "an athlete"}, "doctor"),
        ({"settings": "short apnoeas, known"}, "doctor"),
    ]
    assert ward.sql("SELECT FROM care_plan WHERE settings::text LIKE '%apnoea%'") == []


def test_a_pause_keeps_its_own_until(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    paused = {"state": "paused", "until": "2090-01-01T00:00:00Z"}
    both = change(ward, patient, "coordinator", limits={"spo2": {"low": 60}}, **paused)
    assert both.json()["send"] == ['"confirm": true', '"reason"', '"until"']
    limits = {"spo2": {"low": 60, **MEANT}}
    told = change(ward, patient, "coordinator", limits=limits, **paused).json()
    assert (told["until"], told["limits"]["spo2"]["until"]) == (paused["until"], UNTIL)
    later = change(ward, patient, "coordinator", limits={"rr": {"low": 8}}, until=UNTIL).json()
    assert (later["until"], later["limits"]["rr"]["until"]) == (paused["until"], UNTIL)
