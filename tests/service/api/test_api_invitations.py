"""Links that let people in: once, until their end, and nobody further in than who made them."""

from typing import Any
from uuid import uuid4

import pyotp

from tests.service.api.conftest import Ward

NEW = "violet lantern drift seven"


def invited(ward: Ward, who: str = "coordinator", **body: object) -> str:
    made = ward.post(who, "/invitations", {"role": "nurse", **body})
    assert made.status_code == 201, made.text
    token: str = made.json()["token"]
    assert made.json()["path"] == f"/join#{token}"
    return token


def accepted(ward: Ward, token: str, username: str | None = "pia", **more: str) -> Any:  # noqa: ANN401 - an answer
    body = {"token": token, "username": username, "password": NEW, **more}
    return ward.post("", "/auth/invitations/accept", body)


def test_a_link_opens_one_account_of_its_role_and_ward(staffed: Ward) -> None:
    token = invited(staffed)
    told = staffed.post("", "/auth/invitations/look", {"token": token}).json()
    assert told == {"purpose": "account", "role": "nurse", "ward": "main", "username": None}
    assert accepted(staffed, token).status_code == 201
    staffed.tokens["pia"] = staffed.log_in("pia", NEW).json()["access_token"]
    assert staffed.get("pia", "/me").json()["role"] == "nurse"
    assert accepted(staffed, token, "another").status_code == 404
    assert staffed.post("", "/auth/invitations/look", {"token": token}).status_code == 404
    (item,) = staffed.get("coordinator", "/invitations").json()["items"]
    assert (item["state"], item["username"]) == ("used", "pia")
    assert "token" not in item
    stored = staffed.sql("SELECT token_hash FROM invitation")
    assert token.encode() not in bytes(stored[0][0])


def test_a_link_ends_by_time_by_being_taken_back_and_with_its_maker(staffed: Ward) -> None:
    late, taken, orphan = (invited(staffed) for _ in range(3))
    ((first,),) = staffed.sql("SELECT id::text FROM invitation ORDER BY made_at LIMIT 1")
    staffed.sql("UPDATE invitation SET expires_at = now() WHERE id = %s", first)
    items = staffed.get("coordinator", "/invitations").json()["items"]
    assert sorted(one["state"] for one in items) == ["ended", "open", "open"]
    second = items[1]["id"]
    assert staffed.call("coordinator", "DELETE", f"/invitations/{second}").status_code == 204
    assert staffed.call("coordinator", "DELETE", f"/invitations/{second}").status_code == 204
    assert staffed.call("coordinator", "DELETE", f"/invitations/{uuid4()}").status_code == 404
    assert accepted(staffed, late).status_code == 404
    assert accepted(staffed, taken).status_code == 404
    staffed.sql("UPDATE app_user SET state = 'disabled' WHERE username = 'coordinator'")
    assert accepted(staffed, orphan).status_code == 404
    assert staffed.sql("SELECT FROM app_user WHERE username = 'pia'") == []


def test_a_name_that_is_taken_or_missing_and_a_weak_password_leave_the_link(staffed: Ward) -> None:
    token = invited(staffed)
    assert accepted(staffed, token, "nurse").status_code == 409
    assert accepted(staffed, token, None).json()["errors"][0]["field"] == "username"
    weak = accepted(staffed, token, password="nurse2026!!!!")  # noqa: S106 - refused
    assert weak.json()["errors"][0]["field"] == "password"
    assert accepted(staffed, token).status_code == 201


def test_a_coordinator_invites_to_the_own_ward_and_to_no_rights_of_their_own(
    staffed: Ward,
) -> None:
    for body in ({"role": "admin"}, {"role": "coordinator"}, {"role": "nurse", "ward": "b"}):
        assert staffed.post("coordinator", "/invitations", body).status_code == 403, body
        assert staffed.post("admin", "/invitations", body).status_code == 201, body
    staffed.add("coordinator of b", "coordinator", ward="b")
    seen = staffed.get("coordinator of b", "/invitations").json()["items"]
    assert [one["ward"] for one in seen] == ["b"]
    hidden = next(
        one["id"]
        for one in staffed.get("admin", "/invitations").json()["items"]
        if one["ward"] == "main"
    )
    refused = staffed.call("coordinator of b", "DELETE", f"/invitations/{hidden}")
    assert refused.status_code == 404


