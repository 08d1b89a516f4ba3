"""History of one patient's limits: by whom, when and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.errors import NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.patients import care_plans
from api.store import patients
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["patients"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])


class PlanChange(BaseModel):
    """One revision of the care plan: what it changed, by whom, when, and why by metric."""

    revision: int
    set_by: UUID | None
    set_by_name: str | None
    set_at: datetime
    changes: list[dict[str, Any]]
    reasons: dict[str, str]


@router.get("/patients/{patient_id}/limits/history")
async def history(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 100
) -> Page[PlanChange]:
    """List what was changed of how a patient is judged, newest first."""
    record = await patients.record(work.conn, patient_id)
    if record is None:
        raise NotFoundError
    before = read_cursor(cursor, int)
    last = int(str(before[0])) - 1 if before else None
    rows = await patients.plan_history(work.conn, record["no"], before=last, limit=limit + 2)
    shown, following = cut(rows[: limit + 1], limit, lambda row: [row["revision"]])
    pairs = zip(shown, [*rows[1:], None], strict=False)
    work.note("patient.limits.read", record["no"])
    told = [_told(work, record, row, earlier) for row, earlier in pairs]
    return Page(items=[one for one in told if one.changes], next=following)


def _told(work: UnitOfWork, record: Row, row: Row, earlier: Row | None) -> PlanChange:
    before = earlier or {"spo2_scale": 1, "limits": {}, "profile": None, "settings": {}}
    changes = [
        {"setting": name, "old": before[name], "new": row[name]}
        for name in ("spo2_scale", "profile")
        if before[name] != row[name]
    ]
    limits = care_plans.limit_changes(before["limits"], row["limits"])
    changes += limits + care_plans.setting_changes(before["settings"], row["settings"])
    changed = {one["setting"].split(".")[1] for one in limits}
    if (before["profile"], before["settings"]) != (row["profile"], row["settings"]):
        changed.add(care_plans.OWN)
    key = personal_data.patient_key(work.services.vault, record)
    reasons = personal_data.open_reasons(key, record["id"], row["reasons"])
    return PlanChange(
        **{name: row[name] for name in ("revision", "set_by", "set_by_name", "set_at")},
        changes=changes,
        reasons={name: why for name, why in reasons.items() if name in changed},
    )
