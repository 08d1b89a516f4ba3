"""A proposal beside the plan in force, and taking it over, whole or in part."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from psycopg.errors import ForeignKeyViolation
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from analytics.domain.care import Role
from api.errors import ConflictError, InvalidError
from api.evidence import audit
from api.http.deps import COORDINATORS, Shared, Signed, UnitOfWork, acting, allow
from api.rota.house import seen_house
from api.rota.proposing import PlanProposal, asked
from api.rota.settings import RotaSettings
from api.rota.telling import name_changes
from api.rota.what_if import WhatIfDesk, WhatIfTicket
from api.store import notify, patients, plans, staffing

router = APIRouter(prefix="/allocation", tags=["rota"], dependencies=[allow(*COORDINATORS)])


class Change(BaseModel):
    """One change that is taken over; ``pin``: and stays so while that person is at work."""

    model_config = ConfigDict(extra="forbid")

    patient: UUID
    doctor: UUID
    pin: StrictBool = False


class Acceptance(BaseModel):
    """Changes to take over: all of a proposal's, or some."""

    model_config = ConfigDict(extra="forbid")

    changes: Annotated[list[Change], Field(min_length=1, max_length=1_000)]


@router.post("/proposal")
async def proposal(services: Shared, caller: Signed, request: Request) -> dict[str, Any]:
    """What would change if it did not matter whose a patient is now, with reasons; not stored.

    No transaction is open while the solver works.
    """
    settings = RotaSettings()
    async with acting(services, caller) as work:
        question = (await seen_house(work.conn, work.now, settings)).question(caller.ward)
    desk: WhatIfDesk = request.app.state.what_if
    limit_s = settings.time_limit_s
    ticket = WhatIfTicket(person=caller.user_id, ward=caller.ward, limit_s=limit_s)
    found = PlanProposal(question=question, plan=await desk.best(ticket, asked(question, limit_s)))
    told = found.as_json()
    async with acting(services, caller) as work:
        named = await name_changes(work.conn, services.vault, told["changes"])
        work.saw("allocation.proposal", named, changes=len(told["changes"]))
    return told


@router.post("/accept")
async def accept(services: Shared, caller: Signed, body: Acceptance) -> dict[str, int]:
    """Take over changes: the plan in force is changed at once, and made anew around them."""
    async with acting(services, caller) as work:
        chosen = [await _checked(work, one) for one in body.changes]
    try:
        async with services.engine_pool.connection() as conn, conn.transaction():
            for number, one in chosen:
                if not await plans.give(conn, number, one.doctor, pinned=one.pin):
                    raise ConflictError("No plan has been made yet.")
            await notify.wake_rota(conn, "accepted")
            notes = [
                audit.Note(
                    action="allocation.accept",
                    patient_no=number,
                    detail={"doctor": str(one.doctor), "pin": one.pin},
                )
                for number, one in chosen
            ]
            await audit.append(conn, services.now(), str(caller.user_id), notes)
    except ForeignKeyViolation as error:
        raise ConflictError("The plan has just changed; try again.") from error
    return {"accepted": len(chosen)}


async def _checked(work: UnitOfWork, one: Change) -> tuple[int, Change]:
    """Return the patient's number.

    Raises:
        InvalidError: the patient or the doctor is not of this ward.
    """
    ward = None if work.caller.role is Role.ADMIN else work.caller.ward
    number = await patients.number(work.conn, one.patient)
    if number is None:
        raise InvalidError("changes", f"{one.patient} is nobody whom you may see")
    if await staffing.doctor(work.conn, one.doctor, ward) is None:
        raise InvalidError("changes", f"{one.doctor} is nobody on this ward's rota")
    return number, one
