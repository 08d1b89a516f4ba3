"""The plan in force, a wish for a new one, pins, and what-if."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from psycopg.errors import ForeignKeyViolation
from pydantic import BaseModel, ConfigDict

from analytics.domain.care import Role
from api.errors import ConflictError, InvalidError, NotFoundError
from api.evidence import audit
from api.http.deps import COORDINATORS, Shared, Signed, UnitOfWork, Work, acting, allow
from api.patients.identifiers import name_people
from api.rota.emergencies import helpful
from api.rota.merging import merged
from api.rota.needs import tell_needs
from api.rota.telling import name_changes, name_relief
from api.rota.worklist import worklists
from api.store import duty, notify, patients, plans, staffing
from api.store.timestamps import rfc3339

router = APIRouter(prefix="/allocation", tags=["rota"], dependencies=[allow(*COORDINATORS)])

MOST_DOCTORS = 200


class Pin(BaseModel):
    """A patient whom a coordinator gives to one doctor; null lets the solver choose again."""

    model_config = ConfigDict(extra="forbid")

    patient: UUID
    doctor: UUID | None


@router.get("")
async def plan_in_force(work: Work) -> dict[str, Any]:
    """The plan in force, as far as it concerns the caller's ward.

    ``emergencies`` are always somebody's while anybody is there (``lacks`` says what that person
    is not), even beyond their time: ``over_minutes`` of their load. Where anything is lacking,
    ``call_in`` lists who could come, with their phone, and ``relief`` what would help, the
    cheapest first. ``worklists`` is everybody's work in order, ``changes`` says whose patient is
    not whose they were, and ``because`` why. Assignments and ``unmet`` say which ``skills`` the
    work asks for, its ``deadline`` and whether somebody ``must`` have it. ``hours`` holds what is
    asked in each of the coming hours against who is there, ``overfull`` what fits into none of its
    hours, ``overfull_at_most`` what would not if as much came as may well be; ``late`` is who would
    wait past their deadline;
    ``resources`` are beds and kits, with who is to have the next one.
    """
    row = await plans.in_force(work.conn)
    if row is None:
        raise NotFoundError("No plan has been made yet.")
    everywhere = work.caller.role is Role.ADMIN
    wards = row["answer"] if everywhere else {work.caller.ward: row["answer"].get(work.caller.ward)}
    pinned = [
        {"patient": str(one["patient"]), "doctor": str(one["doctor"])}
        for one in await plans.pinned(work.conn)
    ]
    told = merged([one for one in wards.values() if one is not None])
    asked = [row["input"].get(ward, {}) for ward in wards]
    tell_needs([*told["assignments"], *told["unmet"]], asked, row["made_at"])
    lists = [
        one
        for ward, answer in wards.items()
        if answer is not None
        for one in worklists(row["input"].get(ward, {}), answer, row["made_at"])
    ]
    items = [each for one in lists for each in one["items"]]
    people = [*told["assignments"], *told["unmet"], *told["emergencies"], *pinned, *items]
    people += [each for one in told["resources"] for each in one["waiting"]]
    people += told["late"]
    named = await name_people(work.conn, work.services.vault, people)
    named |= await name_changes(work.conn, work.services.vault, told["changes"])
    await name_relief(work.conn, told, row["made_at"])
    work.saw("allocation.read", named, plan=str(row["id"]))
    return {
        "id": str(row["id"]),
        "made_at": rfc3339(row["made_at"]),
        "cause": row["cause"],
        **told,
        "pinned": pinned,
        "worklists": lists,
        "call_in": await _call_in(work, told),
    }


async def _call_in(work: UnitOfWork, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Who could be called in where the plan falls short, doctors and the rested first."""
    ward = None if work.caller.role is Role.ADMIN else work.caller.ward
    people = await duty.off(work.conn, work.now, ward, MOST_DOCTORS)
    return [
        {
            **one,
            "doctor": str(one["doctor"]),
            "next_shift": rfc3339(one["next_shift"]),
            "worked_until": rfc3339(one["worked_until"]),
        }
        for one in helpful(people, told)
    ]


@router.post("/replan", status_code=202)
async def replan(work: Work) -> dict[str, str]:
    """Ask for a new plan; the plan in force changes when it is made."""
    asked = await plans.request(work.conn, "request", work.now)
    work.note("allocation.replan", request=str(asked))
    return {"id": str(asked)}


@router.put("/pins")
async def pin(services: Shared, caller: Signed, body: Pin) -> dict[str, str | None]:
    """Fix a patient to a doctor, for as long as that doctor is on shift."""
    async with acting(services, caller) as work:
        number = await patients.number(work.conn, body.patient)
        ward = None if caller.role is Role.ADMIN else caller.ward
        if number is None:
            raise NotFoundError
        if body.doctor and await staffing.doctor(work.conn, body.doctor, ward) is None:
            raise InvalidError("doctor", "is nobody on this ward's rota")
    try:
        async with services.engine_pool.connection() as conn, conn.transaction():
            if not await plans.pin(conn, number, body.doctor):
                raise ConflictError("No plan has been made yet.")
            await notify.wake_rota(conn, "pin")
            detail = {"doctor": str(body.doctor) if body.doctor else None}
            note = audit.Note(action="allocation.pin", patient_no=number, detail=detail)
            await audit.append(conn, services.now(), str(caller.user_id), [note])
    except ForeignKeyViolation as error:
        raise ConflictError("The plan has just changed; try again.") from error
    return {"patient": str(body.patient), "doctor": str(body.doctor) if body.doctor else None}
