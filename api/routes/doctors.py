"""Doctors and nurses on the rota; an account may belong to one of them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from psycopg.errors import UniqueViolation
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.errors import ConflictError, InvalidError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.revisions import IfMatch, Revision, agree, tag
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.store import staffing
from api.store.types import Row

router = APIRouter(tags=["rota"], dependencies=[allow(*COORDINATORS)])

Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Cost = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
_Places = Annotated[int, Field(ge=0, le=10_000)]
_Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class NewDoctor(BaseModel):
    """Somebody to put on the rota; by ``phone`` they can be called in."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: Literal["doctor", "nurse"] = "doctor"
    skills: Annotated[list[Skill], Field(max_length=50)] = []
    user_id: UUID | None = None
    cost_per_hour: _Cost = 0.0
    max_patients: _Places | None = None
    phone: _Phone | None = None


class DoctorChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    kind: Literal["doctor", "nurse"] | None = None
    skills: Annotated[list[Skill], Field(max_length=50)] | None = None
    user_id: UUID | None = None
    cost_per_hour: _Cost | None = None
    max_patients: _Places | None = None
    phone: _Phone | None = None
    revision: Revision = None


class RotaMember(NewDoctor):
    """Somebody on the rota."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    ward: str
    revision: int = 1


def ward_of(caller: Caller) -> str | None:
    """Return the ward to which a coordinator is bound; None for an administrator."""
    return None if caller.role is Role.ADMIN else caller.ward


@router.get("/doctors")
async def list_doctors(work: Work, cursor: Cursor = None, limit: Limit = 100) -> Page[RotaMember]:
    """List the rota's people of the caller's ward by name."""
    after: Any = read_cursor(cursor, str, str)
    rows = await staffing.doctors(
        work.conn,
        ward_of(work.caller),
        after=after and (after[0], uuid_in_cursor(after[1])),
        limit=limit + 1,
    )
    shown, following = cut(rows, limit, lambda row: (row["name"], row["id"]))
    return Page(items=[RotaMember(**row) for row in shown], next=following)


def uuid_in_cursor(text: str) -> UUID:
    """Return an id that was part of a cursor.

    Raises:
        InvalidError: it is none of ours.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidError("cursor", "is not a cursor of this list") from error


@router.post("/doctors", status_code=201)
async def add_doctor(work: Work, body: NewDoctor) -> RotaMember:
    """Put somebody on the rota of the caller's ward; an administrator: of their account's ward."""
    ward = await _checked_ward(work, body.user_id, body.kind, ward_of(work.caller))
    values = {**body.model_dump(), "ward": ward or work.caller.ward}
    try:
        made = await staffing.add_doctor(work.conn, values)
    except UniqueViolation as error:
        raise ConflictError("This account is on the rota already.") from error
    work.note("doctor.add", doctor=str(made))
    return RotaMember(**values, id=made)


@router.patch("/doctors/{doctor_id}")
async def change_doctor(
    work: Work, doctor_id: UUID, body: DoctorChange, named: IfMatch, response: Response
) -> RotaMember:
    """Change somebody on the rota."""
    row = await _doctor(work, doctor_id)
    agree(row["revision"], named, body.revision)
    changed = {**row, **body.model_dump(exclude_unset=True, exclude={"revision"})}
    for field in ("name", "kind", "skills", "cost_per_hour"):
        if changed[field] is None:
            raise InvalidError(field, "must not be null")
    if {"user_id", "kind"} & body.model_fields_set:
        await _checked_ward(work, changed["user_id"], changed["kind"], row["ward"])
    try:
        changed["revision"] = await staffing.change_doctor(work.conn, changed)
    except UniqueViolation as error:
        raise ConflictError("This account is on the rota already.") from error
    work.note("doctor.change", doctor=str(doctor_id))
    tag(response, changed["revision"])
    return RotaMember(**changed)


async def _doctor(work: UnitOfWork, doctor_id: UUID) -> Row:
    row = await staffing.doctor(work.conn, doctor_id, ward_of(work.caller), lock=True)
    if row is None:
        raise NotFoundError
    return row


async def _checked_ward(
    work: UnitOfWork, user_id: UUID | None, kind: str, ward: str | None
) -> str | None:
    """Return the ward of an account for the rota; without one ``ward``, None being any.

    By the rota it gets alerts and opens records: it must be of that kind and ward, and not closed.
    """
    if user_id is None:
        return ward
    account = await staffing.account(work.conn, user_id)
    if account is None or account["ward"] != (ward or account["ward"]):
        raise InvalidError("user_id", "is no account of this ward")
    if account["role"] != kind:
        raise InvalidError("user_id", f"is not the account of a {kind}")
    if account["state"] != "active":
        raise InvalidError("user_id", "is an account that was closed")
    found: str = account["ward"]
    return found
