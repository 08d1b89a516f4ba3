"""Tokens, throttle slots and one-time passwords."""

import asyncio

import pyotp
import pytest
from argon2 import extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from api.auth import sessions, throttle, totp

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - RFC 6238's own example


def test_tokens_are_long_and_differ() -> None:
    tokens = {sessions.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(len(token) for token in tokens) >= 43
    assert all(token.startswith("hw_") for token in tokens)
    assert len(sessions.token_hash("x")) == 32


def test_a_password_fits_its_own_hash_alone() -> None:
    async def scene() -> None:
        stored = await sessions.hash_password("correct horse battery")
        assert stored.startswith("$argon2id$")
        assert await sessions.password_matches(stored, "correct horse battery")
        assert not await sessions.password_matches(stored, "correct horse batterx")
        assert not await sessions.password_matches(None, "")
        assert not await sessions.password_matches("no hash", "x")

    asyncio.run(scene())


def test_an_unknown_name_costs_as_much_as_a_wrong_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []

    def matches(stored: str, _password: str) -> bool:
        looked_at.append(stored)
        return True

    async def scene() -> None:
        real = await sessions.hash_password("correct horse battery")
        monkeypatch.setattr(sessions, "_matches", matches)
        assert not await sessions.password_matches(None, "anything")
        (stand_in,) = looked_at
        assert extract_parameters(stand_in) == extract_parameters(real)

    asyncio.run(scene())


def test_the_cookie_is_bound_to_the_host_where_tls_allows() -> None:
    assert sessions.cookie_name(secure=True).startswith("__Host-")
    assert not sessions.cookie_name(secure=False).startswith("__")


@given(st.text(), st.text())
def test_keys_of_counts_are_bounded_and_differ_by_all_that_they_count(one: str, two: str) -> None:
    made = throttle.Keyed(key=b"k" * 32)
    assert len(made.of("name", one)) == len("name:") + 32
    assert (made.of("name", one) == made.of("name", two)) == (one == two)
    assert made.of("name", one) != throttle.Keyed(key=b"j" * 32).of("name", one)
    assert made.of("name", one) != made.of("from", one)


def test_one_subscriber_is_one_network() -> None:
    assert throttle.network_of("192.0.2.7") == "192.0.2.7"
    assert throttle.network_of("::ffff:192.0.2.7") == "192.0.2.7"
    first, second = "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"
    assert throttle.network_of(first) == throttle.network_of(second)
    assert throttle.network_of(first) != throttle.network_of("2001:db8:1:3::1")
    assert throttle.network_of("no address") == "no address"


def test_a_one_time_password_counts_once_and_for_a_minute() -> None:
    now = 1_764_000_000.0
    step = int(now) // 30
    password = pyotp.TOTP(SECRET).at(int(now))
    assert totp.accepted_step(SECRET, password, now, None) == step
    assert totp.accepted_step(SECRET, password, now + 30, None) == step
    assert totp.accepted_step(SECRET, password, now + 90, None) is None
    assert totp.accepted_step(SECRET, password, now, step) is None
    assert totp.accepted_step(SECRET, password, now, step - 1) == step
    assert totp.accepted_step(SECRET, "000000", now, None) in {None, step - 1, step, step + 1}
    assert totp.accepted_step(SECRET, "", now, None) is None
    assert totp.accepted_step(SECRET, "\u0661" * 6, now, None) is None


def test_a_sealed_secret_opens_for_its_account_alone() -> None:
    key = bytes(32)
    sealed = totp.seal_secret(key, SECRET, b"me")
    assert totp.open_secret(key, sealed, b"me") == SECRET
    assert SECRET.encode() not in sealed
