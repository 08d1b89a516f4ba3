"""Shifts: who is at work when, by the ward's clock."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, model_validator

from analytics.domain.care import Role
from api.deps import COORDINATORS, Work, allow
from api.errors import InvalidError, NotFoundError
from api.identity import Caller
from api.moments import Moment
from api.paging import Cursor, Limit, Page, cut, read_cursor
from api.store import staffing

router = APIRouter(tags=["rota"], dependencies=[allow(*COORDINATORS)])
LONGEST = timedelta(hours=48)


class NewShift(BaseModel):
    """A shift of one doctor or nurse; it ends before ``end``."""

    model_config = ConfigDict(extra="forbid")

    doctor_id: UUID
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _in_order(self) -> "NewShift":
        if self.end <= self.start:
            raise ValueError("end must come after start")
        if self.end - self.start > LONGEST:
            raise ValueError("a shift lasts 48 hours at most")
        return self


class Shift(BaseModel):
    """A shift on the rota."""

    id: UUID
    doctor_id: UUID
    start: Moment
    end: Moment
    doctor_name: str | None = None
    kind: str | None = None


def _ward_of(caller: Caller) -> str | None:
    return None if caller.role is Role.ADMIN else caller.ward


@router.get("/shifts")
async def list_shifts(
    work: Work,
    *,
    doctor_id: UUID | None = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Shift]:
    """List the shifts of the caller's ward by their start; ``from`` and ``to`` bound the time."""
    after: Any = read_cursor(cursor, datetime, str)
    rows = await staffing.shifts(
        work.conn,
        _ward_of(work.caller),
        doctor_id=doctor_id,
        window=(since, until),
        after=after and (after[0], _id_of(after[1])),
        limit=limit + 1,
    )
    shown, following = cut(rows, limit, lambda row: (row["start"], row["id"]))
    return Page(items=[Shift(**row) for row in shown], next=following)


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidError("cursor", "is not a cursor of this list") from error


@router.post("/shifts", status_code=201)
async def add_shift(work: Work, body: NewShift) -> Shift:
    """Put a shift on the rota; a new plan follows by itself."""
    person = await staffing.doctor(work.conn, body.doctor_id, _ward_of(work.caller))
    if person is None:
        raise InvalidError("doctor_id", "is nobody on this ward's rota")
    made = await staffing.add_shift(work.conn, body.doctor_id, body.start, body.end)
    work.note("shift.add", shift=str(made), doctor=str(body.doctor_id))
    return Shift(id=made, **body.model_dump(), doctor_name=person["name"], kind=person["kind"])


@router.delete("/shifts/{shift_id}", status_code=204)
async def delete_shift(work: Work, shift_id: UUID) -> None:
    """Take a shift off the rota; a new plan follows by itself."""
    if not await staffing.delete_shift(work.conn, shift_id, _ward_of(work.caller)):
        raise NotFoundError
    work.note("shift.delete", shift=str(shift_id))
