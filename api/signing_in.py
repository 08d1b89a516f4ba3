"""Signing in, for programs (bearer) and pages (cookie) alike: throttle, password, second factor.

Every refusal looks and lasts the same whether the name exists or not. Pages call ``sign_in`` with
``kind="cookie"`` and ``set_cookie`` on their answer.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from fastapi import Request, Response

from api import audit, identity, records, throttle, totp
from api.errors import NotSignedInError, OtpRequiredError, ThrottledError
from api.services import Services
from api.store import people
from api.store.types import Row
from api.telemetry import LOGINS

_REFUSED = "Wrong user name, password or one-time password."
MAX_USERNAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody gave to sign in; ``address`` is where the request came from."""

    username: str
    password: str
    otp: str | None = None
    address: str = ""


def address_of(request: Request) -> str:
    """Return the client's address, as the trusted proxies tell it."""
    return request.client.host if request.client else ""


async def sign_in(services: Services, attempt: Attempt, kind: Literal["cookie", "bearer"]) -> str:
    """Return the token of a new session.

    Raises:
        ThrottledError: too many attempts for this name or from this place.
        OtpRequiredError: the password is right, the one-time password is missing.
        NotSignedInError: anything else is wrong.
    """
    username = attempt.username.strip().lower()[:MAX_USERNAME]
    rules = throttle.sign_in_rules(username, attempt.address)
    try:
        await throttle.count(services.pool, rules)
        user = await _proved(services, username, attempt)
    except (ThrottledError, NotSignedInError) as refusal:
        LOGINS.labels(refusal.type).inc()
        raise
    LOGINS.labels("signed_in").inc()
    await throttle.forget(services.pool, rules[:1])
    await throttle.give_back(services.pool, rules[1:])
    return await _open(services, user["id"], kind)


async def _proved(services: Services, username: str, attempt: Attempt) -> Row:
    """Return the account if password and second factor fit."""
    async with services.pool.connection() as conn:
        user = await people.by_username(conn, username)
    usable = user is not None and user["state"] != "disabled"
    stored = user["password_hash"] if user is not None and usable else None
    password = attempt.password if len(attempt.password) <= identity.MAX_PASSWORD else ""
    if not await identity.password_matches(stored, password) or user is None:
        raise NotSignedInError(_REFUSED)
    if user["totp_sealed"] is not None and user["totp_step"] is not None:
        await _check_otp(services, user, attempt.otp)
    return user


async def _check_otp(services: Services, user: Row, otp: str | None) -> None:
    if not otp:
        raise OtpRequiredError("This account needs its one-time password as well (`otp`).")
    if not await use_otp(services, user, otp):
        raise NotSignedInError(_REFUSED)


async def use_otp(services: Services, user: Row, otp: str) -> bool:
    """Use up a one-time password; False if it is wrong, old or already used.

    Args:
        services: the program's shared services.
        user: the account's row, with ``id``, ``totp_sealed`` and ``totp_step``.
        otp: six digits.
    """
    user_id: UUID = user["id"]
    async with services.pool.connection() as conn:
        key = await records.system_key(conn, services.vault, "totp")
        secret = totp.open_secret(key, user["totp_sealed"], user_id.bytes)
        step = totp.accepted_step(secret, otp, services.real_s(), user["totp_step"])
        return step is not None and await people.use_totp_step(conn, user_id, step)


async def _open(services: Services, user_id: UUID, kind: str) -> str:
    async with services.pool.connection() as conn, conn.transaction():
        hours = services.settings.session_hours
        token = await identity.open_session(conn, user_id, kind=kind, hours=hours)
        note = audit.Note(action="session.open", detail={"kind": kind})
        await audit.append(conn, services.now(), str(user_id), [note])
    return token


def set_cookie(response: Response, services: Services, token: str) -> None:
    """Give the browser its session: unreadable for scripts, sent to this site alone."""
    secure = services.settings.cookie_secure
    response.set_cookie(
        identity.cookie_name(secure=secure),
        token,
        max_age=int(services.settings.session_hours * 3600),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def clear_cookie(response: Response, services: Services) -> None:
    """Take the session's cookie away."""
    secure = services.settings.cookie_secure
    response.delete_cookie(
        identity.cookie_name(secure=secure),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
