"""What a doctor writes of a consultation: a draft while it lasts, then signed and never changed."""

import json
from uuid import UUID

from fastapi import APIRouter, Request

from analytics.domain.care import Role
from api.consult import desk
from api.consult.signature import signed_hash
from api.errors import ConflictError
from api.forms.consultations import Consultation, ConsultationRecord, SignedRecord
from api.http.deps import UnitOfWork, Work, allow
from api.patients.contact import correspondent
from api.store import consultations, notify, rooms
from api.store.types import Row

router = APIRouter(tags=["consultations"], dependencies=[allow(Role.DOCTOR)])


@router.put("/consultations/{consultation_id}/record")
async def keep(
    request: Request, work: Work, consultation_id: UUID, body: ConsultationRecord
) -> Consultation:
    """Keep what is written so far; nobody but the ward sees it until it is signed."""
    row = await _unsigned(work, consultation_id)
    await consultations.note(work.conn, consultation_id, **await _sealed(work, row, body))
    work.note("consultation.write", row["patient_no"], consultation=str(consultation_id))
    return await _one(request, work, await desk.found(work, consultation_id))


@router.post("/consultations/{consultation_id}/end")
async def end(request: Request, work: Work, consultation_id: UUID) -> Consultation:
    """End the call; the summary can be written and signed afterwards. A repeat changes nothing."""
    row = await desk.found(work, consultation_id)
    desk.demand_doctor(work, row)
    if row["state"] not in {"booked", "ended"}:
        raise ConflictError("This consultation was cancelled, or never took place.")
    if row["state"] == "booked":
        await _end(work, row)
        work.note("consultation.end", row["patient_no"], consultation=str(consultation_id))
    return await _one(request, work, await desk.found(work, consultation_id))


@router.post("/consultations/{consultation_id}/sign")
async def sign(
    request: Request, work: Work, consultation_id: UUID, body: SignedRecord
) -> Consultation:
    """Sign summary and tasks in one's own name: from then on the patient reads them.

    The hash of all that is signed stands with it and in the audit's chain.
    """
    row = await _unsigned(work, consultation_id)
    by, now = work.caller.user_id, work.now
    signature = signed_hash(
        consultation_id,
        by,
        now,
        notes=body.notes,
        summary=body.summary,
        follow_up=body.follow_up,
    )
    signed = {"signed_at": now, "signed_by": by, "signature": signature}
    sealed = await _sealed(work, row, body)
    name = work.caller.display_name or work.caller.username
    after = {**row, **sealed, **signed, "signed_by_name": name, "state": "ended"}
    after["ended_at"] = row["ended_at"] or now
    told = await _one(request, work, after)
    if row["state"] == "booked":
        await _end(work, row)
    await consultations.note(work.conn, consultation_id, **sealed, **signed)
    work.note(
        "consultation.sign",
        row["patient_no"],
        consultation=str(consultation_id),
        sha256=signature.hex(),
    )
    return told


async def _unsigned(work: UnitOfWork, consultation_id: UUID) -> Row:
    row = await desk.found(work, consultation_id)
    desk.demand_doctor(work, row)
    if row["signed_at"] is not None:
        raise ConflictError("It is signed, and is not changed any more.")
    if row["state"] not in {"booked", "ended"}:
        raise ConflictError("This consultation was cancelled, or never took place.")
    return row


async def _sealed(work: UnitOfWork, row: Row, body: ConsultationRecord) -> Row:
    text = (await correspondent(work, row["patient"])).text
    return {
        "notes": text.seal(body.notes),
        "summary": text.seal(body.summary or None),
        "follow_up": text.seal(json.dumps(body.follow_up)) if body.follow_up else None,
    }


async def _end(work: UnitOfWork, row: Row) -> None:
    await consultations.note(work.conn, row["id"], state="ended", ended_at=work.now)
    await rooms.clear(work.conn, row["id"])
    await notify.wake_rota(work.conn, "consultation")


async def _one(request: Request, work: UnitOfWork, row: Row) -> Consultation:
    [told] = await desk.shown(work, [row], desk.settings_of(request))
    found: Consultation = told
    return found
