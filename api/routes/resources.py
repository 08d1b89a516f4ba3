"""Beds, kits and equipment of a ward: how many there are, who has one, who waits for one."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from psycopg.errors import UniqueViolation
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from analytics.domain.care import Role
from api.errors import ConflictError, InvalidError, NotFoundError
from api.forms.paging import Page
from api.forms.patch import Kept
from api.forms.revisions import IfMatch, Revision, agree, tag
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.patients.identifiers import name_people
from api.store import patients, resources
from api.store.timestamps import rfc3339
from api.store.types import Row

router = APIRouter(prefix="/resources", tags=["rota"], dependencies=[allow(*COORDINATORS)])

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Ward = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Count = Annotated[StrictInt, Field(ge=0, le=100_000)]
_TAKEN = "The ward has something of this name already."


class NewResource(BaseModel):
    """Something that is counted; ``each_patient``: a stay takes one, or cannot begin."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["bed", "kit", "equipment"]
    name: Name
    count: Count
    each_patient: StrictBool = False
    ward: Ward | None = None


class ResourceChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name | None, Kept] = None
    count: Annotated[Count | None, Kept] = None
    each_patient: Annotated[StrictBool | None, Kept] = None
    revision: Revision = None


class ResourceRequest(BaseModel):
    """``wait``: whether the patient waits where none is free."""

    model_config = ConfigDict(extra="forbid")

    wait: StrictBool = True


class ResourceHolder(BaseModel):
    """A patient who has one, or waits for one."""

    patient: UUID
    name: str | None
    identifier: str | None
    birth_date: str | None
    state: Literal["given", "waiting"]
    since: str | None


class ResourceAnswer(BaseModel):
    """One resource: how many there are, are used and are free, and who has or awaits one."""

    id: UUID
    ward: str
    kind: str
    name: str
    count: int
    each_patient: bool
    used: int
    waiting: int
    free: int
    holders: list[ResourceHolder]
    revision: int


def _ward(work: UnitOfWork) -> str | None:
    return None if work.caller.role is Role.ADMIN else work.caller.ward


@router.get("")
async def list_resources(work: Work) -> Page[ResourceAnswer]:
    """List what the caller's ward has, all at once."""
    rows = await resources.of_wards(work.conn, _ward(work))
    return Page(items=await _told(work, rows), next=None)


@router.post("", status_code=201)
async def add_resource(work: Work, body: NewResource) -> ResourceAnswer:
    """Add something to the ward; of what each patient needs, those who are there have one."""
    ward = body.ward or work.caller.ward
    if _ward(work) not in {None, ward}:
        raise InvalidError("ward", "is not yours")
    try:
        made = await resources.add(work.conn, {**body.model_dump(), "ward": ward}, work.now)
    except UniqueViolation as error:
        raise ConflictError(_TAKEN) from error
    work.note("resource.add", resource=str(made), ward=ward, count=body.count)
    return await _answer(work, made)


@router.patch("/{resource_id}")
async def change_resource(
    work: Work, resource_id: UUID, body: ResourceChange, named: IfMatch, response: Response
) -> ResourceAnswer:
    """Change name or number; fewer than are used take nothing from anybody, and show as short."""
    row = await _held(work, resource_id)
    agree(row["revision"], named, body.revision)
    given = body.model_dump(exclude_unset=True, exclude={"revision"})
    try:
        await resources.change(work.conn, {**row, **given}, work.now)
    except UniqueViolation as error:
        raise ConflictError(_TAKEN) from error
    work.note("resource.change", resource=str(resource_id), **given)
    answer = await _answer(work, resource_id)
    tag(response, answer.revision)
    return answer


@router.delete("/{resource_id}", status_code=204)
async def remove_resource(work: Work, resource_id: UUID) -> None:
    """Count it no more; refused while a patient has one that was given by hand."""
    row = await _held(work, resource_id)
    has = [one for one in await resources.holders(work.conn, [resource_id]) if one["given_at"]]
    if has and not row["each_patient"]:
        raise ConflictError(f"{len(has)} patients have one: take them back first.")
    await resources.remove(work.conn, resource_id, work.now)
    work.note("resource.remove", resource=str(resource_id))


@router.put("/{resource_id}/patients/{patient_id}")
async def give_resource(
    work: Work, resource_id: UUID, patient_id: UUID, body: ResourceRequest
) -> ResourceAnswer:
    """Give a patient one, or let them wait; 409 where none is free and they are not to wait."""
    row = await _held(work, resource_id)
    number = await _number(work, patient_id)
    found = await resources.give(work.conn, row["id"], number, work.now, or_wait=body.wait)
    if found == "none_free":
        raise ConflictError(f"None is free: {row['count']} of {row['name']} are in use.")
    if found == "elsewhere":
        raise ConflictError("The patient is on another ward.")
    work.note("resource.give", number, resource=str(resource_id), state=found)
    return await _answer(work, resource_id)


@router.delete("/{resource_id}/patients/{patient_id}", status_code=204)
async def take_back(work: Work, resource_id: UUID, patient_id: UUID) -> None:
    """Take one back, or off the list of who waits; a repeat changes nothing."""
    row = await _held(work, resource_id)
    number = await _number(work, patient_id)
    await resources.take_back(work.conn, row["id"], number, work.now)
    work.note("resource.return", number, resource=str(resource_id))


async def _held(work: UnitOfWork, resource_id: UUID) -> Row:
    row = await resources.held(work.conn, resource_id, _ward(work))
    if row is None:
        raise NotFoundError
    return row


async def _number(work: UnitOfWork, patient_id: UUID) -> int:
    number = await patients.number(work.conn, patient_id)
    if number is None:
        raise NotFoundError
    return number


async def _answer(work: UnitOfWork, resource_id: UUID) -> ResourceAnswer:
    rows = await resources.of_wards(work.conn, None, resource_id)
    [told] = await _told(work, rows)
    return told


async def _told(work: UnitOfWork, rows: list[Row]) -> list[ResourceAnswer]:
    found = await resources.holders(work.conn, [row["id"] for row in rows])
    holders: list[dict[str, Any]] = [
        {
            "of": one["resource_id"],
            "patient": str(one["patient"]),
            "state": "waiting" if one["given_at"] is None else "given",
            "since": rfc3339(one["given_at"] or one["wanted_at"]),
        }
        for one in found
    ]
    named = await name_people(work.conn, work.services.vault, holders)
    work.saw("resources.read", named, n=len(rows))
    return [
        ResourceAnswer(
            **row,
            free=max(0, row["count"] - row["used"]),
            holders=[ResourceHolder(**one) for one in holders if one["of"] == row["id"]],
        )
        for row in rows
    ]
