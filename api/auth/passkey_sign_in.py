"""Signing in with a passkey: no name, no password; the authenticator tells whose it is."""

from typing import Any, Literal

import structlog
from fastapi import Request

from api.auth import sessions, sign_in, throttle, webauthn
from api.errors import NotSignedInError
from api.evidence import audit
from api.language import noted
from api.services import Services
from api.store import passkeys
from api.store.types import Row
from api.telemetry import LOGINS

log = structlog.get_logger("api.passkeys")
_REFUSED = noted("This passkey opens no account here.")


async def challenge(services: Services, request: Request) -> dict[str, Any]:
    """Return what a browser needs to ask for a passkey.

    Raises:
        ThrottledError: too many from one place.
    """
    counted = await _counted(services, request)
    site = webauthn.site_of(request, tls=services.settings.cookie_secure)
    asked, options = webauthn.authentication(site)
    async with services.pool.connection() as conn, conn.transaction():
        await passkeys.ask(conn, asked, None, webauthn.MINUTES)
        await throttle.give_back(conn, counted)
    return options


async def enter(
    services: Services,
    request: Request,
    credential: dict[str, Any],
    kind: Literal["cookie", "bearer"],
) -> str:
    """Return the token of a new session.

    Raises:
        NotSignedInError: the passkey opens nothing.
        ThrottledError: too many that opened nothing, from one place.
    """
    counted = await _counted(services, request)
    try:
        row, count = await _checked(services, request, credential)
    except webauthn.NotProvedError as why:
        LOGINS.labels("not_signed_in").inc()
        log.info("passkey_refused", why=str(why))
        await _write_down(services, request)
        raise NotSignedInError(_REFUSED) from why
    token = await _open(services, request, row, count, kind)
    async with services.pool.connection() as conn:
        await throttle.give_back(conn, counted)
    LOGINS.labels("signed_in").inc()
    return token


async def _checked(
    services: Services, request: Request, credential: dict[str, Any]
) -> tuple[Row, int]:
    """Return whose account a passkey opens, and its new count of signatures."""
    asked, named = webauthn.challenge_in(credential), webauthn.credential_in(credential)
    async with services.pool.connection() as conn:
        fresh = await passkeys.answered(conn, asked, None)
        row = await passkeys.by_credential(conn, named)
    if not fresh or row is None:
        raise webauthn.NotProvedError("an old challenge, or an unknown passkey")
    site = webauthn.site_of(request, tls=services.settings.cookie_secure)
    return row, webauthn.proved(site, credential, asked, row["public_key"], row["sign_count"])


async def _counted(services: Services, request: Request) -> throttle.CountedAttempt:
    made = await throttle.keyed(services)
    rules = throttle.place_rules(services, made, "passkey", sign_in.address_of(request))
    return await throttle.count(services, rules)


async def _write_down(services: Services, request: Request) -> None:
    detail = {"address": sign_in.address_of(request), "why": "passkey"}
    async with services.pool.connection() as conn, conn.transaction():
        note = audit.Note(action="session.refused", detail=detail)
        await audit.append(conn, services.now(), "nobody", [note])


async def _open(services: Services, request: Request, row: Row, count: int, kind: str) -> str:
    origin = sign_in.origin_of(request)
    async with services.pool.connection() as conn, conn.transaction():
        if not await passkeys.use(conn, row["passkey"], row["sign_count"], count):
            raise NotSignedInError(_REFUSED)
        token = await sessions.open_session(
            conn,
            row["id"],
            kind=kind,
            hours=services.settings.session_hours,
            origin=origin,
            proved_by="passkey",
        )
        detail = {"kind": kind, "proved_by": "passkey"} | sign_in.seen_from(row, origin)
        note = audit.Note(action="session.open", detail=detail)
        await audit.append(conn, services.now(), str(row["id"]), [note])
    return token
