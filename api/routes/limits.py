"""History of one patient's limits: by whom, when, why; and what their own readings propose."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.domain.care import Limit as CareLimit
from analytics.domain.vitals import Metric, Quality
from analytics.settings.limit_proposals import DAYS, LimitProposal, propose
from analytics.settings.personal_limits import in_force
from api.errors import NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.patients import care_plans
from api.store import own_readings, patients
from api.store.timestamps import ms_of
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


class Proposed(BaseModel):
    """A limit that a person's own readings speak about; nothing changes until a doctor sends it.

    ``curve`` says how many readings a day would lie outside each limit. ``send`` is the body for
    ``PATCH /patients/{id}``, which keeps what the person has of their own besides.
    """

    metric: str
    side: str
    now: float
    proposed: float
    days: int
    readings: int
    usual: list[float]
    curve: list[dict[str, float]]
    why: str
    send: dict[str, Any]


@router.get("/patients/{patient_id}/limits/proposals")
async def proposals(work: Work, patient_id: UUID) -> Page[Proposed]:
    """List where two weeks of a person's own readings say more than the limits in force."""
    record = await patients.record(work.conn, patient_id)
    if record is None:
        raise NotFoundError
    now = await care_plans.standing_of(work, record)
    limits = {one.metric: one.limit for one in in_force(now)}
    span = work.now - timedelta(days=DAYS), work.now
    good = [int(one) for one in Quality if one.scored]
    rows = await own_readings.thinned(work.conn, record["no"], list(limits), span, good)
    work.note("patient.limits.read", record["no"])
    own = record["limits"] or {}
    return Page(
        items=[
            _proposed(one, own)
            for metric, limit in limits.items()
            for one in _of(metric, limit, rows)
        ],
        next=None,
    )


def _of(metric: Metric, limit: CareLimit, rows: list[Row]) -> list[LimitProposal]:
    readings = [(ms_of(row["time"]), row["value"]) for row in rows if row["metric"] == metric]
    return list(propose(metric, limit, readings))


def _proposed(one: LimitProposal, own: dict[str, Any]) -> Proposed:
    name = one.metric.wire_name
    kept = {
        metric: {key: said[key] for key in ("low", "high", "until") if key in said}
        for metric, said in own.items()
    }
    limits = {**kept, name: {**kept.get(name, {}), one.side: one.proposed}}
    reason = f"Proposed from {one.readings} readings on {one.days} days: {one.why}"
    return Proposed(
        metric=name,
        side=one.side,
        now=one.now,
        proposed=one.proposed,
        days=one.days,
        readings=one.readings,
        usual=[round(value, 2) for value in one.usual],
        curve=[point._asdict() for point in one.curve],
        why=one.why,
        send={"limits": limits, "reason": reason},
    )


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