def test_a_patients_link_is_linked_to_the_record_at_once(staffed: Ward) -> None:
    patient = staffed.take_in()
    token = invited(staffed, role="patient", patient=patient)
    assert accepted(staffed, token, "ada").json() == {"username": "ada", "state": "active"}
    staffed.tokens["ada"] = staffed.log_in("ada", NEW).json()["access_token"]
    assert staffed.get("ada", f"/patients/{patient}").status_code == 200
    free = invited(staffed, role="patient")
    assert accepted(staffed, free, "grace").json()["state"] == "pending"
    wrong = staffed.post("coordinator", "/invitations", {"role": "nurse", "patient": patient})
    assert wrong.status_code == 422


def reset(ward: Ward, who: str, user: str, **body: object) -> Any:  # noqa: ANN401 - an answer
    return ward.post(who, f"/users/{ward.ids[user]}/reset-link", body)


def test_a_reset_sets_the_password_and_ends_what_was_open(staffed: Ward) -> None:
    first = reset(staffed, "coordinator", "nurse").json()["token"]
    token = reset(staffed, "coordinator", "nurse").json()["token"]
    assert accepted(staffed, first, None).status_code == 404  # the newest alone holds
    assert staffed.get("nurse", "/me").status_code == 200  # until the link is used
    told = staffed.post("", "/auth/invitations/look", {"token": token}).json()
    assert (told["purpose"], told["username"]) == ("reset", "nurse")
    assert accepted(staffed, token, None).json()["username"] == "nurse"
    assert staffed.get("nurse", "/me").status_code == 401
    assert staffed.log_in("nurse").status_code == 401
    assert staffed.log_in("nurse", NEW).status_code == 200
    assert accepted(staffed, token, None).status_code == 404
    actions = [row[0] for row in staffed.sql("SELECT action FROM audit ORDER BY id")]
    assert "password.reset" in actions


def test_nobody_is_helped_into_more_than_the_helpers_own_rights(staffed: Ward) -> None:
    staffed.add("other", "coordinator")
    staffed.add("far nurse", "nurse", ward="b")
    for user in ("admin", "other", "far nurse"):
        assert reset(staffed, "coordinator", user).status_code == 404, user
        assert reset(staffed, "admin", user).status_code == 201, user
    token = reset(staffed, "coordinator", "doctor").json()["token"]
    staffed.patch("admin", f"/users/{staffed.ids['doctor']}", {"role": "admin"})
    assert accepted(staffed, token, None).status_code == 404  # became more since


def second_factor(ward: Ward, who: str, password: str) -> pyotp.TOTP:
    secret = ward.post(who, "/me/totp", {"password": password}).json()["secret"]
    totp = pyotp.TOTP(secret)
    assert ward.post(who, "/me/totp/verify", {"otp": totp.now()}).status_code == 200
    return totp


def test_a_reset_takes_a_lost_second_factor_away_only_where_it_says_so(staffed: Ward) -> None:
    second_factor(staffed, "nurse", "correct horse battery")
    accepted(staffed, reset(staffed, "coordinator", "nurse").json()["token"], None)
    assert staffed.log_in("nurse", NEW).json()["type"] == "otp_required"
    told = reset(staffed, "coordinator", "nurse", second_factor=True).json()
    accepted(staffed, told["token"], None)
    assert staffed.log_in("nurse", NEW).status_code == 200


def test_a_recovery_code_opens_one_log_in(staffed: Ward) -> None:
    password = "correct horse battery"  # noqa: S105 - of an account that lives for one test
    wanted = {"password": password}
    assert staffed.post("nurse", "/me/recovery-codes", wanted).status_code == 409
    second_factor(staffed, "nurse", password)
    assert staffed.post("nurse", "/me/recovery-codes", {"password": "x"}).status_code == 422
    codes = staffed.post("nurse", "/me/recovery-codes", wanted).json()["codes"]
    assert len(codes) == 10
    assert staffed.log_in("nurse", otp="1111 2222 3333").status_code == 401
    assert staffed.log_in("nurse", otp=codes[0]).status_code == 200
    assert staffed.log_in("nurse", otp=codes[0]).status_code == 401
    assert staffed.get("nurse", "/me").json()["recovery_codes"] == 9
    stored = b"".join(bytes(row[0]) for row in staffed.sql("SELECT hash FROM recovery_code"))
    assert not any(code.replace(" ", "").encode() in stored for code in codes)
    newer = staffed.post("nurse", "/me/recovery-codes", wanted).json()["codes"]
    assert staffed.log_in("nurse", otp=codes[1]).status_code == 401
    assert staffed.log_in("nurse", otp=newer[0].replace(" ", "")).status_code == 200
    staffed.patch("admin", f"/users/{staffed.ids['nurse']}", {"reset_totp": True})
    assert staffed.sql("SELECT FROM recovery_code") == []
