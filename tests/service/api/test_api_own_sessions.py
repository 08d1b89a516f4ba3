"""One's own sessions: told with their origin, ended one by one or all; the audit tells it too."""

from uuid import uuid4

from tests.service.api.conftest import PASSWORD, Ward

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def opened(ward: Ward, who: str, name: str) -> None:
    """Sign somebody in from Firefox, and call that session ``name``."""
    form = {"username": who, "password": PASSWORD}
    headers = {"User-Agent": FIREFOX}
    answer = ward.client.post("/api/v1/auth/login", data=form, headers=headers)
    ward.tokens[name] = answer.json()["access_token"]


def test_each_session_tells_where_and_by_what_it_was_opened(staffed: Ward) -> None:
    opened(staffed, "nurse", "second")
    items = staffed.get("second", "/me/sessions").json()["items"]
    assert len(items) == 2
    (own,) = [one for one in items if one["current"]]
    assert (own["machine"], own["address"]) == ("Firefox on Linux", "127.0.0.1")
    assert (own["kind"], own["proved_by"]) == ("bearer", "password")
    assert len(staffed.get("doctor", "/me/sessions").json()["items"]) == 1


def test_a_session_is_ended_by_its_owner_alone(staffed: Ward) -> None:
    opened(staffed, "nurse", "second")
    items = staffed.get("nurse", "/me/sessions").json()["items"]
    (other,) = [one["id"] for one in items if not one["current"]]
    assert staffed.call("admin", "DELETE", f"/me/sessions/{other}").status_code == 404
    assert staffed.call("nurse", "DELETE", f"/me/sessions/{uuid4()}").status_code == 404
    assert staffed.call("nurse", "DELETE", f"/me/sessions/{other}").status_code == 204
    assert staffed.get("second", "/me").status_code == 401
    assert staffed.get("nurse", "/me").status_code == 200
    assert staffed.call("nurse", "DELETE", f"/me/sessions/{other}").status_code == 404


def test_logging_out_everywhere_else_keeps_this_one(staffed: Ward) -> None:
    opened(staffed, "nurse", "second")
    ended = staffed.call("second", "DELETE", "/me/sessions", params={"others": True})
    assert ended.status_code == 204
    assert staffed.get("nurse", "/me").status_code == 401
    assert staffed.get("second", "/me").status_code == 200
    assert staffed.call("second", "DELETE", "/me/sessions").status_code == 204
    assert staffed.get("second", "/me").status_code == 401
    assert staffed.get("doctor", "/me").status_code == 200


def test_the_audit_tells_from_where_and_by_what_right(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    headers = {"User-Agent": FIREFOX}
    assert ward.get("doctor", f"/patients/{patient}", headers=headers).status_code == 200
    ward.get("coordinator", "/patients")
    items = ward.get("admin", "/audit", params={"patient": patient}).json()["items"]
    (read,) = [one["detail"] for one in items if one["action"] == "patient.read"]
    assert read["why"] == "care team"
    session = ward.get("doctor", "/me/sessions").json()["items"][0]["id"]
    place = {"address": "127.0.0.1", "machine": "Firefox on Linux", "session": session}
    assert read["from"] == place
    assert "patients.list" in [one["action"] for one in items]  # a list that they were in
    ward.add("own", "patient")
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'own'", ward.number(patient))
    ward.get("own", f"/patients/{patient}", headers=headers)
    items = ward.get("admin", "/audit", params={"patient": patient}).json()["items"]
    own = next(one["detail"] for one in items if one["username"] == "own")
    assert own["why"] == "own record"
    assert set(own["from"]) == {"session"}  # no address of a home: the audit outlives an erasure
    looked = ward.get("own", "/audit/me").json()["items"]
    assert "care team" in {one["why"] for one in looked if one["who"] == "doctor"}


def test_an_emergency_is_told_as_the_reason(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    body = {"patient": patient, "reason": "found unconscious at home"}
    assert ward.post("nurse", "/emergency-access", body).status_code == 201
    assert ward.get("nurse", f"/patients/{patient}").status_code == 200
    items = ward.get("admin", "/audit", params={"patient": patient}).json()["items"]
    (read,) = [one for one in items if one["action"] == "patient.read"]
    assert read["detail"]["why"] == "emergency access"
