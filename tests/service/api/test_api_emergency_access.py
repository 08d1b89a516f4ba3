"""Emergency access: an hour's sight of somebody else's patient, loud, with a reason; who looked."""

# ruff: noqa: ANN401 - answers are JSON of any shape

from typing import Any

import pytest

from api.alerting.emergency_access import standing_accesses
from tests.service.api.conftest import Ward
from tests.service.api.writing import store

REASON = "Found unconscious at home, no relation yet"


@pytest.fixture
def other(staffed: Ward) -> tuple[Ward, str]:
    """A patient whom the nurse has nothing to do with."""
    return staffed, staffed.take_in(external_id="R-17")


def asked(ward: Ward, who: str = "nurse", **more: Any) -> Any:
    return ward.post(who, "/emergency-access", {"reason": REASON, **more})


def test_an_hour_of_sight_for_a_reason(other: tuple[Ward, str]) -> None:
    ward, patient = other
    assert ward.get("nurse", f"/patients/{patient}").status_code == 404
    made = asked(ward, external_id="R-17")
    assert made.status_code == 201, made.text
    assert made.json()["patient"] == patient
    assert ward.get("nurse", f"/patients/{patient}").status_code == 200
    assert ward.get("doctor", f"/patients/{patient}").status_code == 404
    (told,) = ward.get("coordinator", f"/patients/{patient}/emergency-access").json()["items"]
    assert (told["reason"], told["by_name"], told["active"]) == (REASON, "nurse", True)
    ((sealed,),) = ward.sql("SELECT reason FROM emergency_access")
    assert "unconscious" not in sealed
    ward.sql("UPDATE emergency_access SET until = now()")
    assert ward.get("nurse", f"/patients/{patient}").status_code == 404


@pytest.mark.parametrize("who", ["nurse", "coordinator"])
def test_it_is_ended_by_who_has_it_or_the_coordinator(other: tuple[Ward, str], who: str) -> None:
    ward, patient = other
    access = asked(ward, patient=patient).json()["id"]
    assert ward.post("doctor", f"/emergency-access/{access}/end").status_code == 404
    assert ward.post(who, f"/emergency-access/{access}/end").status_code == 204
    assert ward.get("nurse", f"/patients/{patient}").status_code == 404


def test_what_is_no_emergency_is_refused(other: tuple[Ward, str]) -> None:
    ward, patient = other
    assert asked(ward, patient=patient, reason="why not").status_code == 422
    assert asked(ward).status_code == 422
    assert asked(ward, patient=patient, external_id="R-17").status_code == 422
    assert asked(ward, external_id="R-18").status_code == 404
    for who in ("coordinator", "patient", "admin"):
        assert asked(ward, who, patient=patient).status_code == 403
    ward.add("elsewhere", "nurse", ward="b")
    assert asked(ward, "elsewhere", patient=patient).status_code == 404
    ward.patch("coordinator", f"/patients/{patient}", {"state": "discharged"})
    assert asked(ward, patient=patient).status_code == 404


def test_the_coordinator_is_told_of_each_patient_once() -> None:
    rows = [
        {"id": "a", "patient_no": 7, "ward": "main", "by_name": "Nurse A"},
        {"id": "b", "patient_no": 7, "ward": "main", "by_name": "Dr B"},
        {"id": "c", "patient_no": 9, "ward": "main", "by_name": "Dr B"},
    ]
    found = standing_accesses(1_000, rows)
    assert [one.subject.patient_no for one in found] == [7, 9]
    assert "Nurse A, Dr B" in found[0].finding.message
    assert found[0].finding.detail == {"accesses": ["a", "b"]}


def test_a_patient_reads_who_looked(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    ward.sql("UPDATE app_user SET state = 'pending' WHERE username = 'patient'")
    account = {"user_id": ward.ids["patient"]}
    assert ward.put("coordinator", f"/patients/{patient}/account", account).status_code == 200
    ward.add("own", "patient")
    ward.sql(
        "UPDATE app_user SET patient_no = (SELECT patient_no FROM app_user "
        "WHERE username = 'patient') WHERE username = 'own'"
    )
    assert ward.get("own", "/audit/me").status_code == 200
    ward.get("doctor", f"/patients/{patient}")
    ward.get("coordinator", "/panel")
    asked(ward, patient=patient)
    items = ward.get("own", "/audit/me").json()["items"]
    said = {(one["who"], one["what"]) for one in items}
    assert ("doctor", "looked at your record") in said
    assert ("coordinator", "saw you in the list of patients") in said
    assert ("nurse", "opened your record in an emergency, with a reason") in said
    first = ward.get("own", "/audit/me", params={"limit": 2}).json()
    second = ward.get("own", "/audit/me", params={"limit": 2, "cursor": first["next"]}).json()
    assert len(first["items"]) == 2
    assert first["items"] != second["items"]
    assert ward.get("doctor", "/audit/me").status_code == 403
    ward.add("stranger", "patient")
    assert ward.get("stranger", "/audit/me").json()["items"] == []


def test_a_patient_takes_the_whole_record_along(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    other = ward.take_in(name="Somebody Else")
    store(ward, patient, "hr", [70.0, 71.0])
    store(ward, other, "hr", [90.0])
    ward.add("own", "patient")
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'own'", ward.number(patient))
    answer = ward.get("own", "/me/export")
    assert answer.status_code == 200
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    kinds = [one["resource"]["resourceType"] for one in bundle["entry"]]
    assert (kinds.count("Patient"), kinds.count("Observation")) == (1, 2)
    assert "Somebody Else" not in answer.text
    assert ward.get("doctor", "/me/export").status_code == 403
    ward.add("unlinked", "patient")
    assert ward.get("unlinked", "/me/export").json()["entry"] == []
