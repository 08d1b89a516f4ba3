"""Passkeys: registered with the password, open one log-in a challenge, for this site alone."""

from typing import Any
from uuid import uuid4

import pytest

from tests.service.api.conftest import PASSWORD, Ward
from tests.support.authenticator import PRESENT, Authenticator


def site(ward: Ward) -> Authenticator:
    return Authenticator(origin=str(ward.client.base_url).rstrip("/"))


def registered(ward: Ward, who: str) -> Authenticator:
    made = site(ward)
    options = ward.post(who, "/me/passkeys/options", {"password": PASSWORD}).json()["options"]
    body = {"name": "my phone", "credential": made.registers(options)}
    answer = ward.post(who, "/me/passkeys", body)
    assert answer.status_code == 201, answer.text
    return made


def challenged(ward: Ward) -> dict[str, Any]:
    found: dict[str, Any] = ward.post("", "/auth/passkey/options").json()["options"]
    return found


def entered(ward: Ward, credential: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer
    return ward.post("", "/auth/passkey", {"credential": credential})


def test_a_passkey_opens_the_account_by_itself_and_the_password_no_more(staffed: Ward) -> None:
    staffed.tokens["other"] = staffed.log_in("nurse").json()["access_token"]
    key = registered(staffed, "nurse")
    assert staffed.get("other", "/me").status_code == 401  # other sessions end
    refused = staffed.log_in("nurse")
    assert (refused.status_code, refused.json()["type"]) == (401, "passkey_required")
    assert staffed.log_in("nurse", "not the password").json()["type"] == "not_signed_in"
    staffed.tokens["by key"] = entered(staffed, key.signs(challenged(staffed))).json()[
        "access_token"
    ]
    assert staffed.get("by key", "/me").json()["username"] == "nurse"
    items = staffed.get("by key", "/me/sessions").json()["items"]
    assert {one["proved_by"] for one in items} == {"passkey"}
    (shown,) = staffed.get("by key", "/me/passkeys").json()["items"]
    assert (shown["name"], shown["used_at"] is None) == ("my phone", False)


def test_one_challenge_opens_one_session(staffed: Ward) -> None:
    key = registered(staffed, "nurse")
    said = key.signs(challenged(staffed))
    assert entered(staffed, said).status_code == 200
    assert entered(staffed, said).status_code == 401
    staffed.sql("DELETE FROM passkey_challenge")
    asked = challenged(staffed)
    staffed.sql("UPDATE passkey_challenge SET expires_at = now()")
    assert entered(staffed, key.signs(asked)).status_code == 401
    refusals = staffed.sql("SELECT detail ->> 'why' FROM audit WHERE action = 'session.refused'")
    assert refusals == [("passkey",), ("passkey",)]


@pytest.mark.parametrize("lie", ["origin", "host", "not verified", "a copy", "another key"])
def test_what_an_authenticator_must_prove(staffed: Ward, lie: str) -> None:
    key = registered(staffed, "nurse")
    key.count = 5
    assert entered(staffed, key.signs(challenged(staffed))).status_code == 200
    if lie == "origin":
        key.origin = "https://evil.example"
    elif lie == "host":
        key.host = "evil.example"
    elif lie == "not verified":
        key.flags = PRESENT
    elif lie == "a copy":
        key.count = 2
    else:
        key.key = site(staffed).key
    assert entered(staffed, key.signs(challenged(staffed))).status_code == 401


def test_a_registration_needs_the_password_and_its_own_challenge(staffed: Ward) -> None:
    wrong = staffed.post("nurse", "/me/passkeys/options", {"password": "not the password"})
    assert wrong.json()["errors"][0]["field"] == "password"
    options = staffed.post("nurse", "/me/passkeys/options", {"password": PASSWORD}).json()
    said = site(staffed).registers(options["options"])
    body = {"name": "stolen", "credential": said}
    assert staffed.post("doctor", "/me/passkeys", body).status_code == 422
    unasked = site(staffed).registers(challenged(staffed))
    assert (
        staffed.post("nurse", "/me/passkeys", {"name": "x", "credential": unasked}).status_code
        == 422
    )
    assert staffed.post("nurse", "/me/passkeys", body).status_code == 201
    again = staffed.post("nurse", "/me/passkeys/options", {"password": PASSWORD}).json()["options"]
    assert [one["id"] for one in again["excludeCredentials"]] == [said["id"]]


def test_a_passkey_ends_with_its_removal_a_reset_and_its_account(staffed: Ward) -> None:
    for who, end in (("nurse", "remove"), ("doctor", "reset"), ("coordinator", "disable")):
        key = registered(staffed, who)
        if end == "remove":
            (one,) = staffed.get(who, "/me/passkeys").json()["items"]
            path = f"/me/passkeys/{one['id']}/remove"
            assert staffed.post(who, path, {"password": "wrong"}).status_code == 422
            assert staffed.post("admin", path, {"password": PASSWORD}).status_code == 404
            assert staffed.post(who, path, {"password": PASSWORD}).status_code == 204
        elif end == "reset":
            staffed.patch("admin", f"/users/{staffed.ids[who]}", {"reset_totp": True})
            assert staffed.log_in(who).status_code == 200
        else:
            staffed.patch("admin", f"/users/{staffed.ids[who]}", {"state": "disabled"})
        assert entered(staffed, key.signs(challenged(staffed))).status_code == 401, end
    unknown = f"/me/passkeys/{uuid4()}/remove"
    assert staffed.post("nurse", unknown, {"password": PASSWORD}).status_code == 404


def test_answers_that_no_authenticator_gives_are_refused(staffed: Ward) -> None:
    key = registered(staffed, "nurse")
    for name, value in (
        ("clientDataJSON", "e30"),
        ("clientDataJSON", "AAAA"),
        ("authenticatorData", "AAAA"),
        ("signature", "AAAA"),
    ):
        said = key.signs(challenged(staffed))
        said["response"][name] = value
        assert entered(staffed, said).status_code == 401, (name, value)
    assert entered(staffed, {"id": "A"}).status_code == 422
