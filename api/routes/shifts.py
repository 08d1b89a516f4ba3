"""Shifts: who is at work when, by the ward's clock; what is taken off, and who is absent.

Taking a shift off says that it was never meant: it is undone by putting it back. Absence says that
the person was meant to come and does not, or leaves early: the shift stays, ends early and says
why. Both change who is there, so alerts are addressed anew and a new plan follows by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.errors import ConflictError, InvalidError, NotFoundError, OverlapError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.timestamps import Moment
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.store import shifts, staffing
from api.store.timestamps import rfc3339
from api.store.types import Row

router = APIRouter(prefix="/shifts", tags=["rota"], dependencies=[allow(*COORDINATORS)])
LONGEST = timedelta(hours=48)
_TOO_LONG = "a shift lasts 48 hours at most"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewShift(BaseModel):
    """A shift of one doctor or nurse; it ends before ``end``.

    ``merge`` joins it with those of the same person that it overlaps, in place of a refusal.
    """

    model_config = ConfigDict(extra="forbid")

    doctor_id: UUID
    start: Moment
    end: Moment
    merge: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> "NewShift":
        if self.end <= self.start:
            raise ValueError("end must come after start")
        if self.end - self.start > LONGEST:
            raise ValueError(_TOO_LONG)
        return self


class Absence(BaseModel):
    """That somebody is not there, from a time of the shift on; without one, from now."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    since: Moment | None = None


class Shift(BaseModel):
    """A shift on the rota; ``absent_from`` says that the person leaves or left early."""

    id: UUID
    doctor_id: UUID
    start: Moment
    end: Moment
    doctor_name: str | None = None
    kind: str | None = None
    absent_from: Moment | None = None
    absence_reason: str | None = None
    removed_at: Moment | None = None


def _ward_of(caller: Caller) -> str | None:
    return None if caller.role is Role.ADMIN else caller.ward


