"""A stay has an end: what it gave ends with it; and so does what a ward gave who leaves it."""

import base64
import time

import psycopg
import pytest
from nacl.signing import SigningKey

from analytics.domain.care import Role
from gateway import migrations
from tests.service.api.conftest import Ward
from tests.support.databases import DatabaseServer

BEFORE = """
    INSERT INTO app_user (username, password_hash, role) VALUES ('d', 'x', 'doctor');
    INSERT INTO patient (bucket, sealed, sex, state, created_at)
    SELECT 0, '', 'unknown', state, now() - interval '9 days'
      FROM unnest(ARRAY['active', 'discharged']) state;
    INSERT INTO care_team SELECT p.no, u.id FROM patient p, app_user u;
    INSERT INTO patient_now (patient_no, received) VALUES (2, now() - interval '1 day');
    INSERT INTO device (id, patient_no, kind, state, registered_at, bound_from)
    SELECT 'w-0' || no, no, 'watch', 'enrolled', created_at, created_at FROM patient;
"""
EPISODE = """
    INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, measured_at,
                         raised_at, message, acknowledged_by, acknowledged_at)
    VALUES (%s, %s, %s, 'high', %s, now(), now(), now(), 'x', %s, now()) RETURNING id::text
"""


def enrolment(token: str) -> dict[str, str]:
    key = SigningKey.generate()
    public = base64.b64encode(bytes(key.verify_key)).decode()
    said = f"homeward-enrol/1\n{token}\n{public}\n\n".encode()
    proof = base64.b64encode(key.sign(said).signature).decode()
    return {"token": token, "public_key": public, "proof": proof}


def registered(ward: Ward, patient: str, **more: object) -> dict[str, str]:
    made = ward.post("coordinator", f"/patients/{patient}/devices", {"kind": "watch", **more})
    assert made.status_code == 201, made.text
    body: dict[str, str] = made.json()
    return body


def enrolled(ward: Ward, patient: str, **more: object) -> str:
    if not ward.sql("SELECT FROM gateway_key"):
        ward.sql("INSERT INTO gateway_key VALUES (%s, %s, now())", b"s" * 32, b"b" * 32)
    made = registered(ward, patient, **more)
    assert ward.post("nobody", "/enrol", enrolment(made["enrolment_token"])).status_code == 201
    return made["id"]


def alert(ward: Ward, patient: str, condition: str, kind: str = "clinical") -> str:
    holder = ward.ids["doctor"]
    state = "acknowledged" if kind == "clinical" else "open"
    found: str = ward.sql(EPISODE, ward.number(patient), condition, kind, state, holder)[0][0]
    return found


def closed(ward: Ward, patient: str) -> bool:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        rows = ward.sql("SELECT state FROM episode WHERE patient_no = %s", ward.number(patient))
        if rows and {state for (state,) in rows} == {"expired"}:
            return True
        time.sleep(0.05)
    return False


def discharge(ward: Ward, patient: str) -> None:
    gone = ward.patch("coordinator", f"/patients/{patient}", {"state": "discharged"})
    assert gone.status_code == 200, gone.text


