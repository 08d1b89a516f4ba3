"""The time line below a patient's curves: alerts, notes, advice, the plan and the devices."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from api.errors import InvalidError, NotFoundError
from api.forms.timestamps import Moment
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.store import course_events, patients
from api.store.timestamps import rfc3339
from api.vault import personal_data
from api.vault.private_text import open_in

router = APIRouter(prefix="/ui", include_in_schema=False)
_MOST_DAYS = 400
_MOST = 1_000


@router.get("/patients/{patient_id}/events", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def events(
    work: Work,
    patient_id: UUID,
    start: Annotated[Moment, Query(alias="from")],
    end: Annotated[Moment, Query(alias="to")],
) -> dict[str, Any]:
    """Return what happened in a stretch of time, oldest first; ``cut``: there was more."""
    if not start < end <= start + timedelta(days=_MOST_DAYS):
        raise InvalidError("to", f"must follow `from` by at most {_MOST_DAYS} days")
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    found = await course_events.events(work.conn, row["no"], start, end, _MOST + 1)
    work.note("events.read", row["no"], events=min(len(found), _MOST))
    text = personal_data.text_of(work.services.vault, row)
    items = [
        one | {name: rfc3339(one[name]) for name in ("at", "until", "answered")}
        for one in found[:_MOST]
    ]
    return {"items": open_in(items, text), "cut": len(found) > _MOST}