@router.get("")
async def list_shifts(
    work: Work,
    *,
    doctor_id: UUID | None = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    removed: bool = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Shift]:
    """List the shifts of the caller's ward by their start; ``from`` and ``to`` bound the time.

    With ``removed=true`` those that were taken off the rota are listed, too.
    """
    after: Any = read_cursor(cursor, datetime, str)
    rows = await shifts.page(
        work.conn,
        _ward_of(work.caller),
        doctor_id=doctor_id,
        window=(since, until),
        removed=removed,
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


@router.post("", status_code=201)
async def add_shift(work: Work, body: NewShift) -> Shift:
    """Put a shift on the rota. One that overlaps another of the same person is 409, or joined."""
    person = await staffing.doctor(work.conn, body.doctor_id, _ward_of(work.caller))
    if person is None:
        raise InvalidError("doctor_id", "is nobody on this ward's rota")
    await shifts.lock_person(work.conn, body.doctor_id)
    there = await shifts.overlapping(work.conn, body.doctor_id, body.start, body.end)
    if there and not body.merge:
        raise _overlap(there, "Send merge to join them.")
    if there:
        return await _join(work, body, there)
    made = await shifts.add(work.conn, body.doctor_id, body.start, body.end)
    work.note("shift.add", shift=str(made), doctor=str(body.doctor_id))
    return Shift(
        id=made,
        **body.model_dump(exclude={"merge"}),
        doctor_name=person["name"],
        kind=person["kind"],
    )


async def _join(work: UnitOfWork, body: NewShift, there: Sequence[Row]) -> Shift:
    """Make one shift of the new one and those that it overlaps: the first of them grows."""
    if any(one["absent_from"] for one in there):
        raise _overlap(there, "One of them ends by an absence: take that back, or begin later.")
    first, *others = there
    start = min(body.start, first["start"])
    end = max(body.end, *(one["end"] for one in there))
    if end - start > LONGEST:
        raise InvalidError("merge", _TOO_LONG)
    await shifts.take_off(work.conn, [one["id"] for one in others], work.caller.user_id, work.now)
    await shifts.widen(work.conn, first["id"], start, end)
    joined = [str(one["id"]) for one in others]
    work.note("shift.merge", shift=str(first["id"]), doctor=str(body.doctor_id), joined=joined)
    return Shift(**{**first, "start": start, "end": end})


@router.delete("/{shift_id}", status_code=204)
async def delete_shift(work: Work, shift_id: UUID) -> None:
    """Take a shift off the rota; ``restore`` undoes it."""
    row = await _shift(work, shift_id)
    if row["removed_at"] is not None:
        raise NotFoundError
    await shifts.take_off(work.conn, [shift_id], work.caller.user_id, work.now)
    work.note("shift.delete", shift=str(shift_id))


@router.post("/{shift_id}/restore")
async def restore_shift(work: Work, shift_id: UUID) -> Shift:
    """Put back a shift that was taken off lately; a repeat changes nothing."""
    row = await _shift(work, shift_id)
    if row["removed_at"] is None:
        return Shift(**row)
    hours = work.services.settings.shift_restore_hours
    if work.now - row["removed_at"] > timedelta(hours=hours):
        raise ConflictError(f"It was taken off more than {hours:g} hours ago: add it anew.")
    until = row["absent_from"] or row["end"]
    await _room(work, row, row["start"], until)
    await shifts.put_back(work.conn, shift_id)
    work.note("shift.restore", shift=str(shift_id))
    return Shift(**{**row, "removed_at": None})


@router.post("/{shift_id}/absence")
async def add_absence(work: Work, shift_id: UUID, body: Absence) -> Shift:
    """Say that the person does not come, or leaves early: ill, called away."""
    row = await _on_rota(work, shift_id)
    since = max(row["start"], body.since or work.now)
    if since >= row["end"]:
        raise InvalidError("since", "must lie within the shift")
    if since > (row["absent_from"] or row["end"]):
        await _room(work, row, row["start"], since)
    await shifts.set_absence(work.conn, shift_id, since, body.reason, work.caller.user_id)
    work.note("shift.absence", shift=str(shift_id), since=rfc3339(since))
    return Shift(**{**row, "absent_from": since, "absence_reason": body.reason})


@router.delete("/{shift_id}/absence")
async def end_absence(work: Work, shift_id: UUID) -> Shift:
    """Take an absence back: the person is there to the end of the shift."""
    row = await _on_rota(work, shift_id)
    await _room(work, row, row["start"], row["end"])
    await shifts.set_absence(work.conn, shift_id, None, None, None)
    work.note("shift.absence.end", shift=str(shift_id))
    return Shift(**{**row, "absent_from": None, "absence_reason": None})


async def _shift(work: UnitOfWork, shift_id: UUID) -> Row:
    row = await shifts.find(work.conn, shift_id, _ward_of(work.caller))
    if row is None:
        raise NotFoundError
    return row


async def _on_rota(work: UnitOfWork, shift_id: UUID) -> Row:
    row = await _shift(work, shift_id)
    if row["removed_at"] is not None:
        raise ConflictError("The shift was taken off the rota.")
    return row


async def _room(work: UnitOfWork, row: Row, start: datetime, end: datetime) -> None:
    there = await shifts.overlapping(work.conn, row["doctor_id"], start, end, but=row["id"])
    if there:
        raise _overlap(there, "Change that one first.")


def _overlap(there: Sequence[Row], what_to_do: str) -> OverlapError:
    spans = [
        {"id": str(one["id"]), "start": str(rfc3339(one["start"])), "end": str(rfc3339(one["end"]))}
        for one in there
    ]
    first = spans[0]
    others = f" and {len(spans) - 1} more" if len(spans) > 1 else ""
    detail = (
        f"This person is on the rota from {first['start']} to {first['end']} already"
        f" (shift {first['id']}){others}. {what_to_do}"
    )
    return OverlapError(detail, spans)
