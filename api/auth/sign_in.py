"""Signing in, for programs (bearer) and pages (cookie) alike: throttle, password, second factor.

Every refusal looks and lasts the same whether the name exists or not, and is written down without
the name: by its keyed hash, with the address. Pages call ``sign_in`` with ``kind="cookie"`` and
``set_cookie`` on their answer; ``set_browser`` lets the same browser be known next time.
"""

import secrets
from dataclasses import dataclass
from typing import Literal

from fastapi import Request, Response

from api.auth import recovery, sessions, throttle, totp
from api.auth.machines import machine_of
from api.auth.sessions import Caller
from api.auth.throttle import CountedAttempt, Keyed
from api.errors import (
    ConflictError,
    InvalidError,
    NotSignedInError,
    OtpRequiredError,
    PasskeyRequiredError,
    ThrottledError,
)
from api.evidence import audit
from api.language import noted
from api.limits.passwords import MAX_PASSWORD
from api.services import Services
from api.store import accounts, throttles
from api.store import recovery as codes
from api.store.types import Row
from api.telemetry import LOGINS
from api.vault import personal_data

_REFUSED = noted("Wrong user name, password or one-time password.")
MAX_USERNAME = 64
_BROWSER = "homeward_browser"
_BROWSER_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody gave to sign in.

    Attributes:
        username: the name, as it was typed.
        password: the password.
        otp: the one-time password, if one was given.
        address: where the request came from.
        browser: what the browser has carried since an earlier log-in; empty if nothing.
        machine: browser and system in two words.
    """

    username: str
    password: str
    otp: str | None = None
    address: str = ""
    browser: str = ""
    machine: str = ""

    @property
    def origin(self) -> sessions.Origin:
        """Where it came from."""
        return sessions.Origin(address=self.address, machine=self.machine)


def address_of(request: Request) -> str:
    """Return the client's address, as the trusted proxies tell it."""
    return request.client.host if request.client else ""


def origin_of(request: Request) -> sessions.Origin:
    """Return where a request comes from."""
    machine = machine_of(request.headers.get("user-agent", ""))
    return sessions.Origin(address=address_of(request), machine=machine)


def browser_of(request: Request) -> str:
    """Return what this browser has carried since an earlier log-in; empty if nothing."""
    return request.cookies.get(_BROWSER, "")[:100]


async def sign_in(services: Services, attempt: Attempt, kind: Literal["cookie", "bearer"]) -> str:
    """Return the token of a new session.

    Raises:
        ThrottledError: too many attempts for this name or from this place.
        OtpRequiredError: the password is right, the one-time password is missing.
        PasskeyRequiredError: the password is right, and the account is opened by its passkey.
        NotSignedInError: anything else is wrong.
    """
    username = attempt.username.strip().lower()[:MAX_USERNAME]
    made = await throttle.keyed(services)
    places = _places(made, attempt)
    counted = CountedAttempt(keys=())
    try:
        counted = await _counted(services, made, attempt, places)
        user = await _proved(services, made, username, attempt)
        token = await _open(services, user, counted, places, kind=kind, origin=attempt.origin)
    except (OtpRequiredError, PasskeyRequiredError) as asked:
        LOGINS.labels(asked.type).inc()
        async with services.pool.connection() as conn:
            await throttle.give_back(conn, counted)
        raise
    except (ThrottledError, NotSignedInError) as refusal:
        LOGINS.labels(refusal.type).inc()
        await _write_down(services, made, attempt, counted, refusal)
        if counted.slowed_s:
            raise ThrottledError(counted.slowed_s) from refusal
        raise
    LOGINS.labels("signed_in").inc()
    return token


def _places(made: Keyed, attempt: Attempt) -> list[str]:
    """Return what an attempt comes from: its address and, if it has been here, its browser."""
    places = [made.of("place", throttle.network_of(attempt.address))]
    if attempt.browser:
        places.append(made.of("browser", attempt.browser))
    return places


