"""Signing in and out, one's own account, and a patient's own registration."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.care import Role
from api import identity, signing_in, throttle
from api.deps import Shared, Signed, Work
from api.errors import ConflictError, InvalidError
from api.store import people

router = APIRouter(tags=["people"])

Username = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,63}$"
    ),
]
Password = Annotated[str, Field(min_length=identity.MIN_PASSWORD, max_length=identity.MAX_PASSWORD)]


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


class Registration(BaseModel):
    """A patient's own account."""

    model_config = ConfigDict(extra="forbid")

    username: Username
    password: Password
    display_name: Annotated[str, Field(max_length=120)] = ""


class Registered(BaseModel):
    """The new account: it sees nothing until a coordinator links it to a patient."""

    id: UUID
    username: str
    state: str


class PasswordChange(BaseModel):
    """The password in use and the one to use from now on."""

    model_config = ConfigDict(extra="forbid")

    current: Annotated[str, Field(max_length=identity.MAX_PASSWORD)]
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
    attempt = signing_in.Attempt(
        username=form.username,
        password=form.password,
        otp=form.otp,
        address=signing_in.address_of(request),
    )
    token = await signing_in.sign_in(services, attempt, "bearer")
    return Token(access_token=token, expires_in=int(services.settings.session_hours * 3600))


@router.post("/auth/logout", status_code=204)
async def log_out(work: Work, response: Response) -> None:
    """End this session."""
    await people.revoke_session(work.conn, work.caller.session)
    work.note("session.close")
    if work.caller.by_cookie:
        signing_in.clear_cookie(response, work.services)


@router.post("/auth/register", status_code=201)
async def register(body: Registration, request: Request, services: Shared) -> Registered:
    """Open a patient's own account, pending until a coordinator links it to a patient."""
    rules = throttle.registration_rules(signing_in.address_of(request))
    await throttle.count(services.pool, rules)
    hashed = await identity.hash_password(body.password)
    async with services.pool.connection() as conn:
        values = {
            "username": body.username,
            "password_hash": hashed,
            "role": Role.PATIENT.value,
            "state": "pending",
            "display_name": body.display_name,
            "ward": "main",
        }
        user_id = await people.add_user(conn, values)
    if user_id is None:
        raise ConflictError("This user name is taken.")
    return Registered(id=user_id, username=body.username, state="pending")


@router.get("/me")
async def me(work: Work) -> Me:
    """Return who is signed in."""
    row = await people.user(work.conn, work.caller.user_id)
    return Me.model_validate(row)


@router.post("/me/password", status_code=204)
async def change_password(body: PasswordChange, caller: Signed, services: Shared) -> None:
    """Change one's own password; every other session of the account ends."""
    rules = throttle.sign_in_rules(caller.username, f"session {caller.user_id}")[:1]
    await throttle.count(services.pool, rules)
    async with services.pool.connection() as conn:
        row = await people.secrets_of(conn, caller.user_id)
    if row is None or not await identity.password_matches(row["password_hash"], body.current):
        raise InvalidError("current", "is not the password in use")
    hashed = await identity.hash_password(body.new)
    async with services.pool.connection() as conn, conn.transaction():
        await people.set_password(conn, caller.user_id, hashed)
        await people.revoke_sessions(conn, caller.user_id, caller.session)
    await throttle.forget(services.pool, rules)
