"""FHIR's Task and Subscription; whatever there is is found by its id."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.service.api.conftest import Ward
from tests.service.api.test_api_fhir import asked, entries

HOOK = {
    "resourceType": "Subscription",
    "status": "requested",
    "reason": "the bed board",
    "criteria": "Flag?",
    "channel": {"type": "rest-hook", "endpoint": "https://hooks.example.org/fhir"},
}


def send(ward: Ward, who: str, method: str, place: str, **more: Any) -> Any:  # noqa: ANN401
    headers = {"Authorization": f"Bearer {ward.tokens[who]}"}
    return ward.client.request(method, f"/fhir/r4/{place}", headers=headers, **more)


@pytest.fixture
def cared(watched: tuple[Ward, str]) -> tuple[Ward, str]:
    ward, patient = watched
    ward.sql("UPDATE app_user SET state = 'pending' WHERE id = %s", ward.ids["patient"])
    account = {"user_id": ward.ids["patient"]}
    assert ward.put("coordinator", f"/patients/{patient}/account", account).status_code == 200
    said = ward.post("doctor", f"/patients/{patient}/messages", {"text": "Drink more water"})
    assert said.status_code == 201, said.text
    answered = ward.post("patient", f"/patients/{patient}/messages", {"text": "I shall"})
    assert answered.status_code == 201, answered.text
    assert ward.post("patient", "/me/call-requests", {"about": "my pills"}).status_code == 201
    noted = ward.post("doctor", f"/patients/{patient}/notes", {"text": "seems lonely"})
    assert noted.status_code == 201, noted.text
    return ward, patient


def words_of(document: dict[str, Any]) -> str:
    """The text of a DocumentReference."""
    return base64.b64decode(document["content"][0]["attachment"]["data"]).decode()


def test_what_is_asked_for_is_told_to_who_may_see_the_patient(cared: tuple[Ward, str]) -> None:
    ward, patient = cared
    (call,) = entries(asked(ward, "doctor", f"Task?patient={patient}"))
    assert (call["status"], call["description"]) == ("requested", "my pills")
    assert call["for"] == {"reference": f"Patient/{patient}"}
    assert asked(ward, "doctor", f"Task/{call['id']}").status_code == 200
    assert asked(ward, "nurse", f"Task/{call['id']}").status_code == 404
    assert entries(asked(ward, "nurse", f"Task?patient={patient}")) == []
    assert asked(ward, "doctor", "Task").status_code == 400


def test_every_type_is_found_by_id_alone_and_of_that_patient(cared: tuple[Ward, str]) -> None:
    ward, patient = cared
    other = ward.take_in(name="Somebody Else")
    kinds = ("Patient", "Encounter", "CareTeam", "Communication", "Task", "DocumentReference")
    for kind in kinds:
        if kind == "Patient":
            key = patient
        else:
            key = entries(asked(ward, "coordinator", f"{kind}?patient={patient}"))[0]["id"]
        found = entries(asked(ward, "coordinator", f"{kind}?_id={key}"))
        assert [one["id"] for one in found] == [key], kind
        if kind != "Patient":
            theirs = asked(ward, "coordinator", f"{kind}?_id={key}&patient={other}")
            assert entries(theirs) == [], kind
        assert entries(asked(ward, "coordinator", f"{kind}?_id={uuid4()}")) == []
        assert entries(asked(ward, "nurse", f"{kind}?_id={key}")) == []


def test_what_was_written_of_a_person_leaves_with_their_record(
    cared: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note, a statement, and the notes of a consultation once it is signed; drafts do not."""
    ward, patient = cared
    for kind, text in (("allergies", "penicillin"), ("note", "her daughter helps")):
        body = {"kind": kind, "text": text}
        assert ward.post("nurse", f"/patients/{patient}/notes", body).status_code == 404
        assert ward.post("doctor", f"/patients/{patient}/notes", body).status_code == 201
    doctor = ward.post("coordinator", "/doctors", {"name": "Dr A"}).json()["id"]
    sealed = ward.sql("SELECT text FROM patient_note ORDER BY written_at LIMIT 1")[0][0]
    now = datetime.now(UTC)
    for hours, signed in ((1, True), (3, False)):
        ward.sql(
            "INSERT INTO consultation (patient_no, doctor_id, during, wish, state, booked_at, "
            "booked_by, notes, signed_at, signed_by, signature) VALUES (%s, %s, "
            "tstzrange(%s, %s), 'video', 'ended', now(), %s, %s, %s, %s, %s)",
            ward.number(patient),
            doctor,
            now - timedelta(hours=hours),
            now - timedelta(hours=hours - 1),
            ward.ids["doctor"],
            sealed,
            now if signed else None,
            ward.ids["doctor"],
            b"x" if signed else None,
        )
    said = {"seems lonely", "penicillin", "her daughter helps"}
    bundle = ward.get("patient", "/me/export").json()["entry"]
    kinds = {one["resource"]["resourceType"] for one in bundle}
    assert {"Communication", "Task", "Appointment", "DocumentReference"} <= kinds
    documents = [
        one["resource"] for one in bundle if one["resource"]["resourceType"] == "DocumentReference"
    ]
    assert {words_of(one) for one in documents} == said
    assert len(documents) == 4
    assert [one["type"]["text"] for one in documents].count("Consult note") == 1
    assert ward.get("patient", f"/patients/{patient}/notes").status_code == 403
    place = f"DocumentReference?patient={patient}"
    assert len(entries(asked(ward, "doctor", f"{place}&_count=3"))) == 3
    assert entries(asked(ward, "nurse", place)) == []
    ward.add("stranger", "patient")  # type: ignore[arg-type]
    assert entries(asked(ward, "stranger", place)) == []
    assert asked(ward, "stranger", f"DocumentReference/{documents[0]['id']}").status_code == 404
    monkeypatch.setattr(ward.app.state.services.settings, "notes_to_patients", False)
    assert entries(asked(ward, "patient", place)) == []
    assert asked(ward, "patient", f"DocumentReference/{documents[0]['id']}").status_code == 404
    assert len(entries(asked(ward, "doctor", place))) == 4


