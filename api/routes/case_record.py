"""What a case shows of a record until it ends: the chosen readings, images of chosen studies."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from analytics.domain.vitals import Metric, Quality
from api.consult import cases as desk
from api.errors import NotFoundError
from api.forms.paging import Cursor, Page, cut, read_cursor
from api.forms.time_range import width_of
from api.http.deps import CLINICIANS, COORDINATORS, Shared, Signed, Work, acting, allow
from api.imaging.access import StudyUid, archive_of
from api.imaging.dicomweb import address_of
from api.imaging.passing import ANSWERS, begins_look, passed_on
from api.patients.readings import Coded, coded
from api.store import case_record, cases
from api.store.types import Row

router = APIRouter(tags=["cases"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])
_STUDY = "/cases/{case_id}/dicomweb/studies/{study_uid}"
Rest = Annotated[str, Path(max_length=400)]


class CasePoint(Coded):
    """One reading that a case shows."""

    time: datetime
    metric: str
    value: float
    quality: str


class CaseBucket(Coded):
    """Readings of one metric in one stretch of time, ``time`` its start."""

    time: datetime
    metric: str
    min: float
    mean: float
    max: float
    count: int


@router.get("/cases/{case_id}/observations")
async def observations(
    work: Work,
    case_id: UUID,
    metric: Annotated[str, Query(max_length=40)],
    *,
    bucket: Annotated[str | None, Query(max_length=8)] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> Page[CasePoint] | Page[CaseBucket]:
    """The readings of one metric that a case shows; of any other there are none.

    With ``bucket`` their extremes and means, all at once: the case bounds how many.
    """
    wanted = desk.metric_named(metric)
    row = await desk.found(work, case_id)
    work.note("case.readings", row["patient_no"], case=str(case_id), metrics=[metric])
    if bucket is not None:
        seconds = int(width_of(bucket).span.total_seconds())
        slices = await case_record.slices(work.conn, case_id, int(wanted), seconds)
        return Page(items=[_bucket(one, wanted) for one in slices], next=None)
    key: Any = read_cursor(cursor, datetime, int, float)
    rows = await case_record.observations(
        work.conn, case_id, int(wanted), after=key, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda one: [one["time"], one["frame_id"], one["value"]])
    return Page(items=[_point(one, wanted) for one in shown], next=following)


def _point(row: Row, metric: Metric) -> CasePoint:
    return CasePoint(
        **coded(metric),
        time=row["time"],
        metric=metric.wire_name,
        value=row["value"],
        quality=Quality(row["quality"]).name.lower(),
    )


def _bucket(row: Row, metric: Metric) -> CaseBucket:
    return CaseBucket(**coded(metric), **row | {"time": row["start"], "metric": metric.wire_name})


@router.get(_STUDY + "/{rest:path}", response_class=Response, responses=ANSWERS)
async def images(
    services: Shared,
    caller: Signed,
    request: Request,
    *,
    case_id: UUID,
    study_uid: StudyUid,
    rest: Rest,
) -> Response:
    """Search or retrieve below a study that a case shows (QIDO-RS, WADO-RS).

    What is under way ends with the case.
    """
    address = address_of(study_uid, rest)
    async with acting(services, caller) as work:
        row = await desk.found(work, case_id)
        if address is None or await case_record.study(work.conn, case_id, study_uid) is None:
            raise NotFoundError
        archive_of(request).demand()
        if begins_look(request, (caller.user_id, f"{case_id}/{study_uid}"), address):
            work.note(
                "case.images",
                row["patient_no"],
                case=str(case_id),
                study=study_uid,
                series=address.series,
            )

    async def still() -> bool:
        async with acting(services, caller) as again:
            return await cases.one(again.conn, case_id) is not None

    return await passed_on(request, address, f"cases/{case_id}", still)
