"""Groups of similar patients, in plain words, with the work that each means."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel

from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.store import cohorts as sql
from api.store.timestamps import rfc3339
from api.store.types import Row

if TYPE_CHECKING:
    from analytics.studies import grouping

router = APIRouter(tags=["models"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])

_DAYS = 7
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("NEWS2", "news2_low"),
    ("pulse", "hr"),
    ("breathing rate", "rr"),
    ("SpO2", "spo2"),
    ("systolic pressure", "sbp"),
    ("glucose", "glucose"),
    ("weight", "weight"),
    ("alerts a day", "alerts_a_day"),
)
_MINUTES = {"high": 30.0, "medium": 12.0, "low_alerts": 2.0}
"""Minutes that an alert means (the seeds of capacity planning: an emergency, a review, a look)."""


class Cohort(BaseModel):
    """One group: who, what sets them apart, and what they need.

    ``demand`` is for capacity planning: alerts and minutes of alerts a patient and day, over the
    last seven days.
    """

    size: int
    patients: list[str]
    description: str
    means: dict[str, float]
    demand: dict[str, float]


class CohortsAnswer(BaseModel):
    """The groups that hold, how they were found and what else was tried; ``why`` if none hold."""

    items: list[Cohort]
    next: str | None = None
    made_at: str | None
    method: str
    stability: float | None
    silhouette: float | None
    why: str
    tried: list[dict[str, Any]]


@router.get("/cohorts")
async def read_cohorts(work: Work) -> CohortsAnswer:
    """Group the patients whom the caller may see by how they are; at most 2,000 of them."""
    from analytics.studies import grouping  # noqa: PLC0415 - scikit-learn takes a second to import

    rows = await sql.patients(work.conn, work.now - timedelta(days=_DAYS), work.now)
    table = np.array([_numbers(row) for row in rows], dtype=float).reshape(-1, len(_COLUMNS))
    names = [name for name, _ in _COLUMNS]
    found = await asyncio.to_thread(grouping.group, names, table)
    work.note("cohorts.read", patients=[row["no"] for row in rows])
    return CohortsAnswer(
        items=[_cohort(one, rows) for one in found.groups],
        made_at=rfc3339(work.now),
        method=found.method,
        stability=found.stability,
        silhouette=found.silhouette,
        why=found.why,
        tried=[
            {"method": t.method, "k": t.k, "stability": t.stability, "silhouette": t.silhouette}
            for t in found.tried
        ],
    )


def _numbers(row: Row) -> list[float]:
    latest = row["latest"] or {}
    told = {"news2_low": row["low"], "alerts_a_day": row["alerts"] / _DAYS}
    return [
        float("nan") if value is None else float(value)
        for value in (
            told[key] if key in told else (latest.get(key) or {}).get("v") for _, key in _COLUMNS
        )
    ]


def _cohort(one: "grouping.Group", rows: list[Row]) -> Cohort:
    own = [rows[at] for at in one.members]
    minutes = sum(row[name] * each for row in own for name, each in _MINUTES.items())
    alerts = sum(row["alerts"] for row in own)
    days = len(own) * _DAYS
    return Cohort(
        size=len(own),
        patients=[str(row["id"]) for row in own],
        description="; ".join(one.words),
        means=dict(one.means),
        demand={
            "alerts_per_patient_day": round(alerts / days, 3),
            "minutes_per_patient_day": round(minutes / days, 2),
        },
    )
