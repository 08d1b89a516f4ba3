"""The last day of many patients in small: the worst NEWS2 of each half-hour, for panel rows."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.store import chart_points
from api.store.timestamps import rfc3339

router = APIRouter(prefix="/ui", include_in_schema=False)
_DAY = timedelta(hours=24)
_SLOT = timedelta(minutes=30)
SLOTS = int(_DAY / _SLOT)
_MOST = 50


@router.get("/day-courses", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def day_courses(
    work: Work, patient: Annotated[list[UUID], Query(max_length=_MOST)]
) -> dict[str, Any]:
    """Return the lowest possible NEWS2 of each half-hour of the last day, null where none was."""
    start = work.now - _DAY
    rows = await chart_points.day_courses(work.conn, patient, start, _SLOT)
    work.saw("assessments.read", (row["no"] for row in rows))
    found: dict[str, list[int | None]] = {str(one): [None] * SLOTS for one in patient}
    for row in rows:
        found[str(row["id"])][_slot(row["time"], start)] = row["low"]
    return {"from": rfc3339(start), "slot_s": _SLOT.total_seconds(), "items": found}


def _slot(at: datetime, start: datetime) -> int:
    return min(SLOTS - 1, max(0, int((at - start) / _SLOT)))
