"""A consultation as its people may see it, and what they may do with it now."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request

from analytics.domain.care import Role
from api.consult.settings import CallSettings
from api.consult.slots import Slot, WorkingHours, free_slots
from api.errors import ConflictError, ForbiddenError, NotFoundError
from api.forms.consultations import Consultation
from api.http.deps import UnitOfWork
from api.language import noted
from api.patients.contact import Correspondent
from api.patients.identifiers import name_people
from api.store import consultations
from api.store.types import Row

PATIENT, DOCTOR = "patient", "doctor"
_OVER = noted("This consultation is over.")


def settings_of(request: Request) -> CallSettings:
    """Return the site's settings of consultations."""
    found: CallSettings = request.app.state.calls
    return found


async def found(work: UnitOfWork, consultation_id: UUID) -> Row:
    """Return a consultation that the caller may see.

    Raises:
        NotFoundError: there is none.
    """
    row = await consultations.one(work.conn, consultation_id)
    if row is None:
        raise NotFoundError
    return row


def side_of(work: UnitOfWork, row: Row) -> str:
    """Return on which side of a consultation the caller sits.

    Raises:
        ForbiddenError: on neither.
    """
    if work.caller.role is Role.PATIENT and work.caller.patient_no == row["patient_no"]:
        return PATIENT
    if row["doctor_user"] == work.caller.user_id:
        return DOCTOR
    raise ForbiddenError("Only the patient and the doctor of a consultation take part in it.")


def demand_doctor(work: UnitOfWork, row: Row) -> None:
    """Refuse everybody but the doctor of a consultation.

    Raises:
        ForbiddenError: it is somebody else's.
    """
    if row["doctor_user"] != work.caller.user_id:
        raise ForbiddenError("Only the doctor of a consultation writes and signs it.")


def demand_open(row: Row, now: datetime, settings: CallSettings) -> None:
    """Refuse a room that is not open now.

    Raises:
        ConflictError: it is too early, or over.
    """
    opens, closes = open_span(row, settings)
    if row["state"] != "booked" or now >= closes:
        raise ConflictError(_OVER)
    if now < opens:
        raise ConflictError("The waiting room is not open yet.")


def open_span(row: Row, settings: CallSettings) -> tuple[datetime, datetime]:
    """Return from when until when the room of a consultation is open."""
    opens = row["start"] - timedelta(minutes=settings.opens_minutes)
    return opens, row["end"] + timedelta(minutes=settings.grace_minutes)


async def shown(work: UnitOfWork, rows: Sequence[Row], settings: CallSettings) -> list[Any]:
    """Return consultations as the caller may see them, the people named and words opened."""
    told = [_told(work, row, settings) for row in rows]
    await name_people(work.conn, work.services.vault, told)
    for one in told:
        one["follow_up"] = json.loads(one["follow_up"] or "[]")
    return [Consultation(**one) for one in told]


def _told(work: UnitOfWork, row: Row, settings: CallSettings) -> Row:
    as_patient = work.caller.role is Role.PATIENT
    unsigned = row["signed_at"] is None
    hidden = {"notes"} if as_patient else set()
    hidden |= {"summary", "follow_up"} if as_patient and unsigned else set()
    opens, closes = open_span(row, settings)
    signature = row["signature"]
    return {
        **row,
        **dict.fromkeys(hidden),
        "doctor": row["doctor_id"],
        "mine": row["doctor_user"] == work.caller.user_id,
        "opens_at": opens,
        "closes_at": closes,
        "signature": None if signature is None else bytes(signature).hex(),
    }


async def offered(
    work: UnitOfWork, whom: Correspondent, settings: CallSettings, start: datetime, end: datetime
) -> list[Slot]:
    """Return the free slots for a patient that begin within a span.

    A patient books some time ahead; who works in the ward also what has just begun.
    """
    patient = work.caller.role is Role.PATIENT
    lead = settings.lead_minutes if patient else -settings.slot_minutes
    first = max(start, work.now + timedelta(minutes=lead))
    last = min(end, work.now + timedelta(days=settings.days_ahead))
    if first >= last:
        return []
    ward, until = whom.row["ward"], last + timedelta(minutes=settings.slot_minutes)
    taken: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for row in await consultations.taken(work.conn, ward, first, until):
        taken.setdefault(row["doctor_id"], []).append((row["start"], row["end"]))
    own = [
        (row["start"], row["end"])
        for row in await consultations.booked(work.conn, first, until)
        if row["patient_no"] == whom.row["no"]
    ]
    hours = [
        WorkingHours(**row) for row in await consultations.hours(work.conn, ward, first, until)
    ]
    minutes = settings.slot_minutes
    return free_slots(hours, taken, own, start=first, end=last, minutes=minutes)
