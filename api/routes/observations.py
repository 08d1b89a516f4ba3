"""Readings of one patient, raw or in buckets for charts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response

from analytics.domain.vitals import METRIC_BY_NAME, Metric
from api.errors import InvalidError, NotFoundError
from api.forms.paging import Cursor, Page, cut, read_cursor
from api.forms.time_range import LONGEST, End, Start, Width, span_of, width_of
from api.http.deps import UnitOfWork, Work
from api.http.elsewhere import ask_replica
from api.patients.readings import Coded, ReadingPoint, coded, mark_of, point_of
from api.store import patients, readings, rollups

router = APIRouter(tags=["readings"])
Limit = Annotated[int, Query(ge=1, le=10_000)]
_encoder = msgspec.json.Encoder()
_NAMED = {int(one): {"metric": one.wire_name, **coded(one)} for one in Metric}


class Bucket(Coded):
    """The readings of one metric in one stretch of time, ``time`` its start."""

    time: datetime
    metric: str
    min: float
    mean: float
    max: float
    count: int


class Buckets(Page[Bucket]):
    """A page of buckets, and the zone whose days they are counted in."""

    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsQuery:
    """What is asked for: whose readings, of what, when, and which page."""

    patient_no: int
    patient: UUID
    metrics: list[Metric]
    span: tuple[datetime, datetime]
    cursor: str | None
    limit: int
    marked: bool
    devices: bool


def _metrics(names: list[str]) -> list[Metric]:
    for name in names:
        if name not in METRIC_BY_NAME:
            raise InvalidError("metric", f"must be one of {', '.join(METRIC_BY_NAME)}")
    return [METRIC_BY_NAME[name] for name in dict.fromkeys(names)] or list(Metric)


@router.get("/patients/{patient_id}/observations", response_model=Page[ReadingPoint] | Buckets)
async def read_observations(
    *,
    work: Work,
    patient_id: UUID,
    metric: Annotated[list[str], Query(max_length=len(Metric))] = [],  # noqa: B006 - FastAPI copies
    start: Start = None,
    end: End = None,
    bucket: Annotated[str | None, Query(max_length=8)] = None,
    include: Annotated[list[Literal["entered-in-error"]], Query(max_length=8)] = [],  # noqa: B006
    source: Literal["person"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 1_000,
) -> Page[ReadingPoint] | Response:
    """Read a patient's readings by mapped time; with ``bucket``, their extremes and means.

    A bucket in days is a day of the patient's own calendar, from midnight to midnight.
    Without ``from`` nothing is left out: as far back as may be asked, and pages bound the answer.
    What was entered in error is no reading: it is told with ``include`` alone, and marked.
    ``source=person`` leaves out what devices measured.
    """
    wanted = _metrics(metric)
    span = span_of(start, end, work.now, LONGEST)
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    work.note("observations.read", patient_no, metrics=[one.wire_name for one in wanted])
    asked = ReadingsQuery(
        patient_no=patient_no,
        patient=patient_id,
        metrics=wanted,
        span=span,
        cursor=cursor,
        limit=limit,
        marked=bool(include),
        devices=source is None,
    )
    if bucket is None:
        return await _raw(work, asked)
    return await _in_buckets(work, asked, width_of(bucket))


async def _raw(work: UnitOfWork, asked: ReadingsQuery) -> Page[ReadingPoint]:
    key = read_cursor(asked.cursor, datetime, int, int, float)
    span, after = asked.span, None
    if key is not None and isinstance(key[0], datetime):
        span = (max(span[0], key[0]), span[1])
        after = (int(str(key[1])), int(str(key[2])), float(str(key[3])))
    rows = await readings.observations(
        work.conn,
        asked.patient_no,
        asked.metrics,
        span,
        after=after,
        limit=asked.limit + 1,
        marked=asked.marked,
        devices=asked.devices,
    )
    shown, following = cut(
        rows, asked.limit, lambda row: [row["time"], row["metric"], row["frame_id"], row["value"]]
    )
    patient = None
    if any(row["marked_at"] is not None for row in shown):
        patient = await patients.record(work.conn, asked.patient)
    points = [
        point_of(row, asked.patient_no, mark_of(work.services, row, patient)) for row in shown
    ]
    return Page(items=points, next=following)


async def _in_buckets(work: UnitOfWork, asked: ReadingsQuery, width: Width) -> Response:
    """Answer as :class:`Buckets`, written at once: a chart of weeks has thousands of them."""
    key = read_cursor(asked.cursor, datetime, int)
    after = None
    if key is not None and isinstance(key[0], datetime):
        after = (key[0], int(str(key[1])))
    zone = await patients.time_zone(work.conn, asked.patient_no)

    async def read(where: UnitOfWork) -> list[rollups.BucketRow]:
        return await rollups.observations(
            where.conn,
            asked.patient_no,
            asked.metrics,
            asked.span,
            width.span,
            zone=zone if width.civil else None,
            after=after,
            limit=asked.limit + 1,
        )

    rows, age = await ask_replica(work, read)
    shown, following = cut(rows, asked.limit, lambda row: row[:2])
    answer = {"items": [_bucket(row) for row in shown], "next": following, "time_zone": zone}
    return Response(_encoder.encode(answer), media_type="application/json", headers=age)


def _bucket(row: rollups.BucketRow) -> dict[str, object]:
    told = {"min": row.low, "mean": row.mean, "max": row.high, "count": row.n}
    return {"time": row.start, **told, **_NAMED[row.metric]}
