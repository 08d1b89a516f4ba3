"""Groups of similar patients, in plain words, with the work that each means."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.studies.demand import GroupDemand, PatientAsked, demand
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.patients.cohort_table import COLUMNS, table_of
from api.rota.settings import RotaSettings
from api.store import cohorts as sql
from api.store.timestamps import rfc3339
from api.store.types import Row

if TYPE_CHECKING:
    from analytics.studies import grouping

router = APIRouter(tags=["models"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])

_DAYS = 7


class CohortDemand(BaseModel):
    """What a group asks, a patient and day."""

    alerts_per_patient_day: float
    alerts_ci95: tuple[float, float]
    minutes_per_patient_day: float
    minutes_ci95: tuple[float, float]


class Cohort(BaseModel):
    """One group: who, what sets them apart, and what they need.

    ``demand`` is for capacity planning: alerts and minutes of alerts a patient and day, over the
    days of the last seven in which they were watched, each with its 95 % interval by patient; null:
    nobody was watched yet.
    """

    size: int
    patients: list[str]
    description: str
    means: dict[str, float]
    demand: CohortDemand | None


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

    settings = RotaSettings()
    rows = await sql.patients(work.conn, work.now - timedelta(days=_DAYS), work.now)
    found = await asyncio.to_thread(grouping.group, COLUMNS, table_of(rows, _DAYS))
    work.saw("cohorts.read", (row["no"] for row in rows))
    return CohortsAnswer(
        items=[_cohort(one, rows, settings) for one in found.groups],
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


def _cohort(one: "grouping.Group", rows: list[Row], settings: RotaSettings) -> Cohort:
    own = [rows[at] for at in one.members]
    asked = [PatientAsked(row["alerts"], _minutes(row, settings), row["days"]) for row in own]
    found = demand(asked, settings.urgent_minutes)
    return Cohort(
        size=len(own),
        patients=[str(row["id"]) for row in own],
        description="; ".join(one.words),
        means=dict(one.means),
        demand=None if found is None else _told(found),
    )


def _minutes(row: Row, settings: RotaSettings) -> float:
    """Return what alerts have meant, by the minutes with which capacity is planned."""
    return float(
        row["high"] * settings.emergency_minutes
        + row["medium"] * settings.urgent_minutes
        + row["low_alerts"] * settings.review_minutes
    )


def _told(found: GroupDemand) -> CohortDemand:
    return CohortDemand(
        alerts_per_patient_day=found.alerts,
        alerts_ci95=found.alerts_ci95,
        minutes_per_patient_day=found.minutes,
        minutes_ci95=found.minutes_ci95,
    )
