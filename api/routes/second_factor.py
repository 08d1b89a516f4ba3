"""The second factor of one's own account: offer, confirm, drop."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.auth import recovery, sign_in, totp
from api.errors import ConflictError
from api.http.deps import Shared, Signed, acting
from api.limits.passwords import MAX_PASSWORD
from api.store import accounts
from api.store import recovery as codes
from api.vault import personal_data

router = APIRouter(tags=["people"])


class Offered(BaseModel):
    """A secret for an authenticator program; shown once, asked for once it was confirmed."""

    secret: str
    otpauth_uri: str


class Otp(BaseModel):
    """A one-time password."""

    model_config = ConfigDict(extra="forbid")

    otp: Annotated[str, Field(pattern=r"^\s*\d{6}\s*$")]


class PasswordProof(BaseModel):
    """The password in use, asked for again."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, Field(max_length=MAX_PASSWORD)]


class Removal(PasswordProof):
    """What dropping a second factor needs."""

    otp: Annotated[str, Field(pattern=r"^\s*\d{6}\s*$")]


class RecoveryCodes(BaseModel):
    """Codes that each open one log-in without the telephone; shown once."""

    codes: list[str]


class FactorState(BaseModel):
    """Whether the account asks for a second factor."""

    totp: bool


@router.post("/me/totp", status_code=201)
async def offer(body: PasswordProof, caller: Signed, services: Shared) -> Offered:
    """Make a secret; the account asks for one-time passwords once the first was confirmed.

    The password is asked for again: an open session alone must not change who may sign in.
    """
    await sign_in.demand_password(services, caller, "password", body.password)
    async with acting(services, caller) as work:
        row = await accounts.secrets_of(work.conn, caller.user_id)
        if row is not None and row["totp_step"] is not None:
            raise ConflictError("This account has a second factor already; remove it first.")
        secret = totp.new_secret()
        key = await personal_data.system_key(work.conn, services.vault, "totp")
        sealed = totp.seal_secret(key, secret, caller.user_id.bytes)
        await accounts.set_totp(work.conn, caller.user_id, sealed)
        work.note("totp.offer")
    return Offered(secret=secret, otpauth_uri=totp.address(secret, caller.username))


@router.post("/me/totp/verify")
async def confirm(body: Otp, caller: Signed, services: Shared) -> FactorState:
    """Confirm the offered secret with a first one-time password; other sessions end."""
    await sign_in.demand_otp(services, caller, body.otp)
    async with acting(services, caller) as work:
        await accounts.revoke_sessions(work.conn, caller.user_id, caller.session)
        work.note("totp.confirm")
    return FactorState(totp=True)


@router.post("/me/recovery-codes", status_code=201)
async def make_codes(body: PasswordProof, caller: Signed, services: Shared) -> RecoveryCodes:
    """Make ten codes for when the telephone is lost; those of before end."""
    await sign_in.demand_password(services, caller, "password", body.password)
    async with acting(services, caller) as work:
        row = await accounts.secrets_of(work.conn, caller.user_id)
        if row is None or row["totp_step"] is None:
            raise ConflictError("Codes stand in for one-time passwords: set those up first.")
        key = await personal_data.system_key(work.conn, services.vault, "recovery")
        made = recovery.new_codes()
        hashes = [recovery.hash_of(key, caller.user_id, code) for code in made]
        await codes.replace(work.conn, caller.user_id, hashes)
        work.note("recovery_code.make", n=len(made))
    return RecoveryCodes(codes=made)


@router.post("/me/totp/remove")
async def remove(body: Removal, caller: Signed, services: Shared) -> FactorState:
    """Drop the second factor; the password and a one-time password are needed."""
    await sign_in.demand_password(services, caller, "password", body.password)
    await sign_in.demand_otp(services, caller, body.otp)
    async with acting(services, caller) as work:
        await accounts.set_totp(work.conn, caller.user_id, None)
        await accounts.revoke_sessions(work.conn, caller.user_id, caller.session)
        work.note("totp.remove")
    return FactorState(totp=False)
