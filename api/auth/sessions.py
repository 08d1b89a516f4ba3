"""Passwords, sessions and roles; second factors are in ``api.auth.totp``.

Passwords are hashed with Argon2id in a few threads, off the event loop, so that a burst of log-ins
neither stops the feeds nor takes all memory. A session is an opaque random token of which only the
SHA-256 is stored: it can be revoked at once, and a stolen table opens nothing. Sessions and
throttling live by real time (the database's clock), not by the ward's.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from analytics.domain.care import Role
from api.store import accounts
from api.store.types import Conn

# OWASP's first recommended setting for Argon2id: 46 MiB, one pass, one lane.
_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_threads = CapacityLimiter(2)
# Verified against when the user does not exist, so that both answers take the same time.
_NOBODY = (
    "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
_TOKEN_BYTES = 32
# People type tokens into command lines, where a leading "-" would be an option; and a scanner for
# leaked secrets knows them by it.
_TOKEN_PREFIX = "hw_"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where somebody calls from: the address, and browser and system in two words."""

    address: str = ""
    machine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who is signed in.

    Attributes:
        user_id: the account's id.
        username: the name they sign in with.
        display_name: the name others see; may be empty.
        role: what they are allowed to do.
        state: ``active``, or ``pending`` for a patient not linked to a record yet.
        ward: the ward that they work in.
        patient_no: the patient whom a patient's account belongs to.
        session: hash of the session's token, to end it.
        second_factor: whether the account asks for a one-time password, or this session was opened
            by what stands for both factors.
        by_cookie: whether the session came as a cookie.
        scopes: what a machine may do, with a coordinator's view of its ward; None: a person.
        session_id: the session as its owner's list and the audit name it.
        origin: where this request comes from.
        office_only: an administrator who sees no clinical data here, as the site's settings say.
        language: in which they chose to be spoken to; None: as their browser asks.
    """

    user_id: UUID
    username: str
    display_name: str
    role: Role
    state: str
    ward: str
    patient_no: int | None
    session: bytes
    by_cookie: bool
    second_factor: bool = False
    scopes: frozenset[str] | None = None
    session_id: UUID | None = None
    origin: Origin = field(default_factory=Origin)
    office_only: bool = False
    language: str | None = None

    @property
    def staff(self) -> bool:
        """Whether this is a person who works here."""
        return self.role is not Role.PATIENT and self.scopes is None

    @property
    def came_from(self) -> dict[str, str]:
        """What the audit keeps of this request's origin.

        A patient's address is their home's, and the audit outlives their erasure: it is left out.
        """
        named = {"session": str(self.session_id) if self.session_id else ""}
        if self.role is not Role.PATIENT:
            named |= {"address": self.origin.address, "machine": self.origin.machine}
        return {name: text for name, text in named.items() if text}


def cookie_name(*, secure: bool) -> str:
    """Return the session cookie's name; ``__Host-`` binds it to this host where TLS allows."""
    return "__Host-homeward" if secure else "homeward"


def token_hash(token: str) -> bytes:
    """Return what is stored of a token. It is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """Return a fresh token of 256 random bits, safe in URLs, headers and command lines."""
    return _TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


async def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, computed in a thread."""
    return await to_thread.run_sync(_hasher.hash, password, limiter=_threads)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password fits the stored hash; as slow for None, which fits nothing."""
    fits = await to_thread.run_sync(_matches, stored or _NOBODY, password, limiter=_threads)
    return fits and stored is not None


async def open_session(
    conn: Conn,
    user_id: UUID,
    *,
    kind: str,
    hours: float,
    origin: Origin,
    proved_by: str = "password",
) -> str:
    """Open a session and return its token, which is shown once.

    Args:
        conn: any connection of the API.
        user_id: whose session it is.
        kind: ``cookie`` or ``bearer``.
        hours: real hours until it ends.
        origin: where the log-in came from.
        proved_by: ``password``, ``passkey`` or ``provider``.
    """
    token = new_token()
    opened = {"address": origin.address, "machine": origin.machine, "proved_by": proved_by}
    hashed = token_hash(token)
    await accounts.add_session(conn, hashed, user_id, kind=kind, hours=hours, opened=opened)
    return token


async def caller_of(
    conn: Conn, token: str, idle_minutes: float = 0.0, origin: Origin | None = None
) -> Caller | None:
    """Return whose session a token opens, None if it never did or no longer does.

    Args:
        conn: any connection of the API.
        token: as it was sent.
        idle_minutes: a session of staff that was not used for so long has ended; 0: none has.
        origin: where the request comes from, if it is known.
    """
    row = await accounts.session(conn, token_hash(token), idle_minutes)
    if row is None:
        return None
    if row["stale"]:
        await accounts.use_session(conn, row["token_hash"])
    machine = row["role"] == "machine"
    return Caller(
        user_id=row["id"],
        username=row["username"],
        display_name=row["display_name"],
        role=Role.COORDINATOR if machine else Role(row["role"]),
        state=row["state"],
        ward=row["ward"],
        patient_no=row["patient_no"],
        session=row["token_hash"],
        by_cookie=row["kind"] == "cookie",
        second_factor=row["second_factor"],
        scopes=frozenset(row["scopes"] or ()) if machine else None,
        session_id=row["session_id"],
        language=row["language"],
        origin=origin or Origin(),
    )
