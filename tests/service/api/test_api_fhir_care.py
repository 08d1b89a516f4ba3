"""FHIR's Task and Subscription; whatever there is is found by its id."""

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
    return ward, patient


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
    for kind in ("Patient", "Encounter", "CareTeam", "Communication", "Task"):
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