def test_a_subscription_is_a_webhook(staffed: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staffed.app.state.notify, "webhook_hosts", "hooks.example.org")
    assert send(staffed, "coordinator", "POST", "Subscription", json=HOOK).status_code == 403
    made = send(staffed, "admin", "POST", "Subscription", json=HOOK)
    assert made.status_code == 201, made.text
    (secret,) = made.json()["extension"]
    assert secret["valueString"].startswith("whsec_")
    (hook,) = staffed.get("admin", "/webhooks").json()["items"]
    assert (hook["id"], hook["url"]) == (made.json()["id"], HOOK["channel"]["endpoint"])
    (listed,) = entries(asked(staffed, "admin", "Subscription"))
    assert (listed["status"], "extension" in listed) == ("active", False)
    assert asked(staffed, "coordinator", "Subscription").status_code == 403
    for wrong, field in (
        ({"criteria": "Observation?code=8867-4"}, "criteria"),
        ({"status": "off"}, "status"),
        ({"channel": {"type": "email", "endpoint": "mailto:a@b.c"}}, "type"),
        ({"channel": HOOK["channel"] | {"payload": "application/fhir+json"}}, "payload"),
        ({"channel": {"type": "rest-hook", "endpoint": "https://elsewhere.org"}}, "endpoint"),
    ):
        refused = send(staffed, "admin", "POST", "Subscription", json=HOOK | wrong)
        assert refused.status_code == 422, wrong
        assert field in refused.text, wrong
    place = f"Subscription/{made.json()['id']}"
    assert send(staffed, "admin", "DELETE", place).status_code == 204
    assert send(staffed, "admin", "DELETE", place).status_code == 404
    assert staffed.get("admin", "/webhooks").json()["items"] == []
