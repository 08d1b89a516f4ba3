"""Links by which people come in: an account that is meant for them, a new password.

Made by who manages the ward, handed over by them, used once by who holds it. The page puts the
token behind ``#``, so that it is in no log.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from analytics.domain.care import Role
from api.auth import joining, sessions
from api.errors import ForbiddenError, InvalidError, NotFoundError
from api.forms.accounts import Password, Username
from api.forms.paging import Page
from api.http.deps import COORDINATORS, Shared, UnitOfWork, Work, allow
from api.store import accounts, invitations, patients
from api.store.types import Row

router = APIRouter(tags=["people"])
Hours = Annotated[int, Field(ge=1, le=336, strict=True)]
"""Until a link ends; at most two weeks (proposed)."""
_SHOWN = 200
_COORDINATORS_MAY = frozenset({Role.PATIENT, Role.DOCTOR, Role.NURSE})
"""Whom a coordinator brings in and helps back in: nobody who has a coordinator's rights or more."""


class NewInvitation(BaseModel):
    """Whom an account is for; with ``patient`` it is linked to that record at once."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    ward: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    patient: UUID | None = None
    hours: Hours = 72


class NewReset(BaseModel):
    """A link for a new password; ``second_factor`` takes a lost second factor away with it."""

    model_config = ConfigDict(extra="forbid")

    second_factor: StrictBool = False
    hours: Hours = 24


class Invitation(BaseModel):
    """A link without its token; times are real time."""

    id: UUID
    purpose: Literal["account", "reset"]
    role: Role
    ward: str
    username: str | None
    patient: UUID | None
    made_by: str
    made_at: datetime
    expires_at: datetime
    state: Literal["open", "used", "withdrawn", "ended"]


class MadeInvitation(Invitation):
    """A link just made: ``token`` is told this once, ``path`` is where the page takes it."""

    token: str
    path: str


class LinkToken(BaseModel):
    """The token of a link."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=20, max_length=100)]


class OpenedLink(BaseModel):
    """What a link is for."""

    purpose: Literal["account", "reset"]
    role: Role
    ward: str
    username: str | None


class Joining(LinkToken):
    """A new account by its link, or a new password; the name is asked for with an account only."""

    username: Username | None = None
    password: Password
    display_name: Annotated[str, Field(max_length=120)] = ""


class JoinedAccount(BaseModel):
    """Who may sign in now."""

    username: str
    state: str


@router.get("/invitations", dependencies=[allow(*COORDINATORS)])
async def list_invitations(work: Work) -> Page[Invitation]:
    """List the links of one's ward, the newest first."""
    rows = await invitations.invitations(work.conn, _SHOWN)
    work.note("invitation.list", n=len(rows))
    return Page(items=[Invitation(**_shown(row)) for row in rows], next=None)


@router.post("/invitations", status_code=201, dependencies=[allow(*COORDINATORS)])
async def invite(work: Work, body: NewInvitation) -> MadeInvitation:
    """Make a link that opens one account of a role and ward."""
    ward = body.ward or work.caller.ward
    _demand_right(work, body.role, ward)
    patient_no = None
    if body.patient is not None:
        if body.role is not Role.PATIENT:
            raise InvalidError("patient", "is for an account of the role patient alone")
        found = await patients.number_and_ward(work.conn, body.patient)
        if found is None:
            raise InvalidError("patient", "is no patient whom you may see")
        patient_no, ward = found
    values = {"purpose": "account", "role": body.role.value, "ward": ward, "user_id": None}
    return await _made(work, values | {"patient_no": patient_no, "drops_factor": False}, body.hours)


@router.delete("/invitations/{invitation_id}", status_code=204, dependencies=[allow(*COORDINATORS)])
async def withdraw(work: Work, invitation_id: UUID) -> None:
    """Take a link back that was not used; a repeat changes nothing."""
    if not await invitations.withdraw(work.conn, invitation_id):
        raise NotFoundError
    work.note("invitation.withdraw", invitation=str(invitation_id))


@router.post("/users/{user_id}/reset-link", status_code=201, dependencies=[allow(*COORDINATORS)])
async def make_reset(work: Work, user_id: UUID, body: NewReset) -> MadeInvitation:
    """Make a link by which somebody sets a new password; an earlier one ends."""
    row = await accounts.user(work.conn, user_id)
    if row is None or not _may(work, Role(row["role"]), row["ward"]) or row["state"] == "disabled":
        raise NotFoundError
    await invitations.replace_of(work.conn, user_id)
    values = {"purpose": "reset", "role": row["role"], "ward": row["ward"], "user_id": user_id}
    more = {"patient_no": row["patient_no"], "drops_factor": body.second_factor}
    return await _made(work, values | more, body.hours)


@router.post("/auth/invitations/look")
async def look(body: LinkToken, request: Request, services: Shared) -> OpenedLink:
    """Tell whoever holds a link what it is for; 404 once it was used or has ended."""
    return OpenedLink.model_validate(await joining.opened(services, request, body.token))


@router.post("/auth/invitations/accept", status_code=201)
async def accept(body: Joining, request: Request, services: Shared) -> JoinedAccount:
    """Open the account, or set the new password; the link is used up, and sessions end."""
    wanted = joining.Joiner(
        token=body.token,
        username=body.username,
        password=body.password,
        display_name=body.display_name,
    )
    return JoinedAccount.model_validate(await joining.join(services, request, wanted))


def _may(work: UnitOfWork, role: Role, ward: str) -> bool:
    if work.caller.role is Role.ADMIN:
        return True
    return role in _COORDINATORS_MAY and ward == work.caller.ward


def _demand_right(work: UnitOfWork, role: Role, ward: str) -> None:
    if not _may(work, role, ward):
        raise ForbiddenError("Administrators alone invite to other wards and to other roles.")


async def _made(work: UnitOfWork, values: dict[str, object], hours: int) -> MadeInvitation:
    token = sessions.new_token()
    more = {"token_hash": sessions.token_hash(token), "made_by": work.caller.user_id}
    made = await invitations.add(work.conn, values | more | {"hours": hours})
    row = await invitations.invitation(work.conn, made)
    if row is None:
        raise NotFoundError
    detail = {"purpose": row["purpose"], "role": row["role"], "ward": row["ward"]}
    user = str(values["user_id"]) if values["user_id"] else None
    work.note("invitation.make", invitation=str(made), user=user, **detail)
    return MadeInvitation(**_shown(row), token=token, path=f"/join#{token}")


def _shown(row: Row) -> Row:
    state = "ended" if row["over"] else "open"
    if row["withdrawn_at"]:
        state = "withdrawn"
    if row["used_at"]:
        state = "used"
    return {**row, "state": state}
