"""Patients over HTTP: taking in, seeing by relation, changing, forgetting."""

from typing import Any

from tests.service.api.conftest import Ward


def test_a_patient_is_taken_in_and_read_again(staffed: Ward) -> None:
    whole: dict[str, Any] = {
        "external_id": "NHS-1",
        "phone": "+44 1",
        "emergency_contact": {"name": "B", "phone": "2", "relation": "sister"},
        "time_zone": "Europe/London",
        "spo2_scale": 2,
        "limits": {"spo2": {"low": 88, "high": None}},
    }
    patient = staffed.take_in(**whole)
    shown = staffed.get("coordinator", f"/patients/{patient}").json()
    assert shown["name"] == "Ada Byron"
    assert shown["birth_date"] == "1950-12-10"
    assert {name: shown[name] for name in whole} == whole
    assert shown["state"] == "active"
    listed = staffed.get("coordinator", "/patients").json()
    assert [one["id"] for one in listed["items"]] == [patient]
    found = staffed.get("coordinator", "/patients", params={"external_id": "NHS-1"}).json()
    assert [one["id"] for one in found["items"]] == [patient]


def test_nothing_personal_is_readable_in_the_database(staffed: Ward) -> None:
    patient = staffed.take_in(name="Zebedee Quux", external_id="NHS-99", phone="5551234")
    rows = staffed.sql("SELECT p::text FROM patient p WHERE id = %s", patient)
    rows += staffed.sql("SELECT a::text FROM audit a")
    everything = str(rows).lower()
    for secret in ("zebedee", "nhs-99", "5551234"):
        assert secret.encode().hex() not in everything
        assert secret not in everything


def test_relation_decides_who_sees_a_patient(staffed: Ward) -> None:
    patient = staffed.take_in()
    for who in ("doctor", "nurse", "patient"):
        assert staffed.get(who, f"/patients/{patient}").status_code == 404
        assert staffed.get(who, "/patients").json()["items"] == []
    team = {"clinicians": [staffed.ids["doctor"]]}
    assert staffed.put("coordinator", f"/patients/{patient}/care-team", team).status_code == 200
    assert staffed.get("doctor", f"/patients/{patient}").json()["name"] == "Ada Byron"
    assert staffed.get("nurse", f"/patients/{patient}").status_code == 404
    gone = staffed.put("coordinator", f"/patients/{patient}/care-team", {"clinicians": []})
    assert gone.json() == {"clinicians": []}
    assert staffed.get("doctor", f"/patients/{patient}").status_code == 404


def test_a_coordinator_sees_and_manages_their_ward_alone(staffed: Ward) -> None:
    staffed.add("elsewhere", "coordinator", ward="north")
    patient = staffed.take_in()
    assert staffed.get("elsewhere", f"/patients/{patient}").status_code == 404
    assert staffed.patch("elsewhere", f"/patients/{patient}", {"phone": "1"}).status_code == 404
    refused = staffed.post(
        "elsewhere",
        "/patients",
        {"name": "X", "birth_date": "1950-01-01", "sex": "male", "ward": "main"},
    )
    assert refused.status_code == 403


def test_a_patient_sees_themselves_once_linked(staffed: Ward) -> None:
    patient = staffed.take_in()
    made = staffed.post(
        "nobody", "/auth/register", {"username": "ada", "password": "a long password"}
    )
    assert made.status_code == 201
    assert made.json()["state"] == "pending"
    staffed.tokens["ada"] = staffed.log_in("ada", "a long password").json()["access_token"]
    assert staffed.get("ada", f"/patients/{patient}").status_code == 404
    waiting = staffed.get("coordinator", "/registrations").json()["items"]
    assert made.json()["id"] in [one["id"] for one in waiting]
    linked = staffed.put(
        "coordinator", f"/patients/{patient}/account", {"user_id": made.json()["id"]}
    )
    assert linked.status_code == 200
    assert staffed.get("ada", f"/patients/{patient}").json()["id"] == patient
    assert staffed.get("ada", "/me").json()["patient"] == patient
    assert staffed.patch("ada", f"/patients/{patient}", {"phone": "1"}).status_code == 403


def test_a_doctor_sets_limits_and_scale_and_nothing_else(staffed: Ward) -> None:
    patient = staffed.take_in()
    body = {"limits": {"hr": {"low": 45, "high": 120}}, "spo2_scale": 2}
    assert staffed.patch("doctor", f"/patients/{patient}", body).status_code == 404
    team = {"clinicians": [staffed.ids["doctor"]]}
    staffed.put("coordinator", f"/patients/{patient}/care-team", team)
    changed = staffed.patch("doctor", f"/patients/{patient}", body)
    assert changed.status_code == 200, changed.text
    assert changed.json()["limits"] == body["limits"]
    assert changed.json()["plan_revision"] == 2
    assert staffed.patch("doctor", f"/patients/{patient}", {"phone": "1"}).status_code == 403
    who = staffed.sql("SELECT set_by::text FROM care_plan WHERE revision = 2")
    assert who == [(staffed.ids["doctor"],)]


