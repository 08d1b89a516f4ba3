"""The list of a ward's patients by name, found, counted and cut on the server."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.patients.identifiers import identifier_of
from api.patients.search import find_people
from api.store import patients
from api.store.timestamps import rfc3339
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(prefix="/ui", include_in_schema=False)

Show = Literal["here", "paused", "discharged", "all"]
_SHOWN: dict[Show, frozenset[str]] = {
    "here": frozenset({"active", "paused"}),
    "paused": frozenset({"paused"}),
    "discharged": frozenset({"discharged"}),
    "all": frozenset({"active", "paused", "discharged"}),
}


@router.get("/patients", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def directory(
    work: Work,
    show: Show = "here",
    search: Annotated[str, Query(max_length=200)] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Return a page of the patients whom the caller may see, by name."""
    everybody = await find_people(work, "", discharged=True)
    found = everybody if not search.strip() else await find_people(work, search, discharged=True)
    wanted = [row["no"] for row in found if row["state"] in _SHOWN[show]]
    shown = await patients.of_numbers(work.conn, wanted[offset : offset + limit])
    work.saw("patients.list", (row["no"] for row in shown))
    items = [_line(work, row) for row in shown]
    return {"items": items, "matched": len(wanted), "total": len(everybody)}


def _line(work: UnitOfWork, row: Row) -> dict[str, Any]:
    personal = personal_data.open_personal(work.services.vault, row)
    return {
        "id": str(row["id"]),
        "name": personal.name if personal else None,
        "identifier": identifier_of(personal),
        "birth_date": personal.birth_date if personal else None,
        "external_id": personal.external_id if personal else None,
        "state": row["state"],
        "until": rfc3339(row["paused_until"]),
        "spo2_scale": row["spo2_scale"] or 1,
        "own_limits": len(row["limits"] or {}),
        "doctor_name": row["doctor_name"],
    }