async def _counted(
    services: Services, made: Keyed, attempt: Attempt, places: list[str]
) -> CountedAttempt:
    """Count the attempt, and wait where it must."""
    username = attempt.username.strip().lower()[:MAX_USERNAME]
    days = services.settings.known_place_days
    async with services.pool.connection() as conn:
        known = await throttles.knows(conn, username, places, days)
    rules = throttle.sign_in_rules(services, made, username, attempt.address, known=known)
    return await throttle.count(services, rules)


async def _write_down(
    services: Services,
    made: Keyed,
    attempt: Attempt,
    counted: CountedAttempt,
    refusal: ThrottledError | NotSignedInError,
) -> None:
    """Note a refusal in the audit chain: each below the limits, above them the first of a window.

    What comes faster is counted in the metrics; the chain is not for an attacker to fill.
    """
    throttled = isinstance(refusal, ThrottledError)
    first = refusal.first if isinstance(refusal, ThrottledError) else counted.first_over
    if (throttled or counted.slowed_s) and not first:
        return
    detail = {
        "name": made.of("name", attempt.username.strip().lower()[:MAX_USERNAME]),
        "address": attempt.address,
        "why": "throttled" if throttled or counted.slowed_s else "refused",
    }
    async with services.pool.connection() as conn, conn.transaction():
        note = audit.Note(action="session.refused", detail=detail)
        await audit.append(conn, services.now(), "nobody", [note])


async def _proved(services: Services, made: Keyed, username: str, attempt: Attempt) -> Row:
    """Return the account if password and second factor fit."""
    async with services.pool.connection() as conn:
        user = await accounts.by_username(conn, username)
    usable = user is not None and user["state"] != "disabled"
    stored = user["password_hash"] if user is not None and usable else None
    password = attempt.password if len(attempt.password) <= MAX_PASSWORD else ""
    if not await sessions.password_matches(stored, password) or user is None:
        raise NotSignedInError(_REFUSED)
    if user["totp_sealed"] is not None and user["totp_step"] is not None:
        await _check_otp(services, made, user, attempt.otp)
    elif user["passkeys"]:
        raise PasskeyRequiredError("This account is opened with its passkey.")
    return user


async def _check_otp(services: Services, made: Keyed, user: Row, otp: str | None) -> None:
    """Demand the second factor; guesses at it are bounded for the account, wherever they come from.

    Who gets here has the password, so nobody else can use the count up.
    """
    if not otp:
        raise OtpRequiredError("This account needs its one-time password as well (`otp`).")
    counted = await throttle.count(services, throttle.otp_rules(services, made, user["id"]))
    used = await (use_code if recovery.is_code(otp) else use_otp)(services, user, otp)
    if not used:
        raise NotSignedInError(_REFUSED)
    async with services.pool.connection() as conn:
        await throttle.succeeded(conn, counted)


async def use_otp(services: Services, user: Row, otp: str) -> bool:
    """Use up a one-time password; False if it is wrong, old or already used.

    Args:
        services: the program's shared services.
        user: the account's row, with ``id``, ``totp_sealed`` and ``totp_step``.
        otp: six digits.
    """
    async with services.pool.connection() as conn:
        key = await personal_data.system_key(conn, services.vault, "totp")
        secret = totp.open_secret(key, user["totp_sealed"], user["id"].bytes)
        step = totp.accepted_step(secret, otp, services.real_s(), user["totp_step"])
        return step is not None and await accounts.use_totp_step(conn, user["id"], step)


async def use_code(services: Services, user: Row, code: str) -> bool:
    """Use up a recovery code; False if it is none of the account's, or was used before."""
    async with services.pool.connection() as conn, conn.transaction():
        key = await personal_data.system_key(conn, services.vault, "recovery")
        if not await codes.use(conn, user["id"], recovery.hash_of(key, user["id"], code)):
            return False
        note = audit.Note(action="recovery_code.use")
        await audit.append(conn, services.now(), str(user["id"]), [note])
    return True


