"""Signing in at the hospital's provider: leaving, coming back, and the account that goes with it.

Role and ward are the provider's word at each log-in: what it changes there is changed here, and
whoever lost their role there is let in no more. An account of that name that exists here is never
taken over: the provider's people have accounts of their own.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from fastapi import Request

from analytics.domain.care import Role
from api.auth import sessions, sign_in, throttle
from api.auth.provider import Provider, ProviderError
from api.errors import NotSignedInError, UnavailableError
from api.evidence import audit
from api.language import noted
from api.services import Services
from api.store import accounts, providers, stays
from api.store.types import Conn, Row
from api.telemetry import LOGINS

log = structlog.get_logger("api.provider")
COOKIE: Final = "homeward_visit"
MINUTES: Final = 10
_REFUSED: Final = noted("The hospital’s sign-in did not let you in here. Ask who runs the ward.")  # noqa: RUF001
_UNTRUE: Final = re.compile(r"[^a-z0-9._@-]+")
_LONGEST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Somebody who leaves: where to, and what their browser carries until they are back."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who is back and let in: their token, and the page that they asked for."""

    token: str
    next: str


async def leave(
    services: Services, provider: Provider, request: Request, back: str, following: str
) -> Leaving:
    """Return where somebody goes to sign in.

    Raises:
        UnavailableError: the provider does not answer.
        ThrottledError: too many from one place.
    """
    made = await throttle.keyed(services)
    rules = throttle.place_rules(services, made, "provider", sign_in.address_of(request))
    await throttle.count(services, rules)
    try:
        leaving = await provider.departure(back)
    except ProviderError as error:
        log.warning("provider_silent", error=str(error))
        raise UnavailableError("The hospital's sign-in does not answer.") from error
    browser = secrets.token_urlsafe(32)
    values = {
        "state_hash": sessions.token_hash(leaving.state),
        "browser_hash": sessions.token_hash(browser),
        "nonce": leaving.nonce,
        "verifier": leaving.verifier,
        "next": following,
    }
    async with services.pool.connection() as conn, conn.transaction():
        await providers.depart(conn, values, MINUTES)
    return Leaving(address=leaving.address, browser=browser)


async def come_back(services: Services, provider: Provider, request: Request, back: str) -> Arrival:
    """Let in who comes back from the provider with a code.

    Raises:
        NotSignedInError: they did not leave from this browser, or are nobody's here.
        UnavailableError: the provider does not answer.
    """
    told = request.query_params
    browser = request.cookies.get(COOKIE, "")
    async with services.pool.connection() as conn:
        visit = await providers.returned(
            conn, sessions.token_hash(told.get("state", "")), sessions.token_hash(browser)
        )
    if visit is None or not told.get("code"):
        raise await _refused(services, request, str(told.get("error", "no visit under way"))[:60])
    try:
        claims = await provider.claims(
            told["code"], back=back, nonce=visit["nonce"], verifier=visit["verifier"]
        )
    except ProviderError as error:
        log.warning("provider_refused", error=str(error))
        raise await _refused(services, request, "the provider's word does not hold") from error
    token = await _let_in(services, provider, request, claims)
    LOGINS.labels("signed_in").inc()
    return Arrival(token=token, next=visit["next"])


async def _refused(services: Services, request: Request, why: str) -> NotSignedInError:
    """Write a refusal down and return it."""
    LOGINS.labels("not_signed_in").inc()
    detail = {"address": sign_in.address_of(request), "why": f"provider: {why}"}
    async with services.pool.connection() as conn, conn.transaction():
        note = audit.Note(action="session.refused", detail=detail)
        await audit.append(conn, services.now(), "nobody", [note])
    return NotSignedInError(_REFUSED)


async def _let_in(
    services: Services, provider: Provider, request: Request, claims: dict[str, Any]
) -> str:
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    role, ward = provider.settings.role_of(claims), provider.settings.ward_of(claims)
    origin = sign_in.origin_of(request)
    async with services.pool.connection() as conn, conn.transaction():
        row = await providers.account(conn, issuer, subject)
        if row is not None and (role is None or ward is None):
            await accounts.revoke_sessions(conn, row["id"])  # what the provider took away ends
        if role is not None and ward is not None and (row is None or row["state"] != "disabled"):
            user_id = await _kept(conn, row, claims, role, ward)
            token = await sessions.open_session(
                conn,
                user_id,
                kind="cookie",
                hours=services.settings.session_hours,
                origin=origin,
                proved_by="provider",
            )
            detail: dict[str, object] = {"kind": "cookie", "proved_by": "provider"}
            detail |= {"role": role.value, **sign_in.seen_from({"role": role.value}, origin)}
            note = audit.Note(action="session.open", detail=detail)
            await audit.append(conn, services.now(), str(user_id), [note])
            return token
    raise await _refused(services, request, "no role or ward here, or disabled")


async def _kept(conn: Conn, row: Row | None, claims: dict[str, Any], role: Role, ward: str) -> UUID:
    """Make the account, or bring it to what the provider says of it now."""
    name = str(claims.get("name") or "")[:120]
    if row is None:
        return await _made(conn, claims, role, ward, name)
    user_id: UUID = row["id"]
    if (row["role"], row["ward"]) != (role.value, ward):
        await accounts.revoke_sessions(conn, user_id)
        if row["ward"] != ward:
            await stays.leave_wards(conn, user_id, ward)
    values = {"role": role.value, "state": None, "ward": ward, "display_name": name or None}
    await accounts.change_user(conn, user_id, values)
    return user_id


async def _made(conn: Conn, claims: dict[str, Any], role: Role, ward: str, name: str) -> UUID:
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    wanted = str(claims.get("preferred_username") or subject).strip().lower()
    plain = _UNTRUE.sub("-", wanted).strip("-._@")[:_LONGEST] or "staff"
    mark = hashlib.sha256(f"{issuer} {subject}".encode()).hexdigest()[:8]
    for username in (plain, f"{plain}-{mark}"):
        values = {
            "username": username,
            "password_hash": "",  # fits no password: they sign in at the provider
            "role": role.value,
            "state": "active",
            "display_name": name,
            "ward": ward,
        }
        user_id = await accounts.add_user(conn, values)
        if user_id is not None:
            await providers.link(conn, issuer, subject, user_id)
            return user_id
    raise NotSignedInError(_REFUSED)
