"""Using a link that somebody was handed: an account of one's own, or a new password.

Whoever holds the link acts for nobody: what it opens is told by the database for its hash alone.
"""

from dataclasses import dataclass
from typing import Literal

from fastapi import Request

from api.auth import sessions, sign_in, throttle
from api.errors import ConflictError, InvalidError, NotFoundError
from api.evidence import audit
from api.language import noted
from api.limits import passwords
from api.services import Services
from api.store import accounts, invitations, passkeys, throttles
from api.store.types import Conn, Row

_OVER = noted("This link was used, was taken back or has ended: ask for a new one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joiner:
    """What somebody wants by a link: the name is asked for where it opens an account."""

    token: str
    username: str | None
    password: str
    display_name: str


async def opened(services: Services, request: Request, token: str) -> Row:
    """Return what a link is for.

    Raises:
        NotFoundError: it opens nothing, or no more.
        ThrottledError: too many tries from one place.
    """
    made = await throttle.keyed(services)
    rules = throttle.link_rules(services, made, sign_in.address_of(request))
    counted = await throttle.count(services, rules)
    async with services.pool.connection() as conn:
        row = await invitations.opened_by(conn, sessions.token_hash(token))
        if row is None:
            raise NotFoundError(_OVER)
        await throttle.give_back(conn, counted)
    return row


async def join(services: Services, request: Request, wanted: Joiner) -> Row:
    """Open the account or set the password, and use the link up; return ``username``, ``state``.

    Raises:
        NotFoundError: the link opens nothing, or no more.
        ConflictError: the name is taken.
        InvalidError: the name is missing, or the password too easily guessed.
        ThrottledError: too many tries from one place.
    """
    link = await opened(services, request, wanted.token)
    name = link["username"] if link["purpose"] == "reset" else wanted.username
    if name is None:
        raise InvalidError("username", "is needed for an account")
    least = services.settings.password_min_guesses
    passwords.demand_strong("password", wanted.password, (name, wanted.display_name), least)
    hashed = await sessions.hash_password(wanted.password)
    action: Literal["account.accept", "password.reset"] = "password.reset"
    async with services.pool.connection() as conn, conn.transaction():
        if link["purpose"] == "reset":
            await _reset(conn, link, hashed)
        else:
            action = "account.accept"
            link["user_id"] = await _account(conn, link, wanted, name, hashed)
        if not await invitations.use(conn, link["id"], link["user_id"]):
            raise NotFoundError(_OVER)
        detail = {"invitation": str(link["id"]), "role": link["role"]}
        note = audit.Note(action=action, detail=detail)
        await audit.append(conn, services.now(), str(link["user_id"]), [note])
    linked = link["role"] != "patient" or link["patient_no"] is not None
    return {"username": name, "state": "active" if linked else "pending"}


async def _reset(conn: Conn, link: Row, hashed: str) -> None:
    """Set the password; whoever was signed in with the old one is so no more."""
    await accounts.set_password(conn, link["user_id"], hashed)
    await throttles.forget_places(conn, link["user_id"])
    if link["drops_factor"]:
        await accounts.set_totp(conn, link["user_id"], None)
        await passkeys.remove_all(conn, link["user_id"])
    await accounts.revoke_sessions(conn, link["user_id"])


async def _account(conn: Conn, link: Row, wanted: Joiner, name: str, hashed: str) -> object:
    """Open the account, linked to its record if the link names one."""
    values = {
        "username": name,
        "password_hash": hashed,
        "role": link["role"],
        "state": "pending" if link["role"] == "patient" else "active",
        "display_name": wanted.display_name,
        "ward": link["ward"],
    }
    user_id = await accounts.add_user(conn, values)
    if user_id is None:
        raise ConflictError("This user name is taken: choose another.")
    if link["patient_no"] is not None:
        await accounts.link_patient(conn, user_id, link["patient_no"], link["ward"])
    return user_id
