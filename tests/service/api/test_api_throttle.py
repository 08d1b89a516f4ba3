"""Guessing is slow, and shuts nobody out but the guesser: by name, address, browser."""

import time
from collections.abc import Iterator

import httpx2
import pyotp
import pytest

from tests.service.api.conftest import PASSWORD, Ward

HOME, CAFE = "127.0.0.1", "127.0.0.9"
"""Addresses of the loopback network: what comes from another is another subscriber."""


def client_at(ward: Ward, address: str) -> httpx2.Client:
    transport = httpx2.HTTPTransport(local_address=address)
    return httpx2.Client(base_url=ward.client.base_url, transport=transport, timeout=30.0)


@pytest.fixture
def cafe(ward: Ward) -> Iterator[httpx2.Client]:
    """Somebody elsewhere."""
    with client_at(ward, CAFE) as client:
        yield client


def log_in(client: httpx2.Client, name: str, password: str = PASSWORD) -> httpx2.Response:
    form = {"username": name, "password": password}
    return client.post("/api/v1/auth/login", data=form)


def hurry(ward: Ward, kind: str, failures: int) -> None:
    """As if so many attempts had been counted: hashing each would take minutes."""
    ward.sql("UPDATE login_throttle SET failures = %s WHERE key LIKE %s", failures, f"{kind}:%")


def test_guesses_from_one_place_are_refused_after_ten(ward: Ward, cafe: httpx2.Client) -> None:
    answers = [log_in(cafe, "admin", f"guess number {n}").status_code for n in range(12)]
    assert answers == [401] * 10 + [429] * 2
    refused = log_in(cafe, "admin")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert refused.json()["type"] == "throttled"
    ward.sql("UPDATE login_throttle SET window_start = window_start - interval '16 minutes'")
    assert log_in(cafe, "admin").status_code == 200


def test_what_is_refused_counts_against_nobody_else(ward: Ward, cafe: httpx2.Client) -> None:
    for n in range(60):
        log_in(cafe, "admin", f"guess {n}")
    counts = dict(ward.sql("SELECT split_part(key, ':', 1), failures FROM login_throttle"))
    assert counts == {"pair": 60, "from": 10, "name": 10}
    assert ward.log_in("admin").status_code == 200, "from an address where nobody guessed"


def test_a_place_where_the_account_signed_in_before_is_always_looked_at(
    ward: Ward, cafe: httpx2.Client
) -> None:
    assert ward.log_in("admin").status_code == 200
    for address in range(11, 17):
        with client_at(ward, f"127.0.0.{address}") as elsewhere:
            for n in range(9):
                log_in(elsewhere, "admin", f"guess {n}")
    assert log_in(cafe, "admin").status_code == 429, "the name is over its limit for new places"
    assert ward.log_in("admin").status_code == 200
    for n in range(11):
        ward.log_in("admin", f"guess {n}")
    hurry(ward, "pair", 55)
    wrong = ward.log_in("admin", "one more guess")
    assert wrong.status_code == 429, "slow, and not told whether it was looked at"
    assert ward.log_in("admin").status_code == 200, "the right password is, even so"


def test_a_shared_address_is_slowed_and_not_shut(ward: Ward, cafe: httpx2.Client) -> None:
    ward.add("nina", "nurse")
    assert log_in(cafe, "admin").status_code == 200
    log_in(cafe, "invented-1", "guess")
    hurry(ward, "from", 201)
    assert log_in(cafe, "invented-2", "guess").status_code == 429
    assert log_in(cafe, "admin").status_code == 200, "known here"
    assert log_in(cafe, "nina").status_code == 200, "new here, and right"


def test_the_line_behind_a_limit_is_short(ward: Ward, cafe: httpx2.Client) -> None:
    log_in(cafe, "invented-1", "guess")
    hurry(ward, "from", 201)
    ward.sql("UPDATE login_throttle SET next_look = now() + interval '9 s' WHERE key LIKE 'from:%'")
    refused = log_in(cafe, "invented-3", "guess")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")


def test_a_browser_is_known_wherever_it_goes(ward: Ward, cafe: httpx2.Client) -> None:
    own = {"Sec-Fetch-Site": "same-origin"}
    form = {"username": "admin", "password": PASSWORD}
    first = ward.client.post("/login", data=form, headers=own)
    cookie = {"Cookie": f"homeward_browser={first.cookies['homeward_browser']}"}
    log_in(cafe, "admin", "guess")
    hurry(ward, "name", 60)
    assert cafe.post("/login", data=form, headers=own).status_code == 429
    known = cafe.post("/login", data=form, headers={**own, **cookie})
    assert known.status_code == 303


