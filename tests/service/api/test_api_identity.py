"""Signing in: passwords, second factors, throttling, sessions, cookies."""

import time

import pyotp

from tests.service.api.conftest import PASSWORD, Ward


def test_a_token_opens_and_log_out_ends_it(ward: Ward) -> None:
    answer = ward.log_in("ADMIN ")
    assert answer.status_code == 200
    token = answer.json()
    assert token["token_type"] == "bearer"  # noqa: S105
    assert token["expires_in"] == 12 * 3600
    ward.tokens["second"] = token["access_token"]
    assert ward.get("second", "/me").json()["username"] == "admin"
    assert ward.post("second", "/auth/logout").status_code == 204
    assert ward.get("second", "/me").status_code == 401
    assert ward.get("admin", "/me").status_code == 200


def test_only_a_hash_of_the_token_is_stored(ward: Ward) -> None:
    rows = str(ward.sql("SELECT s::text FROM session_token s"))
    assert ward.tokens["admin"] not in rows
    assert ward.tokens["admin"].encode().hex() not in rows


def test_refusals_look_the_same_and_name_the_scheme(ward: Ward) -> None:
    wrong = ward.log_in("admin", "not this one")
    unknown = ward.log_in("nobody", "not this one")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert ward.get("", "/me").status_code == 401
    assert ward.get("", "/me", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_second_factor_is_asked_for_once_it_was_confirmed(ward: Ward) -> None:
    ward.add("nina", "nurse")
    offered = ward.post("nina", "/me/totp", {"password": PASSWORD})
    assert offered.status_code == 201
    totp = pyotp.TOTP(offered.json()["secret"])
    assert offered.json()["otpauth_uri"].startswith("otpauth://totp/Homeward:nina")
    assert ward.log_in("nina").status_code == 200
    first = totp.at(int(time.time()) - 30)
    assert ward.post("nina", "/me/totp/verify", {"otp": first}).json() == {"totp": True}
    missing = ward.log_in("nina")
    assert (missing.status_code, missing.json()["type"]) == (401, "otp_required")
    assert ward.log_in("nina", otp=first).status_code == 401
    now = totp.now()
    assert ward.log_in("nina", otp=now).status_code == 200
    assert ward.log_in("nina", otp=now).status_code == 401
    assert ward.log_in("nina", "not the password", otp=now).json()["type"] == "not_signed_in"
    assert ward.post("nina", "/me/totp", {"password": PASSWORD}).status_code == 409
    reset = ward.patch("admin", f"/users/{ward.ids['nina']}", {"reset_totp": True})
    assert reset.json()["totp"] is False
    assert ward.log_in("nina").status_code == 200


def test_the_secret_of_the_second_factor_is_sealed(ward: Ward) -> None:
    secret = ward.post("admin", "/me/totp", {"password": PASSWORD}).json()["secret"]
    stored = str(ward.sql("SELECT u::text FROM app_user u")).lower()
    assert secret.lower() not in stored
    assert secret.encode().hex() not in stored


def test_a_disabled_account_is_signed_out_at_once(ward: Ward) -> None:
    user = ward.add("dora", "doctor")
    assert ward.get("dora", "/me").status_code == 200
    assert ward.patch("admin", f"/users/{user}", {"state": "disabled"}).status_code == 200
    assert ward.get("dora", "/me").status_code == 401
    assert ward.log_in("dora").status_code == 401
    assert ward.patch("admin", f"/users/{user}", {"state": "active"}).status_code == 200
    assert ward.log_in("dora").status_code == 200


def test_the_last_administrator_stays(ward: Ward) -> None:
    me = ward.get("admin", "/me").json()["id"]
    assert ward.patch("admin", f"/users/{me}", {"role": "doctor"}).status_code == 409
    assert ward.patch("admin", f"/users/{me}", {"state": "disabled"}).status_code == 409


def test_users_are_added_listed_and_named_once(ward: Ward) -> None:
    body = {"username": "Olga", "password": PASSWORD, "role": "coordinator"}
    made = ward.post("admin", "/users", body)
    assert made.json()["username"] == "olga"
    assert ward.post("admin", "/users", body).status_code == 409
    short = ward.post("admin", "/users", body | {"password": "short"})
    assert short.json()["errors"][0]["field"] == "password"
    assert "short" not in short.text.replace("too short", "")
    names = [one["username"] for one in ward.get("admin", "/users").json()["items"]]
    assert names == ["admin", "olga"]


def test_changing_the_password_ends_the_other_sessions(ward: Ward) -> None:
    ward.add("dora", "doctor")
    ward.tokens["other"] = ward.log_in("dora").json()["access_token"]
    body = {"current": "wrong", "new": "a new long password"}
    assert ward.post("dora", "/me/password", body).status_code == 422
    assert ward.post("dora", "/me/password", body | {"current": PASSWORD}).status_code == 204
    assert ward.get("dora", "/me").status_code == 200
    assert ward.get("other", "/me").status_code == 401
    assert ward.log_in("dora").status_code == 401
    assert ward.log_in("dora", "a new long password").status_code == 200


def test_a_cookie_counts_for_our_own_pages_alone(ward: Ward) -> None:
    cookie = {"Cookie": f"homeward={ward.tokens['admin']}"}
    assert ward.get("", "/me", headers=cookie).status_code == 200
    for headers, status in (
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": str(ward.client.base_url).rstrip("/")}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
    ):
        body = {"password": PASSWORD}
        answer = ward.post("", "/me/totp", body, headers={**cookie, **headers})
        assert answer.status_code == status, headers


def test_answers_carry_the_headers_that_browsers_obey(ward: Ward) -> None:
    headers = ward.get("admin", "/me").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_a_body_is_bounded(ward: Ward) -> None:
    assert ward.post("admin", "/users", {"username": "x" * 1_100_000}).status_code == 413

    def chunks() -> object:
        for _ in range(20):
            yield b"x" * 65_536

    headers = {"Content-Type": "application/json"}
    answer = ward.call("admin", "POST", "/users", content=chunks(), headers=headers)
    assert answer.status_code == 413


def test_errors_are_problem_documents(ward: Ward) -> None:
    for path, status in (("/nowhere", 404), ("/patients/not-a-uuid", 422)):
        answer = ward.get("admin", path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    assert ward.call("admin", "DELETE", "/me").status_code == 405
