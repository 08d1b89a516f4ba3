"""Dependencies of routes, for FastAPI.

The names to use:

``Signed``
    the ``Caller``: who is signed in (cookie or bearer); 401 otherwise. For cookies, unsafe methods
    must come from our own pages (``Sec-Fetch-Site`` / ``Origin``), else 403.
``Work``
    a ``UnitOfWork``: ``.conn`` is a connection in a transaction in which row-level security acts
    for the caller; ``.now`` the ward's time; ``.services``; ``.note(action, patient_no, **detail)``
    records an access, ``.saw(action, patients)`` a list. Committed when the handler returns, before
    the answer is sent; rolled back on any exception. Every clinical read or change must be noted.
``allow(Role.DOCTOR, ...)``
    a dependency that answers 403 to other roles: ``dependencies=[allow(...)]`` on the route. An
    administrator passes every guard; without clinical data (``Caller.office_only``, a setting) they
    reach administrative addresses alone. ``CLINICIANS`` and ``COORDINATORS`` are ready-made.
``acting(services, caller)``
    the same unit of work as an ``async with``, for what outlives one transaction (streams, waits).
``optional_caller(request)``
    the caller or None, for pages that redirect to the log-in instead of answering 401.
``own_origin(request)``
    whether an unsafe request comes from our own pages; for the log-in form.
``Shared``
    the ``Services`` themselves.
"""

import re
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from analytics.domain.care import Role
from api.auth import scopes, sessions, sign_in
from api.auth.sessions import Caller
from api.errors import ForbiddenError, NotSignedInError, SecondFactorError
from api.evidence import audit
from api.http.spoken import speak_with
from api.services import Connection, Services
from api.store import own_sessions
from api.store import rls_context as acting_sql

_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/login", auto_error=False)
_BEFORE_FACTOR = frozenset(
    {
        "/me",
        "/me/password",
        "/me/passkeys",
        "/me/passkeys/options",
        "/me/sessions",
        "/me/totp",
        "/me/totp/verify",
        "/auth/logout",
        "/auth/login",
    }
)
"""What staff may call before they have the second factor that they need."""
_AUDITORS = re.compile(
    r"/me(/(password|totp(/\w+)?|recovery-codes|passkeys(/[\w-]+)*|sessions(/[\w-]+)?))?"
    r"|/audit|/auth/logout|/ui/status"
)
"""All that an auditor may call: the log and their own account. What is new is closed to them."""
_OFFICE = re.compile(
    r"/me(/(password|totp(/\w+)?|recovery-codes|passkeys(/[\w-]+)*|sessions(/[\w-]+)?))?"
    r"|/me/channels(/[\w-]+)*|/notices/delivered|/auth/logout|/ui/status|/audit"
    r"|/users(/[\w-]+)*|/invitations(/[\w-]+)?|/clinicians|/registrations"
    r"|/doctors(/[\w-]+)?|/shifts(/[\w-]+)*"
    r"|/api-keys(/[\w-]+)?|/webhooks(/[\w-]+)*|/wards/[^/]+/settings(/\w+)?"
    r"|/devices/revoked\.pem|/patients/[\w-]+/erase"
)
"""All that an administrator without clinical data may call. What is new is closed to them."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def services_of(request: Request) -> Services:
    """Return the program's shared services."""
    found: Services = request.app.state.services
    return found


Shared = Annotated[Services, Depends(services_of)]


