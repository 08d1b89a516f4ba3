"""The second factor of one's own account: offer, confirm, drop."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api import records, signing_in, throttle, totp
from api.deps import Shared, Signed, Work
from api.errors import ConflictError, InvalidError
from api.store import people

router = APIRouter(tags=["people"])


class Offered(BaseModel):
    """A secret for an authenticator program; shown once, asked for once it was confirmed."""

    secret: str
    otpauth_uri: str


class Otp(BaseModel):
    """A one-time password."""

    model_config = ConfigDict(extra="forbid")

    otp: Annotated[str, Field(pattern=r"^\s*\d{6}\s*$")]


class FactorState(BaseModel):
    """Whether the account asks for a second factor."""

    totp: bool


@router.post("/me/totp", status_code=201)
async def offer(work: Work) -> Offered:
    """Make a secret; the account asks for one-time passwords once the first was confirmed."""
    row = await people.secrets_of(work.conn, work.caller.user_id)
    if row is not None and row["totp_step"] is not None:
        raise ConflictError("This account has a second factor already; remove it first.")
    secret = totp.new_secret()
    key = await records.system_key(work.conn, work.services.vault, "totp")
    sealed = totp.seal_secret(key, secret, work.caller.user_id.bytes)
    await people.set_totp(work.conn, work.caller.user_id, sealed)
    work.note("totp.offer")
    return Offered(secret=secret, otpauth_uri=totp.address(secret, work.caller.username))


@router.post("/me/totp/verify")
async def confirm(body: Otp, caller: Signed, services: Shared) -> FactorState:
    """Confirm the offered secret with a first one-time password."""
    await _use(body, caller, services)
    return FactorState(totp=True)


@router.post("/me/totp/remove")
async def remove(body: Otp, caller: Signed, services: Shared) -> FactorState:
    """Drop the second factor; a one-time password of it is needed."""
    await _use(body, caller, services)
    async with services.pool.connection() as conn:
        await people.set_totp(conn, caller.user_id, None)
    return FactorState(totp=False)


async def _use(body: Otp, caller: Signed, services: Shared) -> None:
    """Use up a one-time password of one's own; guesses are throttled like log-ins."""
    rules = throttle.sign_in_rules(caller.username, f"session {caller.user_id}")[:1]
    await throttle.count(services.pool, rules)
    async with services.pool.connection() as conn:
        row = await people.secrets_of(conn, caller.user_id)
    if row is None or row["totp_sealed"] is None:
        raise ConflictError("No second factor was offered; ask for one first.")
    if not await signing_in.use_otp(services, row, body.otp):
        raise InvalidError("otp", "is wrong or was used before")
    await throttle.forget(services.pool, rules)
