"""Assessment of a patient now, and the course of scores over time."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from analytics.domain.care import scoring_of
from analytics.ward.urgency import news2_now
from api.errors import NotFoundError
from api.forms.time_range import End, Start, span_of, width_of
from api.http.deps import Work
from api.store import patients, readings, rollups
from api.store.timestamps import ms_of

router = APIRouter(tags=["readings"])
_MOST = 10_000


class AssessmentAnswer(BaseModel):
    """NEWS2 with its bounds, the risk and what drives it, deviations from the person's own usual.

    ``time`` is null, and everything is missing, until something was assessed. ``refused`` names
    the metrics whose newest readings count for nothing. Not a diagnosis.
    """

    model_config = ConfigDict(extra="allow")

    time: str | None
    news2: dict[str, Any]
    risk: dict[str, Any]
    baselines: list[Any]
    drivers: list[Any]
    refused: list[Any]
    freshness_s: float | None
    latest: dict[str, Any]


class Score(BaseModel):
    """The highest scores in one stretch of time, ``time`` its start."""

    time: datetime
    low: int
    high: int
    score: int | None
    risk: float | None
    band: int


class Scores(BaseModel):
    """Scores over time, for a chart, and the zone whose days they are counted in."""

    items: list[Score]
    time_zone: str
    next: str | None = None


@router.get("/patients/{patient_id}/assessment")
async def read_assessment(work: Work, patient_id: UUID) -> AssessmentAnswer:
    """Read what is thought of a patient now: an old score is told as complete no more."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    work.note("assessment.read", patient_no)
    row = await readings.latest(work.conn, patient_no)
    scoring = scoring_of(await patients.scoring(work.conn, patient_no))
    nothing: dict[str, Any] = {
        "time": None,
        "risk": {"probability": None, "horizon_minutes": None, "model": None},
        "baselines": [],
        "drivers": [],
        "refused": [],
    }
    told = (row["assessment"] if row else None) or {}
    fresh = max((work.now - row["received"]).total_seconds(), 0.0) if row else None
    measured = row["measured"] if row else None
    age_s = (work.now - measured).total_seconds() if measured else None
    now = {
        "news2": news2_now(told.get("news2"), age_s, scoring, ms_of(work.now)),
        "freshness_s": fresh,
        "latest": row["latest"] if row else {},
    }
    return AssessmentAnswer(**{**nothing, **told, **now})


@router.get("/patients/{patient_id}/assessments")
async def read_assessments(
    work: Work,
    patient_id: UUID,
    start: Start = None,
    end: End = None,
    bucket: Annotated[str, Query(max_length=8)] = "5m",
) -> Scores:
    """Read how NEWS2 and risk went, the highest of each bucket; at most 10,000 buckets."""
    span = span_of(start, end, work.now)
    width = width_of(bucket)
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    work.note("assessments.read", patient_no)
    zone = await patients.time_zone(work.conn, patient_no)
    rows = await rollups.assessments(
        work.conn,
        patient_no,
        span,
        width.span,
        zone=zone if width.civil else None,
        limit=_MOST,
    )
    items = [Score.model_validate(row | {"time": row["start"]}) for row in rows]
    return Scores(items=items, time_zone=zone)
