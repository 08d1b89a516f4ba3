"""Passkeys: one's own, and signing in with one."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import passkey_sign_in, sign_in, webauthn
from api.errors import ConflictError, InvalidError, NotFoundError
from api.forms.paging import Page
from api.forms.passkeys import AssertedCredential, RegisteredCredential
from api.http.deps import Shared, Signed, Work, acting
from api.limits.passwords import MAX_PASSWORD
from api.store import accounts, passkeys

router = APIRouter(tags=["people"])
_MOST = 20
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Passkey(BaseModel):
    """One of one's own passkeys; times are real time."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


class OwnPassword(BaseModel):
    """The password in use, asked for again before who may sign in is changed."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, Field(max_length=MAX_PASSWORD)]


class PasskeyOptions(BaseModel):
    """What ``navigator.credentials`` needs, as JSON."""

    options: dict[str, Any]


class NewPasskeyForm(BaseModel):
    """A passkey to keep: what people call it, and what the authenticator said."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    credential: RegisteredCredential


class PasskeyLogIn(BaseModel):
    """What the authenticator said."""

    model_config = ConfigDict(extra="forbid")

    credential: AssertedCredential


class PasskeyToken(BaseModel):
    """A session for a program; ``expires_in`` in real seconds."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - OAuth 2's name of the kind
    expires_in: int


@router.get("/me/passkeys")
async def list_passkeys(work: Work) -> Page[Passkey]:
    """List one's own passkeys, the oldest first."""
    rows = await passkeys.of_account(work.conn, work.caller.user_id)
    return Page(items=[Passkey.model_validate(row) for row in rows], next=None)


@router.post("/me/passkeys/options")
async def offer(
    body: OwnPassword, request: Request, caller: Signed, services: Shared
) -> PasskeyOptions:
    """Begin to register a passkey; the password is asked for again."""
    await sign_in.demand_password(services, caller, "password", body.password)
    site = webauthn.site_of(request, tls=services.settings.cookie_secure)
    async with acting(services, caller) as work:
        known = [
            row["credential_id"] for row in await passkeys.of_account(work.conn, caller.user_id)
        ]
        if len(known) >= _MOST:
            raise ConflictError(f"An account has at most {_MOST} passkeys: remove one first.")
        asked, options = webauthn.registration(site, caller.user_id, caller.username, known)
        await passkeys.ask(work.conn, asked, caller.user_id, webauthn.MINUTES)
    return PasskeyOptions(options=options)


@router.post("/me/passkeys", status_code=201)
async def add(body: NewPasskeyForm, request: Request, caller: Signed, services: Shared) -> Passkey:
    """Keep a passkey; other sessions end, and a password alone opens the account no more."""
    credential = body.credential.model_dump()
    site = webauthn.site_of(request, tls=services.settings.cookie_secure)
    async with acting(services, caller) as work:
        try:
            asked = webauthn.challenge_in(credential)
            if not await passkeys.answered(work.conn, asked, caller.user_id):
                raise InvalidError("credential", "answers nothing that was asked; begin again")
            made = webauthn.registered(site, credential, asked)
        except webauthn.NotProvedError as error:
            raise InvalidError("credential", "is not what an authenticator says") from error
        values = {
            "user_id": caller.user_id,
            "credential_id": made.credential_id,
            "public_key": made.public_key,
            "sign_count": made.sign_count,
            "name": body.name,
        }
        row = await passkeys.add(work.conn, values)
        if row is None:
            raise ConflictError("This passkey is registered already.")
        await passkeys.strengthen(work.conn, caller.session)
        await accounts.revoke_sessions(work.conn, caller.user_id, caller.session)
        work.note("passkey.add", passkey=str(row["id"]))
    return Passkey.model_validate(row)


@router.post("/me/passkeys/{passkey_id}/remove", status_code=204)
async def remove(passkey_id: UUID, body: OwnPassword, caller: Signed, services: Shared) -> None:
    """Remove a passkey; the password is asked for again."""
    await sign_in.demand_password(services, caller, "password", body.password)
    async with acting(services, caller) as work:
        if not await passkeys.remove(work.conn, caller.user_id, passkey_id):
            raise NotFoundError
        await accounts.revoke_sessions(work.conn, caller.user_id, caller.session)
        work.note("passkey.remove", passkey=str(passkey_id))


@router.post("/auth/passkey/options")
async def ask(request: Request, services: Shared) -> PasskeyOptions:
    """Begin to sign in with a passkey."""
    return PasskeyOptions(options=await passkey_sign_in.challenge(services, request))


@router.post("/auth/passkey")
async def log_in(body: PasskeyLogIn, request: Request, services: Shared) -> PasskeyToken:
    """Exchange an authenticator's answer for a bearer token that can be revoked."""
    credential = body.credential.model_dump()
    token = await passkey_sign_in.enter(services, request, credential, "bearer")
    seconds = int(services.settings.session_hours * 3600)
    return PasskeyToken(access_token=token, expires_in=seconds)
