"""Signing in and out, one's own account, and a patient's own registration."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from analytics.domain.care import Role
from api.auth import sessions, sign_in, throttle
from api.errors import InvalidError
from api.evidence import audit
from api.forms.accounts import Password, Username
from api.http.deps import Shared, Signed, Work, acting
from api.limits import passwords
from api.store import accounts, recovery

router = APIRouter(tags=["people"])


class Token(BaseModel):
    """A session for a program; ``expires_in`` in real seconds."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - OAuth 2's name of the kind
    expires_in: int


class Me(BaseModel):
    """Who is signed in."""

    id: UUID
    username: str
    display_name: str
    role: Role
    state: str
    ward: str
    patient: UUID | None
    totp: bool
    passkeys: int
    recovery_codes: int
    language: str | None


class Registration(BaseModel):
    """A patient's own account."""

    model_config = ConfigDict(extra="forbid")

    username: Username
    password: Password
    display_name: Annotated[str, Field(max_length=120)] = ""
    ward: Annotated[str, Field(min_length=1, max_length=60)] = "main"


class RegisteredAccount(BaseModel):
    """The new account: it sees nothing until a coordinator links it to a patient."""

    id: UUID
    username: str
    state: str


class PasswordChange(BaseModel):
    """The password in use and the one to use from now on."""

    model_config = ConfigDict(extra="forbid")

    current: Annotated[str, Field(max_length=passwords.MAX_PASSWORD)]
    new: Password


class LoginForm:
    """The form of OAuth 2's password grant, with our second factor."""

    def __init__(
        self,
        username: Annotated[str, Form(max_length=256)],
        password: Annotated[str, Form(max_length=4096)],
        otp: Annotated[str | None, Form(max_length=16)] = None,
    ) -> None:
        """Keep what was sent; further fields of OAuth 2 are not looked at."""
        self.username = username
        self.password = password
        self.otp = otp


@router.post("/auth/login")
async def log_in(
    form: Annotated[LoginForm, Depends()], request: Request, services: Shared
) -> Token:
    """Exchange name and password for a bearer token that can be revoked."""
    attempt = sign_in.Attempt(
        username=form.username,
        password=form.password,
        otp=form.otp,
        address=sign_in.address_of(request),
        machine=sign_in.origin_of(request).machine,
    )
    token = await sign_in.sign_in(services, attempt, "bearer")
    return Token(access_token=token, expires_in=int(services.settings.session_hours * 3600))


@router.post("/auth/logout", status_code=204)
async def log_out(work: Work, response: Response) -> None:
    """End this session."""
    await accounts.revoke_session(work.conn, work.caller.session)
    work.note("session.close")
    if work.caller.by_cookie:
        sign_in.clear_cookie(response, work.services)


@router.post("/auth/register", status_code=201)
async def register(body: Registration, request: Request, services: Shared) -> RegisteredAccount:
    """Open a patient's own account, pending until a coordinator links it to a patient.

    A name that is taken gets the same answer, and no account: this route is open to all, and
    would else tell who has one.
    """
    made = await throttle.keyed(services)
    rules = throttle.registration_rules(services, made, sign_in.address_of(request))
    await throttle.count(services, rules)
    least = services.settings.password_min_guesses
    passwords.demand_strong("password", body.password, (body.username, body.display_name), least)
    hashed = await sessions.hash_password(body.password)
    async with services.pool.connection() as conn, conn.transaction():
        values = {
            "username": body.username,
            "password_hash": hashed,
            "role": Role.PATIENT.value,
            "state": "pending",
            "display_name": body.display_name,
            "ward": body.ward,
        }
        user_id = await accounts.add_user(conn, values)
        detail = {"user": str(user_id)} if user_id else {"refused": "taken"}
        note = audit.Note(action="account.register", detail=detail)
        await audit.append(conn, services.now(), "nobody", [note])
    return RegisteredAccount(id=user_id or uuid4(), username=body.username, state="pending")


@router.get("/me")
async def me(work: Work) -> Me:
    """Return who is signed in."""
    row = await accounts.user(work.conn, work.caller.user_id)
    left = await recovery.left(work.conn, work.caller.user_id)
    return Me.model_validate({**(row or {}), "recovery_codes": left})


@router.post("/me/password", status_code=204)
async def change_password(body: PasswordChange, caller: Signed, services: Shared) -> None:
    """Change one's own password; every other session of the account ends."""
    proved = await sign_in.demand_password(services, caller, "current", body.current)
    least = services.settings.password_min_guesses
    passwords.demand_strong("new", body.new, (caller.username, caller.display_name), least)
    hashed = await sessions.hash_password(body.new)
    async with acting(services, caller) as work:
        if not await accounts.replace_password(work.conn, caller.session, proved, hashed):
            raise InvalidError("current", "was changed meanwhile, or this session has ended")
        await accounts.revoke_sessions(work.conn, caller.user_id, caller.session)
        work.note("password.change")
