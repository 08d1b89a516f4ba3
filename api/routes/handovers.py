"""The handover of a shift: given by one, taken over by another, kept as both signed it."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from api.alerting.taking_over import take_over
from api.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from api.forms.handovers import Handover, HandoverLine, HandoverSummary, NewHandover
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, Shared, Signed, UnitOfWork, Work, acting, allow
from api.patients import handover_lines
from api.patients.identifiers import name_people
from api.store import patients, shift_handovers
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(
    prefix="/handovers", tags=["handover"], dependencies=[allow(*CLINICIANS, *COORDINATORS)]
)


@router.post("", status_code=201)
async def give(work: Work, body: NewHandover) -> Handover:
    """Hand patients over to a colleague of the ward, who sees them from then on.

    What is told of each is kept as it is now: score, vital signs, alerts of the last ``hours``, and
    the giver's note.
    """
    ward, giver = work.caller.ward, work.caller.user_id
    if not await shift_handovers.people(work.conn, ward, giver, work.now, body.to):
        raise InvalidError("to", "is no colleague of this ward with an account that is open")
    numbers = [await _number(work, one.patient) for one in body.patients]
    if len(set(numbers)) < len(numbers):
        raise InvalidError("patients", "names somebody twice")
    values = {
        "ward": ward,
        "by": giver,
        "to": body.to,
        "at": work.now,
        "hours": body.hours,
        "until": work.now + timedelta(hours=work.services.settings.handover_hours),
    }
    made = await shift_handovers.add(work.conn, values, await _told(work, body, numbers))
    work.note("handover.give", handover=str(made), to=str(body.to), patients=numbers)
    return await _whole(work, made)


async def _number(work: UnitOfWork, patient: UUID) -> int:
    found = await patients.number_and_ward(work.conn, patient)
    if found is None:
        raise NotFoundError
    number, ward = found
    if ward != work.caller.ward:
        raise InvalidError("patients", "names somebody of another ward")
    return number


async def _told(work: UnitOfWork, body: NewHandover, numbers: list[int]) -> list[Row]:
    """What is kept of each patient; the notes are sealed under the patient's own key."""
    lines, _ = await handover_lines.lines(work, numbers, body.hours)
    rows = {row["no"]: row for row in await patients.of_numbers(work.conn, numbers)}
    notes = dict(zip(numbers, (one.note for one in body.patients), strict=True))
    kept = []
    for line in lines:
        text = personal_data.text_of(work.services.vault, rows[line["no"]])
        if line["state"] == "discharged":
            raise ConflictError("One of these patients is discharged.")
        note = text.seal(notes[line["no"]] or None)
        kept.append({"no": line["no"], "told": handover_lines.kept(line), "note": note})
    return kept


@router.get("")
async def list_handovers(
    work: Work,
    *,
    waiting: Annotated[bool, Query(description="those alone that wait for the caller")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HandoverSummary]:
    """Handovers that the caller gave or was given, newest first; a coordinator's: the ward's."""
    after: Any = read_cursor(cursor, int)
    whose = work.caller.user_id if waiting else None
    before = after[0] if after else None
    rows = await shift_handovers.page(work.conn, waiting_for=whose, before=before, limit=limit + 1)
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.note("handover.list", n=len(shown))
    return Page(items=[HandoverSummary(**_summary(row)) for row in shown], next=following)


@router.get("/{handover_id}")
async def read(work: Work, handover_id: UUID) -> Handover:
    """One handover, as it was given."""
    return await _whole(work, handover_id)


@router.post("/{handover_id}/accept")
async def accept(handover_id: UUID, caller: Signed, services: Shared) -> Handover:
    """Take over what was handed to the caller: the giver's alerts of these patients follow."""
    async with acting(services, caller) as work:
        await _found(work, handover_id)
    await take_over(services, handover_id, caller.user_id)
    async with acting(services, caller) as work:
        return await _whole(work, handover_id)


@router.post("/{handover_id}/withdraw")
async def withdraw(work: Work, handover_id: UUID) -> Handover:
    """Take an offer back that nobody has taken over yet; a repeat changes nothing."""
    row = await _found(work, handover_id)
    if row["given_by"] != work.caller.user_id:
        raise ForbiddenError("Only who gave it can take it back.")
    if row["state"] != "withdrawn":
        if not await shift_handovers.withdraw(work.conn, handover_id):
            raise ConflictError("It was taken over already, or has lapsed.")
        work.note("handover.withdraw", handover=str(handover_id))
    return await _whole(work, handover_id)


async def _found(work: UnitOfWork, handover_id: UUID) -> Row:
    row = await shift_handovers.find(work.conn, handover_id)
    if row is None:
        raise NotFoundError
    return row


def _summary(row: Row) -> Row:
    return {**row, "patients": row["shown"]}


async def _whole(work: UnitOfWork, handover_id: UUID) -> Handover:
    row = await _found(work, handover_id)
    lines = await shift_handovers.lines(work.conn, handover_id)
    seen = [line.pop("patient_no") for line in lines]
    await name_people(work.conn, work.services.vault, lines)
    work.saw("handover.read", seen, handover=str(handover_id))
    return Handover(**_summary(row), lines=[HandoverLine(**line) for line in lines])
