"""The panel: every patient whom the caller may see, most urgent first."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from analytics.domain.care import Role, scoring_of
from api import panel, records
from api.deps import CLINICIANS, UnitOfWork, Work, allow
from api.identifiers import identifier_of
from api.paging import Cursor, Page, cut, read_cursor
from api.store import panel as sql
from api.store.instants import ms_of
from api.store.types import Row

router = APIRouter(tags=["patients"])
Limit = Annotated[int, Query(ge=1, le=1_000)]


class PanelRow(BaseModel):
    """One patient; ``freshness_s`` in ward seconds, ``coverage`` the share that is up to date.

    ``refused``: metrics whose newest readings count for nothing, as in the assessment.
    """

    patient: UUID
    name: str | None
    identifier: str | None
    birth_date: date | None
    time_zone: str
    urgency: float
    news2: dict[str, Any]
    risk: float | None
    freshness_s: float | None
    coverage: float | None
    open_alerts: int
    doctor: UUID | None
    doctor_name: str | None
    state: str
    until: datetime | None
    measured: datetime | None
    worst_alert: str | None
    refused: list[dict[str, Any]]


def _age_s(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max((now - at).total_seconds(), 0.0)


def _standing(row: Row, now: datetime) -> panel.Standing:
    news2 = row["news2"] or {}
    scoring = scoring_of(row["scoring"])
    return panel.Standing(
        alert=row["worst"],
        low=row["news2_low"],
        single_3=bool(news2.get("single_3")),
        risk=row["risk"],
        freshness_s=_age_s(row["received"], now),
        watched=row["state"] == "active",
        score_age_s=_age_s(row["measured"], now),
        complete=news2.get("score") is not None,
        scored=scoring.unscored_at(ms_of(now)) is None,
    )


def _shown(work: UnitOfWork, row: Row, standing: panel.Standing, urgency: float) -> PanelRow:
    now_ms = ms_of(work.now)
    personal = records.open_personal(work.services.vault, row)
    return PanelRow(
        patient=row["id"],
        name=personal.name if personal else None,
        identifier=identifier_of(personal),
        birth_date=personal.birth_date if personal else None,
        time_zone=row["time_zone"],
        urgency=urgency,
        news2=panel.news2_now(
            row["news2"], standing.score_age_s, scoring_of(row["scoring"]), now_ms
        ),
        risk=row["risk"],
        freshness_s=standing.freshness_s,
        coverage=panel.coverage(row["latest"] or {}, row["expected"], now_ms),
        open_alerts=row["open_alerts"],
        doctor=row["doctor"],
        doctor_name=row["doctor_name"],
        state=row["state"],
        until=row["paused_until"],
        measured=row["measured"],
        worst_alert=row["worst"],
        refused=row["refused"] or [],
    )


@router.get("/panel", dependencies=[allow(Role.COORDINATOR, *CLINICIANS)])
async def read_panel(work: Work, cursor: Cursor = None, limit: Limit = 200) -> Page[PanelRow]:
    """Read the panel: most urgent first; equal ones in the order they were taken in."""
    after = read_cursor(cursor, float, int)
    ranked = []
    for row in await sql.rows(work.conn):
        standing = _standing(row, work.now)
        ranked.append((-panel.urgency(standing), row["no"], standing, row))
    ranked.sort(key=lambda one: one[:2])
    if after is not None:
        last = (float(str(after[0])), int(str(after[1])))
        ranked = [one for one in ranked if one[:2] > last]
    shown, following = cut(ranked, limit, lambda one: one[:2])
    work.note("panel.read", patients=[one[1] for one in shown])
    items = [_shown(work, row, standing, -minus) for minus, _, standing, row in shown]
    return Page(items=items, next=following)
