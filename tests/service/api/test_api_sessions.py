"""Sessions end when they idle, when what proves somebody changes; staff need a second factor."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pyotp
import pytest

from api.app import create_app
from api.auth import sessions
from tests.service.api.conftest import PASSWORD, Served, Ward, served, settings_for


@pytest.fixture
def strict(ward: Ward, served_api: Served, tmp_path: Path) -> Iterator[Ward]:
    """The same ward behind an API that demands a second factor of staff."""
    settings = settings_for(served_api.database, tmp_path, staff_second_factor=True)
    settings = settings.model_copy(update={"master_key_file": ward.settings.master_key_file})
    app = create_app(settings)
    with served(app) as address, httpx2.Client(base_url=address, timeout=30.0) as client:
        yield replace(ward, app=app, client=client, settings=settings)


def test_a_session_of_staff_ends_when_it_is_not_used(staffed: Ward) -> None:
    idle = "UPDATE session_token SET used_at = now() - interval '61 minutes'"
    staffed.sql(idle)
    assert staffed.get("nurse", "/me").status_code == 401
    assert staffed.get("patient", "/me").status_code == 200
    assert staffed.log_in("nurse").status_code == 200


def test_use_keeps_a_session(staffed: Ward) -> None:
    for _ in range(3):
        staffed.sql("UPDATE session_token SET used_at = used_at - interval '40 minutes'")
        assert staffed.get("nurse", "/me").status_code == 200


def test_an_open_stream_is_use(staffed: Ward) -> None:
    stale = "UPDATE session_token SET used_at = now() - interval '59 minutes'"
    fresh = (
        "SELECT min(used_at) > now() - interval '1 minute' FROM session_token WHERE user_id = %s"
    )
    headers = {"Authorization": f"Bearer {staffed.tokens['nurse']}"}
    with staffed.client.stream("GET", "/api/v1/alerts/stream", headers=headers) as answer:
        assert answer.status_code == 200
        staffed.sql(stale)
        deadline = time.monotonic() + 15
        while not staffed.sql(fresh, staffed.ids["nurse"])[0][0]:
            assert time.monotonic() < deadline, "the stream's session was never noted as used"
            time.sleep(0.2)


def test_staff_set_up_a_second_factor_before_anything_else(strict: Ward) -> None:
    strict.add("nina", "nurse")
    strict.add("paul", "patient")
    assert strict.get("paul", "/patients").status_code == 200
    refused = strict.get("nina", "/patients")
    assert (refused.status_code, refused.json()["type"]) == (403, "second_factor_required")
    cookie = {"Cookie": f"homeward={strict.tokens['nina']}"}
    page = strict.client.get("/panel", headers=cookie)
    assert (page.status_code, page.headers["location"]) == (303, "/account")
    assert strict.client.get("/account", headers=cookie).status_code == 200
    assert strict.get("nina", "/me").json()["totp"] is False
    offered = strict.post("nina", "/me/totp", {"password": PASSWORD})
    code = pyotp.TOTP(offered.json()["secret"]).now()
    assert strict.post("nina", "/me/totp/verify", {"otp": code}).status_code == 200
    assert strict.get("nina", "/patients").status_code == 200


def test_an_open_session_alone_changes_no_second_factor(ward: Ward) -> None:
    ward.add("nina", "nurse")
    assert ward.post("nina", "/me/totp").status_code == 422
    wrong = ward.post("nina", "/me/totp", {"password": "not the password"})
    assert wrong.json()["errors"][0]["field"] == "password"
    secret = ward.post("nina", "/me/totp", {"password": PASSWORD}).json()["secret"]
    totp, now = pyotp.TOTP(secret), int(time.time())
    ward.post("nina", "/me/totp/verify", {"otp": totp.at(now - 30)})
    body = {"otp": totp.at(now), "password": "not the password"}
    assert ward.post("nina", "/me/totp/remove", body).status_code == 422
    removed = ward.post("nina", "/me/totp/remove", body | {"password": PASSWORD})
    assert removed.json() == {"totp": False}
    actions = [row[0] for row in ward.sql("SELECT action FROM audit ORDER BY id")]
    assert actions == ["totp.offer", "totp.confirm", "totp.remove"]


@pytest.mark.parametrize(
    "change",
    [{"password": "another horse battery"}, {"role": "nurse"}, {"reset_totp": True}, {"ward": "b"}],
)
def test_what_another_changes_of_an_account_ends_its_sessions(
    ward: Ward, change: dict[str, object]
) -> None:
    user = ward.add("dora", "doctor")
    assert ward.patch("admin", f"/users/{user}", change).status_code == 200
    assert ward.get("dora", "/me").status_code == 401


def test_a_new_second_factor_ends_the_other_sessions(ward: Ward) -> None:
    ward.add("nina", "nurse")
    ward.tokens["other"] = ward.log_in("nina").json()["access_token"]
    secret = ward.post("nina", "/me/totp", {"password": PASSWORD}).json()["secret"]
    ward.post("nina", "/me/totp/verify", {"otp": pyotp.TOTP(secret).now()})
    assert ward.get("nina", "/me").status_code == 200
    assert ward.get("other", "/me").status_code == 401


CHANGED = {
    "password": b"UPDATE app_user SET password_hash = 'another' WHERE username = 'dora'",
    "role": b"UPDATE app_user SET role = 'nurse' WHERE username = 'dora'",
    "disabled": b"UPDATE app_user SET state = 'disabled' WHERE username = 'dora'",
    "second factor": b"UPDATE app_user SET totp_step = 1 WHERE username = 'dora'",
}


def changed_while_looked_at(ward: Ward, monkeypatch: pytest.MonkeyPatch, statement: bytes) -> None:
    """Let somebody else change an account after its password was read and found to fit."""
    looked = sessions.password_matches

    async def slowly(stored: str | None, password: str) -> bool:
        found = await looked(stored, password)
        assert found
        ward.sql("UPDATE session_token SET revoked_at = now() WHERE revoked_at IS NULL")
        ward.sql(statement.decode())
        return found

    monkeypatch.setattr(sessions, "password_matches", slowly)


@pytest.mark.parametrize("what", sorted(CHANGED))
def test_what_changes_while_somebody_signs_in_lets_them_in_no_more(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    ward.add("dora", "doctor")
    changed_while_looked_at(ward, monkeypatch, CHANGED[what])
    assert ward.log_in("dora").status_code == 401
    assert ward.sql("SELECT FROM session_token WHERE revoked_at IS NULL") == []


def test_a_password_that_was_set_anew_is_not_written_over_by_an_older_session(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.add("dora", "doctor")
    changed_while_looked_at(ward, monkeypatch, CHANGED["password"])
    body = {"current": PASSWORD, "new": "a new long password"}
    assert ward.post("dora", "/me/password", body).status_code == 422
    stored = ward.sql("SELECT password_hash FROM app_user WHERE username = 'dora'")
    assert stored == [("another",)]