def test_counts_end_with_their_window(ward: Ward, cafe: httpx2.Client) -> None:
    for n in range(3):
        log_in(cafe, f"invented-{n}", "guess")
    ward.sql("UPDATE login_throttle SET window_start = window_start - interval '16 minutes'")
    log_in(cafe, "invented-9", "guess")
    left = ward.sql("SELECT count(*) FROM login_throttle")[0][0]
    assert left == 3, "pair, address and name of the last one"


def test_places_are_bounded_and_end_with_a_password_set_by_another(ward: Ward) -> None:
    user = ward.add("nina", "nurse")
    for n in range(25):
        with client_at(ward, f"127.0.1.{n + 1}") as elsewhere:
            assert log_in(elsewhere, "nina").status_code == 200
    kept = "SELECT count(*) FROM login_place WHERE user_id = %s"
    assert ward.sql(kept, user)[0][0] == ward.settings.known_places
    body = {"password": "another horse battery"}
    assert ward.patch("admin", f"/users/{user}", body).status_code == 200
    assert ward.sql(kept, user)[0][0] == 0


def test_refused_log_ins_are_written_down_without_the_name(ward: Ward, cafe: httpx2.Client) -> None:
    for n in range(14):
        log_in(cafe, "admin", f"guess {n}")
    rows = ward.sql("SELECT actor, detail FROM audit WHERE action = 'session.refused' ORDER BY id")
    assert len(rows) == 11, "ten guesses, and once that more are refused"
    assert {row[0] for row in rows} == {"nobody"}
    assert {row[1]["address"] for row in rows} == {CAFE}
    assert [row[1]["why"] for row in rows] == ["refused"] * 10 + ["throttled"]
    assert len({row[1]["name"] for row in rows}) == 1
    assert "admin" not in str(rows)


def test_common_passwords_are_refused_with_the_reason(ward: Ward) -> None:
    for password in (
        "password1234",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "homeward1234",
        "olga.olga.olga",
        "Summer2026!!!",
        "!!Welcome2026",
        "Krankenhaus2026!",
    ):
        body = {"username": "olga", "password": password, "role": "nurse"}
        refused = ward.post("admin", "/users", body)
        assert refused.status_code == 422, password
        (error,) = refused.json()["errors"]
        assert error["field"] == "password"
        assert "guessed" in error["message"]
        assert password not in refused.text
    weak = {"username": "olga", "password": "password1234"}
    assert ward.post("", "/auth/register", weak).status_code == 422
    change = {"current": PASSWORD, "new": "letmein12345"}
    answer = ward.post("admin", "/me/password", change)
    assert answer.json()["errors"][0]["field"] == "new"
    assert (
        ward.patch("admin", f"/users/{ward.ids['admin']}", {"password": "password1234"}).status_code
        == 422
    )


def test_registering_tells_nobody_which_names_exist(ward: Ward) -> None:
    body = {"username": "admin", "password": "a horse of another"}
    taken = ward.post("", "/auth/register", body)
    free = ward.post("", "/auth/register", body | {"username": "fresh"})
    assert taken.status_code == free.status_code == 201
    assert taken.json().keys() == free.json().keys()
    assert ward.log_in("admin").status_code == 200, "the account that exists is left alone"
    assert ward.log_in("admin", "a horse of another").status_code == 401
    assert ward.sql("SELECT count(*) FROM app_user WHERE username = 'admin'")[0][0] == 1


def test_who_has_the_password_cannot_guess_the_second_factor_for_long(ward: Ward) -> None:
    ward.add("nina", "nurse")
    secret = ward.post("nina", "/me/totp", {"password": PASSWORD}).json()["secret"]
    totp = pyotp.TOTP(secret)
    ward.post("nina", "/me/totp/verify", {"otp": totp.at(int(time.time()) - 30)})
    ward.sql("UPDATE app_user SET totp_step = 1 WHERE username = 'nina'")
    assert ward.log_in("nina", otp=totp.now()).status_code == 200  # her place is known
    assert ward.sql("SELECT FROM login_throttle WHERE key LIKE 'otp:%'") == []
    assert ward.log_in("nina", otp="000000").status_code == 401
    hurry(ward, "otp", 10)
    refused = ward.log_in("nina", otp="000001")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert ward.log_in("nina", "not hers", otp="000002").status_code == 401
    ward.sql("UPDATE login_throttle SET window_start = window_start - interval '16 minutes'")
    ward.sql("UPDATE app_user SET totp_step = 1 WHERE username = 'nina'")
    assert ward.log_in("nina", otp=totp.now()).status_code == 200