async def _open(
    services: Services,
    user: Row,
    counted: CountedAttempt,
    places: list[str],
    *,
    kind: str,
    origin: sessions.Origin,
) -> str:
    """Open the session, unless what was proved was changed while it was looked at."""
    async with services.pool.connection() as conn, conn.transaction():
        if not await accounts.stands(conn, user):
            raise NotSignedInError(_REFUSED)
        await throttle.succeeded(conn, counted)
        await throttles.remember(conn, user["id"], places, services.settings.known_places)
        hours = services.settings.session_hours
        token = await sessions.open_session(conn, user["id"], kind=kind, hours=hours, origin=origin)
        detail = {"kind": kind, "proved_by": "password"} | seen_from(user, origin)
        note = audit.Note(action="session.open", detail=detail)
        await audit.append(conn, services.now(), str(user["id"]), [note])
    return token


def seen_from(user: Row, origin: sessions.Origin) -> dict[str, object]:
    """Return what the audit keeps of a log-in's origin: of a patient's home, nothing."""
    if user["role"] == "patient":
        return {}
    return {"from": {"address": origin.address, "machine": origin.machine}}


async def demand_password(services: Services, caller: Caller, field: str, given: str) -> str:
    """Demand the password of somebody who is signed in; guesses are throttled like log-ins.

    Returns the hash that it fits: what is changed on the strength of it must still find that.

    Args:
        services: the program's shared services.
        caller: whose password it must be.
        field: where it was given, to be named in the refusal.
        given: what was given.

    Raises:
        InvalidError: it is another.
        ThrottledError: too many guesses.
    """
    counted = await _own(services, caller)
    async with services.pool.connection() as conn:
        row = await accounts.secrets_of(conn, caller.user_id)
    if row is None or not await sessions.password_matches(row["password_hash"], given):
        raise InvalidError(field, "is not the password in use")
    async with services.pool.connection() as conn:
        await throttle.succeeded(conn, counted)
    proved: str = row["password_hash"]
    return proved


async def demand_otp(services: Services, caller: Caller, otp: str) -> None:
    """Use up a one-time password of somebody who is signed in.

    Raises:
        ConflictError: no second factor was offered.
        InvalidError: it is wrong, or was used before.
        ThrottledError: too many guesses.
    """
    counted = await _own(services, caller)
    async with services.pool.connection() as conn:
        row = await accounts.secrets_of(conn, caller.user_id)
    if row is None or row["totp_sealed"] is None:
        raise ConflictError("No second factor was offered; ask for one first.")
    if not await use_otp(services, row, otp):
        raise InvalidError("otp", "is wrong or was used before")
    async with services.pool.connection() as conn:
        await throttle.succeeded(conn, counted)


async def _own(services: Services, caller: Caller) -> CountedAttempt:
    rules = throttle.own_rules(services, await throttle.keyed(services), caller.user_id)
    return await throttle.count(services, rules)


def set_browser(response: Response, services: Services, browser: str) -> None:
    """Let this browser be known at the next log-in; it opens nothing by itself."""
    response.set_cookie(
        _BROWSER,
        browser,
        max_age=services.settings.known_place_days * 86_400,
        path="/login",
        secure=services.settings.cookie_secure,
        httponly=True,
        samesite="strict",
    )


def new_browser() -> str:
    """Return a fresh random name for a browser."""
    return secrets.token_urlsafe(_BROWSER_BYTES)


def set_cookie(response: Response, services: Services, token: str) -> None:
    """Give the browser its session: unreadable for scripts, sent to this site alone."""
    secure = services.settings.cookie_secure
    response.set_cookie(
        sessions.cookie_name(secure=secure),
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
        sessions.cookie_name(secure=secure),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
