"""A doctor's or nurse's own list for today, in working order, from the plan in force."""

from typing import Any

from fastapi import APIRouter

from api.http.deps import CLINICIANS, Work, allow
from api.patients.identifiers import name_people
from api.rota.worklist import worklists
from api.store import calendars, plans
from api.store.timestamps import rfc3339

router = APIRouter(tags=["rota"])


@router.get("/me/worklist", dependencies=[allow(*CLINICIANS)])
async def my_list(work: Work) -> dict[str, Any]:
    """What is the caller's by the plan in force: in which order, until when, and why.

    Empty while the caller is not on the rota, not at work, or no plan is made.
    """
    doctor = await calendars.doctor_of(work.conn, work.caller.user_id)
    row = await plans.in_force(work.conn)
    if doctor is None or row is None:
        return {"made_at": None, "items": []}
    ward = work.caller.ward
    lists = (
        worklists(row["input"].get(ward, {}), row["answer"][ward], row["made_at"])
        if (ward in row["answer"])
        else []
    )
    mine = next((one for one in lists if one["doctor"] == str(doctor)), None)
    items = mine["items"] if mine else []
    named = await name_people(work.conn, work.services.vault, items)
    work.saw("worklist.read", named, plan=str(row["id"]))
    return {"made_at": rfc3339(row["made_at"]), "items": items}