def own_origin(request: Request) -> bool:
    """Whether the browser says that this request comes from one of our own pages.

    ``Sec-Fetch-Site`` decides where the browser sends it, else ``Origin`` must name this host.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def _token(request: Request, bearer: str | None) -> str | None:
    if bearer:
        return bearer
    services = services_of(request)
    token = request.cookies.get(sessions.cookie_name(secure=services.settings.cookie_secure))
    if token and request.method not in _SAFE_METHODS and not own_origin(request):
        raise ForbiddenError("This request did not come from Homeward's own pages.")
    return token


async def optional_caller(request: Request) -> Caller | None:
    """Return who is signed in, by bearer token or cookie, or None.

    Raises:
        ForbiddenError: a machine whose scopes do not reach this address.
    """
    token = _token(request, await _bearer(request))
    if not token:
        return None
    services = services_of(request)
    async with services.pool.connection() as conn:
        idle, origin = services.settings.staff_idle_minutes, sign_in.origin_of(request)
        found = await sessions.caller_of(conn, token, idle, origin)
    if found is not None and found.role is Role.ADMIN and not services.settings.admin_clinical:
        found = replace(found, office_only=True)
    granted = None if found is None else found.scopes
    if granted is not None and not scopes.allows(granted, request.method, request.url.path):
        raise ForbiddenError("The scopes of this key do not reach that.")
    if found is not None:
        speak_with(found)
    return found


async def _caller(
    request: Request,
    _documented: Annotated[str | None, Depends(_bearer)],
) -> Caller:
    found = await optional_caller(request)
    if found is None:
        raise NotSignedInError
    services_of(request).rates.demand(found.user_id, time.monotonic())
    if lacks_factor(services_of(request), found) and not _leads_to_factor(request):
        raise SecondFactorError("Staff sign in with a second factor: POST /me/totp offers one.")
    if found.role is Role.AUDITOR and not _open(request, _AUDITORS):
        raise ForbiddenError("Auditors read the log and nothing else.")
    if found.office_only and not _open(request, _OFFICE):
        raise ForbiddenError("Administrators see no clinical data here.")
    return found


def lacks_factor(services: Services, caller: Caller) -> bool:
    """Whether somebody must set up a second factor before they may do anything else."""
    return services.settings.staff_second_factor and caller.staff and not caller.second_factor


def _leads_to_factor(request: Request) -> bool:
    path = request.url.path.removeprefix("/api/v1")
    return path in _BEFORE_FACTOR


def _open(request: Request, addresses: re.Pattern[str]) -> bool:
    return addresses.fullmatch(request.url.path.removeprefix("/api/v1")) is not None


Signed = Annotated[Caller, Depends(_caller)]


def allow(*roles: Role) -> Any:  # noqa: ANN401 - FastAPI's own type for a dependency
    """Return a dependency that lets only these roles (and administrators) pass; 403 otherwise."""

    async def guard(caller: Signed) -> None:
        if caller.role not in {*roles, Role.ADMIN}:
            raise ForbiddenError

    return Depends(guard)


CLINICIANS = (Role.DOCTOR, Role.NURSE)
COORDINATORS = (Role.COORDINATOR,)


@dataclass(slots=True, kw_only=True)
class UnitOfWork:
    """One transaction on behalf of one person.

    Attributes:
        conn: the connection; row-level security acts for ``caller``.
        caller: who acts.
        now: the ward's time at the start (UTC).
        services: the program's shared services.
    """

    conn: Connection
    caller: Caller
    now: datetime
    services: Services
    _notes: list[audit.Note] = field(default_factory=list)

    def note(self, action: str, patient_no: int | None = None, **detail: object) -> None:
        """Record an access or a change in the audit chain, with this transaction.

        Args:
            action: ``noun.verb``, for example ``patient.read``.
            patient_no: whose record it was, None for several or none.
            **detail: what explains it; never personal data.
        """
        self._notes.append(audit.Note(action=action, patient_no=patient_no, detail=detail))

    def saw(self, action: str, patients: Iterable[int], **detail: object) -> None:
        """Record that a list or a stream showed these patients; of nobody: that it was read.

        Each has a row of their own, one an hour for the same caller and action.

        Args:
            action: ``noun.verb``, for example ``panel.read``.
            patients: whose names or values were in the answer.
            **detail: what explains it; never personal data.
        """
        seen = tuple(sorted(set(patients)))
        self._notes.append(audit.Note(action=action, seen=seen, detail=detail))

    @property
    def noted(self) -> int:
        """How much is noted so far."""
        return len(self._notes)

    def forget_notes(self, but: int) -> None:
        """Forget all notes but the first ones: what they tell of was not done."""
        del self._notes[but:]

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Do a part that may fail by itself: what it did and noted is undone then, no more."""
        noted = self.noted
        try:
            async with self.conn.transaction():
                yield
        except BaseException:
            self.forget_notes(noted)
            raise

    @property
    def civil_now(self) -> datetime:
        """The ward's time in the ward's zone, for words that people read."""
        return self.services.in_ward(self.now)

    async def write_notes(self) -> None:
        """Append what was noted; last in the transaction, since the chain has one writer."""
        notes = [await self._explained(note) for note in self._notes]
        await audit.append(self.conn, self.now, str(self.caller.user_id), notes)
        self._notes.clear()

    @property
    def _scoped(self) -> str | None:
        return "scopes of a key" if self.caller.scopes is not None else None

    async def _explained(self, note: audit.Note) -> audit.Note:
        """Add where the request came from and, of one record, by what right it was opened."""
        more: dict[str, object] = {"from": self.caller.came_from}
        if note.patient_no is not None:
            why = self._scoped or await own_sessions.relation(self.conn, note.patient_no)
            more["why"] = why
        elif note.seen and self._scoped:
            more["why"] = self._scoped
        return replace(note, detail={**note.detail, **more})


@asynccontextmanager
async def acting(services: Services, caller: Caller) -> AsyncIterator[UnitOfWork]:
    """Give a unit of work that acts for ``caller`` and commits at the end."""
    async with services.pool.connection() as conn, conn.transaction():
        await acting_sql.act_for(conn, caller.user_id, caller.role, office_only=caller.office_only)
        work = UnitOfWork(conn=conn, caller=caller, now=services.now(), services=services)
        yield work
        await work.write_notes()


async def _unit_of_work(
    request: Request, services: Shared, caller: Signed
) -> AsyncIterator[UnitOfWork]:
    async with acting(services, caller) as work:
        yield work
    if services.replica is not None and request.method not in _SAFE_METHODS:
        matters_s = services.settings.replica_behind_s
        services.replica.note_write(caller.user_id, time.monotonic(), matters_s)


Work = Annotated[UnitOfWork, Depends(_unit_of_work, scope="function")]