def test_pausing_needs_an_end_and_discharging_stays(staffed: Ward) -> None:
    patient = staffed.take_in()
    path = f"/patients/{patient}"
    assert staffed.patch("coordinator", path, {"state": "paused"}).status_code == 422
    past = {"state": "paused", "until": "2001-01-01T00:00:00Z"}
    assert staffed.patch("coordinator", path, past).json()["errors"][0]["field"] == "until"
    ahead = {"state": "paused", "until": "2090-01-01T00:00:00Z"}
    assert staffed.patch("coordinator", path, ahead).json()["until"] == "2090-01-01T00:00:00Z"
    assert staffed.patch("coordinator", path, {"phone": "7"}).json()["state"] == "paused"
    active = staffed.patch("coordinator", path, {"state": "active"}).json()
    assert (active["state"], active["until"]) == ("active", None)
    gone = staffed.patch("coordinator", path, {"state": "discharged"}).json()
    assert gone["state"] == "discharged"


def test_an_external_id_belongs_to_one_patient(staffed: Ward) -> None:
    staffed.take_in(external_id="E-1")
    other = staffed.take_in(name="Else")
    body = {"name": "Third", "birth_date": "1950-01-01", "sex": "other", "external_id": "E-1"}
    assert staffed.post("coordinator", "/patients", body).status_code == 409
    taken = staffed.patch("coordinator", f"/patients/{other}", {"external_id": "E-1"})
    assert taken.status_code == 409
    assert staffed.get("coordinator", f"/patients/{other}").json()["external_id"] is None


WRONG: list[tuple[str, object, str]] = [
    ("name", "", "name"),
    ("birth_date", "2199-01-01", "birth_date"),
    ("birth_date", "31.12.1950", "birth_date"),
    ("sex", "x", "sex"),
    ("time_zone", "Moon/Base", "time_zone"),
    ("spo2_scale", 3, "spo2_scale"),
    ("limits", {"spo2": {"low": 95, "high": 90}}, "limits.spo2"),
    ("limits", {"charm": {"low": 1}}, "limits"),
    ("limits", {"spo2": {"low": 400}}, "limits"),
    ("nickname", "A", "nickname"),
]


def test_what_is_wrong_is_named(staffed: Ward) -> None:
    for field, value, named in WRONG:
        body = {"name": "A", "birth_date": "1950-01-01", "sex": "other", field: value}
        refused = staffed.post("coordinator", "/patients", body)
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["errors"][0]["field"] == named


def test_lists_come_in_pages(staffed: Ward) -> None:
    made = [staffed.take_in(name=f"P{n}") for n in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        page = staffed.get("coordinator", "/patients", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made
    bad = staffed.get("coordinator", "/patients", params={"cursor": "!!"})
    assert bad.json()["errors"][0]["field"] == "cursor"


def test_an_erased_person_cannot_be_read_again_and_the_record_still_verifies(staffed: Ward) -> None:
    patient = staffed.take_in(external_id="E-1")
    path = f"/patients/{patient}"
    assert staffed.post("admin", f"{path}/erase").status_code == 409
    staffed.patch("coordinator", path, {"state": "discharged"})
    assert staffed.post("coordinator", f"{path}/erase").status_code == 403
    assert staffed.post("admin", f"{path}/erase").status_code == 204
    for who in ("admin", "coordinator"):
        assert staffed.get(who, path).status_code == 404
        assert patient not in staffed.get(who, "/patients").text
    assert staffed.sql("SELECT count(*) FROM patient_key") == [(0,)]
    assert staffed.patch("coordinator", path, {"phone": "1"}).status_code == 404
    assert staffed.post("admin", f"{path}/erase").status_code == 404
    record = staffed.get("admin", "/audit").json()
    assert record["verification"]["ok"]
    assert "patient.erase" in [one["action"] for one in record["items"]]
    assert staffed.take_in(external_id="E-1") != patient


def test_a_language_is_a_code_kept_with_the_record_and_gone_with_the_person(staffed: Ward) -> None:
    patient = staffed.take_in(language="pl")
    path = f"/patients/{patient}"
    assert staffed.get("coordinator", path).json()["language"] == "pl"
    for wrong in ("Polish", "PL", "", "p", 7, True):
        answer = staffed.patch("coordinator", path, {"language": wrong})
        assert answer.status_code == 422, wrong
    staffed.patch("coordinator", path, {"sex": "male"})
    assert staffed.get("coordinator", path).json()["language"] == "pl", "what is left out stays"
    assert staffed.patch("coordinator", path, {"language": None}).json()["language"] is None
    staffed.patch("coordinator", path, {"language": "tr", "state": "discharged"})
    assert staffed.post("admin", f"{path}/erase").status_code == 204
    ((kept,),) = staffed.sql("SELECT language FROM patient WHERE id = %s", patient)
    assert kept is None
