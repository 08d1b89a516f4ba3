"""A patient's readings to take along as CSV: the same window and metrics as on the page.

Times are written in the patient's civil time with its offset. It is sent as it is read, page by
page. The same as FHIR is a search of ``/fhir/r4/Observation``.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from analytics.domain.civil import day_at, zone_of
from analytics.domain.vitals import METRIC_BY_NAME, Metric, Quality
from api.errors import InvalidError, NotFoundError
from api.forms.time_range import End, Start, span_of
from api.http.deps import Shared, Signed, UnitOfWork, acting
from api.patients import readings_csv
from api.patients.readings import identity_of
from api.patients.readings_csv import Measured
from api.services import Services
from api.store import patients, readings
from api.store.types import Row

router = APIRouter(tags=["readings"])
_PAGE = 5_000
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
Names = Annotated[list[str], Query(max_length=len(Metric))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAsked:
    """Whose readings, of what and when, and in which zone they are written."""

    patient_id: UUID
    patient_no: int
    zone: str
    metrics: list[Metric]
    span: tuple[datetime, datetime]


def _measured(row: Row, asked: ExportAsked) -> Measured:
    place = zone_of(asked.zone)
    return Measured(
        id=identity_of(row, asked.patient_no).text(),
        patient=str(asked.patient_id),
        time=row["time"].astimezone(place),
        received=row["received"].astimezone(place),
        metric=Metric(row["metric"]),
        value=row["value"],
        quality=Quality(row["quality"]),
        device=row["device"],
        entered_by=row["entered_by_name"],
    )


async def _wanted(
    work: UnitOfWork, patient_id: UUID, names: list[str], span: tuple[datetime, datetime]
) -> ExportAsked:
    unknown = [name for name in names if name not in METRIC_BY_NAME]
    if unknown:
        raise InvalidError("metric", f"must be one of {', '.join(METRIC_BY_NAME)}")
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    metrics = [METRIC_BY_NAME[name] for name in dict.fromkeys(names)] or list(Metric)
    told = [one.wire_name for one in metrics]
    work.note("observations.export", patient_no, metrics=told)
    zone = await patients.time_zone(work.conn, patient_no)
    return ExportAsked(
        patient_id=patient_id, patient_no=patient_no, zone=zone, metrics=metrics, span=span
    )


async def _page(work: UnitOfWork, asked: ExportAsked, after: Row | None) -> list[Row]:
    span = asked.span if after is None else (after["time"], asked.span[1])
    key = None if after is None else (after["metric"], after["frame_id"], after["value"])
    return await readings.observations(
        work.conn, asked.patient_no, asked.metrics, span, after=key, limit=_PAGE
    )


@router.get("/patients/{patient_id}/observations.csv", response_class=Response, responses=_CSV)
async def export_csv(
    *,
    caller: Signed,
    services: Shared,
    patient_id: UUID,
    metric: Names = [],  # noqa: B006 - FastAPI copies
    start: Start = None,
    end: End = None,
) -> StreamingResponse:
    """Export a patient's readings as CSV, with unit and code; without `from` the last 24 h."""
    async with acting(services, caller) as work:
        span = span_of(start, end, work.now)
        asked = await _wanted(work, patient_id, metric, span)
    first, last = (day_at(at, asked.zone) for at in span)
    name = f"readings-{first}-{last}.csv"
    return StreamingResponse(
        _lines(services, caller, asked),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _lines(services: Services, caller: Signed, asked: ExportAsked) -> AsyncIterator[str]:
    yield readings_csv.head()
    after: Row | None = None
    while True:
        async with acting(services, caller) as work:  # who may no longer see it gets no more of it
            found = await _page(work, asked, after)
        yield readings_csv.rows((_measured(row, asked) for row in found), asked.zone)
        if len(found) < _PAGE:
            return
        after = found[-1]