def test_a_discharge_ends_what_the_stay_gave(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/patients/{patient}"
    device = enrolled(ward, patient)
    waiting = registered(ward, patient)
    for condition, kind in (("news2_urgent", "clinical"), ("silent", "technical")):
        alert(ward, patient, condition, kind)
    assert ward.get("doctor", path).status_code == 200
    discharge(ward, patient)
    assert ward.get("doctor", path).status_code == 404
    assert ward.get("doctor", f"/alerts?patient={patient}").json()["items"] == []
    assert closed(ward, patient)
    assert ward.get("coordinator", path).json()["care_team"] == []
    (stay,) = ward.get("coordinator", f"{path}/encounters").json()["items"]
    assert (stay["status"], stay["class"]) == ("finished", "VR")
    assert stay["participants"] == [ward.ids["doctor"]]
    shown = {one["id"]: one for one in ward.get("coordinator", f"{path}/devices").json()["items"]}
    assert shown[device]["bound_to"] is not None
    assert shown[device]["state"] == "enrolled"  # its key stands for what it measured before
    late = ward.post("nobody", "/enrol", enrolment(waiting["enrolment_token"]))
    assert late.status_code == 401
    assert ward.post("coordinator", f"/devices/{device}/token").status_code == 409
    assert ward.post("coordinator", f"{path}/devices", {"kind": "watch"}).status_code == 409
    team = {"clinicians": [ward.ids["doctor"]]}
    assert ward.put("coordinator", f"{path}/care-team", team).status_code == 409


def test_a_plan_in_force_gives_nothing_after_a_discharge(staffed: Ward) -> None:
    patient = staffed.take_in()
    no = staffed.number(patient)
    (doctor,) = staffed.sql(
        "INSERT INTO doctor (name, user_id) VALUES ('D', %s) RETURNING id", staffed.ids["doctor"]
    )[0]
    (plan,) = staffed.sql(
        "INSERT INTO plan (made_at, cause, status, input, answer) "
        "VALUES (now(), 'test', 'optimal', '{}', '{}') RETURNING id"
    )[0]
    assign = (
        "INSERT INTO assignment (patient_no, doctor_id, minutes, plan_id) VALUES (%s, %s, 1, %s)"
    )
    staffed.sql(assign, no, doctor, plan)
    assert staffed.get("doctor", f"/patients/{patient}").status_code == 200
    discharge(staffed, patient)
    assert staffed.sql("SELECT FROM assignment WHERE patient_no = %s", no) == []
    staffed.sql(assign, no, doctor, plan)  # by a planner that had read the patients before
    assert staffed.get("doctor", f"/patients/{patient}").status_code == 404


def test_a_readmission_is_a_stay_of_its_own(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/patients/{patient}"
    device = enrolled(ward, patient)
    alert(ward, patient, "news2_urgent")
    discharge(ward, patient)
    back = ward.patch("coordinator", path, {"state": "active"})
    assert back.json()["care_team"] == []
    assert closed(ward, patient)  # though they came back before anybody had looked
    assert ward.get("doctor", path).status_code == 404
    stays = ward.get("coordinator", f"{path}/encounters").json()["items"]
    assert [one["status"] for one in stays] == ["in-progress", "finished"]
    assert stays[0]["period"]["start"] >= stays[1]["period"]["end"]
    (old,) = ward.get("coordinator", f"{path}/devices").json()["items"]
    assert (old["id"], old["bound_to"] is None) == (device, False)
    marks = ward.sql("SELECT payload ->> 'encounter' FROM lane_input WHERE kind = 'encounter'")
    assert marks == [(stays[0]["id"],)]
    ward.patch("coordinator", path, {"state": "active"})
    assert len(ward.get("coordinator", f"{path}/encounters").json()["items"]) == 2


def test_hardware_is_in_one_use_at_a_time(staffed: Ward) -> None:
    first, second = staffed.take_in(), staffed.take_in(name="Else")
    device = enrolled(staffed, first, serial="SN 17a")
    again = {"kind": "watch", "serial": "sn17A "}
    refused = staffed.post("coordinator", f"/patients/{second}/devices", again)
    assert refused.status_code == 409
    assert device in refused.json()["detail"]
    released = staffed.post("coordinator", f"/devices/{device}/release")
    assert released.json()["bound_to"] is not None
    assert staffed.post("coordinator", f"/devices/{device}/release").json() == released.json()
    assert registered(staffed, second, serial="SN 17a")["id"] != device
    discharge(staffed, second)
    registered(staffed, first, serial="sn17a")


@pytest.mark.parametrize("end", ["release", "revoke", "discharge"])
def test_a_device_whose_use_has_ended_is_told_nothing_about_its_patient(
    staffed: Ward, end: str
) -> None:
    patient = staffed.take_in()
    device = enrolled(staffed, patient)
    path = f"/devices/{device}/commands"
    said = {"command": "message", "args": {"text": "Ada, please call us about your heart"}}
    assert staffed.post("coordinator", path, said).status_code == 201
    if end == "discharge":
        discharge(staffed, patient)
    else:
        assert staffed.post("coordinator", f"/devices/{device}/{end}").status_code == 200
    (waiting,) = staffed.get("coordinator", path).json()["items"]
    assert waiting["state"] == "expired"
    assert staffed.sql("SELECT args FROM command") == [({},)]
    assert staffed.post("coordinator", path, said).status_code == 409


def test_a_serial_in_use_in_another_ward_tells_nothing_of_it(staffed: Ward) -> None:
    staffed.add("far", Role.COORDINATOR, ward="far")
    theirs = staffed.take_in("far")
    made = staffed.post("far", f"/patients/{theirs}/devices", {"kind": "watch", "serial": "77"})
    mine = {"kind": "watch", "serial": "77"}
    refused = staffed.post("coordinator", f"/patients/{staffed.take_in()}/devices", mine)
    assert refused.status_code == 409
    assert made.json()["id"] not in refused.text
    assert theirs not in refused.text


def test_the_database_itself_keeps_uses_and_stays_apart(staffed: Ward) -> None:
    patient = staffed.take_in()
    no = staffed.number(patient)
    overlapping = (
        ("INSERT INTO encounter (patient_no, period_start) VALUES (%s, now())", (no,)),
        (
            (
                "INSERT INTO device (id, patient_no, kind, registered_at, serial_mark)"
                " SELECT 'w-' || n, %s, 'watch', now() - interval '1 hour' * n, 5"
                "   FROM generate_series(1, 2) n"
            ),
            (no,),
        ),
    )
    for statement, values in overlapping:
        with pytest.raises(psycopg.errors.ExclusionViolation):
            staffed.sql(statement, *values)


def test_who_moves_to_another_ward_loses_what_the_old_one_gave(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/patients/{patient}"
    ward.sql("INSERT INTO doctor (name, user_id) VALUES ('D', %s)", ward.ids["doctor"])
    held = alert(ward, patient, "news2_urgent")
    ward.sql("UPDATE episode SET doctor_id = (SELECT id FROM doctor) WHERE id = %s", held)
    assert ward.get("doctor", f"/alerts/{held}").status_code == 200
    user = f"/users/{ward.ids['doctor']}"
    assert ward.patch("admin", user, {"ward": "far"}).status_code == 200
    assert ward.get("doctor", path).status_code == 401
    signed_in_again = "UPDATE session_token SET revoked_at = NULL"
    ward.sql(signed_in_again)
    assert ward.get("doctor", path).status_code == 404
    assert ward.get("doctor", f"/alerts/{held}").status_code == 404
    assert ward.sql("SELECT ward FROM doctor") == [("far",)]
    assert ward.sql("SELECT doctor_id FROM episode WHERE id = %s", held) == [(None,)]
    ward.sql("UPDATE episode SET acknowledged_by = NULL WHERE id = %s", held)
    ward.patch("admin", user, {"ward": "main"})
    ward.sql(signed_in_again)
    assert ward.get("doctor", path).status_code == 404


def test_who_is_moved_to_another_ward_leaves_the_old_care_team(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/patients/{patient}"
    ward.put("coordinator", f"{path}/account", {"user_id": ward.ids["patient"]})
    moved = ward.patch("admin", path, {"ward": "far"})
    assert moved.json()["care_team"] == []
    assert ward.get("patient", "/me").json()["ward"] == "far"
    ward.patch("admin", path, {"ward": "main"})
    assert ward.get("doctor", path).status_code == 404


def test_an_account_is_parted_from_its_record(staffed: Ward) -> None:
    mine, other = staffed.take_in(), staffed.take_in(name="Else")
    user = staffed.ids["patient"]
    link = {"user_id": user}
    staffed.put("coordinator", f"/patients/{mine}/account", link)
    assert staffed.get("patient", f"/patients/{mine}").status_code == 200
    wrong = staffed.call("coordinator", "DELETE", f"/patients/{other}/account/{user}")
    assert wrong.status_code == 404
    gone = staffed.call("coordinator", "DELETE", f"/patients/{mine}/account/{user}")
    assert gone.status_code == 204
    assert staffed.get("patient", "/me").status_code == 401
    assert staffed.sql("SELECT patient_no, state FROM app_user WHERE id = %s", user) == [
        (None, "pending")
    ]
    assert staffed.put("coordinator", f"/patients/{other}/account", link).status_code == 200
    parted = staffed.patch("admin", f"/users/{user}", {"patient": None})
    assert parted.json()["patient"] is None
    assert staffed.patch("admin", f"/users/{user}", {"patient": other}).status_code == 422


def test_a_ward_from_before_there_were_stays_gets_them(postgres_server: DatabaseServer) -> None:
    with postgres_server.empty() as database:
        migrations.upgrade(database.superuser, "0006")
        with psycopg.connect(database.superuser, autocommit=True) as connection:
            connection.execute(BEFORE)
            migrations.upgrade(database.superuser)
            stays = connection.execute(
                "SELECT patient_no, status, cardinality(participants) FROM encounter ORDER BY 1"
            ).fetchall()
            assert stays == [(1, "in-progress", 0), (2, "finished", 1)]
            devices = connection.execute("SELECT bound_to IS NULL FROM device ORDER BY no")
            assert devices.fetchall() == [(True,), (False,)]
            team = connection.execute("SELECT patient_no FROM care_team").fetchall()
            assert team == [(1,)]
