"""Accounts, for administrators; and who may be chosen for care teams, for coordinators."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from analytics.domain.care import Role
from api.auth import sessions
from api.errors import ConflictError, NotFoundError
from api.forms.accounts import Password, Username
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.patch import Kept
from api.forms.revisions import IfMatch, Revision, agree, tag
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.limits import passwords
from api.store import accounts, passkeys, stays, throttles

router = APIRouter(tags=["people"])

Ward = Annotated[str, Field(min_length=1, max_length=60)]
DisplayName = Annotated[str, Field(max_length=120)]


class User(BaseModel):
    """An account."""

    id: UUID
    username: str
    role: Role
    state: str
    display_name: str
    ward: str
    patient: UUID | None
    totp: bool
    created_at: datetime
    revision: int


class Clinician(BaseModel):
    """A doctor or nurse who has an account."""

    id: UUID
    username: str
    display_name: str
    role: Role


class NewUser(BaseModel):
    """An account to open."""

    model_config = ConfigDict(extra="forbid")

    username: Username
    password: Password
    role: Role
    display_name: DisplayName = ""
    ward: Ward = "main"


class UserChange(BaseModel):
    """What to change of an account; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[Password | None, Kept] = None
    role: Annotated[Role | None, Kept] = None
    state: Annotated[Literal["active", "disabled"] | None, Kept] = None
    display_name: Annotated[DisplayName | None, Kept] = None
    ward: Annotated[Ward | None, Kept] = None
    patient: Annotated[None, Field(description="null parts it from its patient's record")] = None
    reset_totp: StrictBool = False
    revision: Revision = None

    @property
    def unlinks(self) -> bool:
        """Whether the account is parted from the record that it is linked to."""
        return "patient" in self.model_fields_set

    @property
    def ends_sessions(self) -> bool:
        """Whether everybody signed in with the account must sign in anew."""
        changed = bool(self.password or self.role or self.reset_totp or self.ward)
        return changed or self.unlinks or self.state == "disabled"


@router.get("/users", dependencies=[allow(Role.ADMIN)])
async def list_users(
    work: Work, cursor: Cursor = None, limit: Limit = 100, role: Role | None = None
) -> Page[User]:
    """List accounts by name."""
    after = read_cursor(cursor, str)
    rows = await accounts.users(
        work.conn,
        after=str(after[0]) if after else None,
        limit=limit + 1,
        roles=[role.value] if role else None,
    )
    shown, following = cut(rows, limit, lambda row: [row["username"]])
    return Page(items=[User.model_validate(row) for row in shown], next=following)


@router.post("/users", status_code=201, dependencies=[allow(Role.ADMIN)])
async def add_user(work: Work, body: NewUser) -> User:
    """Open an account."""
    _demand_strong(work, body.password, body.username, body.display_name)
    values = {
        "username": body.username,
        "password_hash": await sessions.hash_password(body.password),
        "role": body.role.value,
        "state": "pending" if body.role is Role.PATIENT else "active",
        "display_name": body.display_name,
        "ward": body.ward,
    }
    user_id = await accounts.add_user(work.conn, values)
    if user_id is None:
        raise ConflictError("This user name is taken.")
    work.note("user.create", user=str(user_id), role=body.role.value)
    return await _shown(work, user_id)


@router.patch("/users/{user_id}", dependencies=[allow(Role.ADMIN)])
async def change_user(
    work: Work, user_id: UUID, body: UserChange, named: IfMatch, response: Response
) -> User:
    """Change an account; a new password, role or ward, or disabling, ends its sessions."""
    row = await accounts.user(work.conn, user_id, lock=True)
    if row is None:
        raise NotFoundError
    agree(row["revision"], named, body.revision)
    await _keep_an_admin(work, user_id, body)
    if body.password:
        _demand_strong(work, body.password, row["username"], row["display_name"])
        hashed = await sessions.hash_password(body.password)
        await accounts.set_password(work.conn, user_id, hashed)
        await throttles.forget_places(work.conn, user_id)
    if body.reset_totp:
        await accounts.set_totp(work.conn, user_id, None)
        await passkeys.remove_all(work.conn, user_id)
    values = body.model_dump(include={"role", "state", "display_name", "ward"}, mode="json")
    await accounts.change_user(work.conn, user_id, values)
    if body.ward and body.ward != row["ward"]:
        await stays.leave_wards(work.conn, user_id, body.ward)
    if body.unlinks and row["patient_no"] is not None:
        await stays.unlink_patient(work.conn, user_id, row["patient_no"])
    if body.ends_sessions:
        await accounts.revoke_sessions(work.conn, user_id)
    fields = body.model_fields_set - {"revision"}
    work.note("user.change", user=str(user_id), fields=sorted(fields))
    changed = await _shown(work, user_id)
    tag(response, changed.revision)
    return changed


def _demand_strong(work: UnitOfWork, password: str, *about: str) -> None:
    least = work.services.settings.password_min_guesses
    passwords.demand_strong("password", password, about, least)


async def _keep_an_admin(work: UnitOfWork, user_id: UUID, body: UserChange) -> None:
    """Refuse to lock everybody out."""
    loses = body.state == "disabled" or body.role not in {None, Role.ADMIN}
    if not loses:
        return
    row = await accounts.user(work.conn, user_id)
    if row is None or row["role"] != Role.ADMIN:
        return
    if not await accounts.other_admins(work.conn, user_id):
        raise ConflictError("This is the last administrator.")


async def _shown(work: UnitOfWork, user_id: UUID) -> User:
    return User.model_validate(await accounts.user(work.conn, user_id))


def _own_ward(work: UnitOfWork) -> str | None:
    """Return the ward whose people a coordinator sees; None, which is every ward, for others."""
    return None if work.caller.role is Role.ADMIN else work.caller.ward


@router.get("/clinicians", dependencies=[allow(*COORDINATORS)])
async def list_clinicians(work: Work, cursor: Cursor = None, limit: Limit = 100) -> Page[Clinician]:
    """List active doctors and nurses, whom a care team can be made of."""
    after = read_cursor(cursor, str)
    rows = await accounts.users(
        work.conn,
        after=str(after[0]) if after else None,
        limit=limit + 1,
        roles=[role.value for role in CLINICIANS],
        state="active",
        ward=_own_ward(work),
    )
    shown, following = cut(rows, limit, lambda row: [row["username"]])
    return Page(items=[Clinician.model_validate(row) for row in shown], next=following)


@router.get("/registrations", dependencies=[allow(*COORDINATORS)])
async def list_registrations(
    work: Work, cursor: Cursor = None, limit: Limit = 100
) -> Page[Clinician]:
    """List patients' own accounts that wait to be linked to a patient."""
    after = read_cursor(cursor, str)
    rows = await accounts.users(
        work.conn,
        after=str(after[0]) if after else None,
        limit=limit + 1,
        roles=[Role.PATIENT.value],
        state="pending",
        ward=_own_ward(work),
    )
    shown, following = cut(rows, limit, lambda row: [row["username"]])
    return Page(items=[Clinician.model_validate(row) for row in shown], next=following)
