"""What a ward achieves: adherence, alerts, answers, readmissions and work, over chosen weeks."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.forms.outcomes import OutcomeFigure, Outcomes, OutcomeSpan, SpanValue, WorkMinutes
from api.forms.timestamps import Moment
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.patients.asked_ward import asked_ward
from api.patients.outcomes import outcomes
from api.rota.settings import RotaSettings
from api.store.timestamps import rfc3339

router = APIRouter(tags=["alerts"], dependencies=[allow(*COORDINATORS, *CLINICIANS)])
_COLUMNS = (
    "figure",
    "unit",
    "span",
    "from",
    "to",
    "value",
    "low_95",
    "high_95",
    "count",
    "of",
    "withheld",
)
_FILE = "outcomes.csv"
Weeks = Annotated[int, Query(ge=1, le=52, description="how long; the span before is as long")]
Until = Annotated[Moment | None, Query(alias="to", description="exclusive; now at the latest")]
WardName = Annotated[str | None, Query(max_length=60)]


@router.get("/outcomes")
async def read_outcomes(
    work: Work, weeks: Weeks = 4, until: Until = None, ward: WardName = None
) -> Outcomes:
    """What a ward achieved over some weeks, and over as many before, with 95 % intervals.

    A coordinator's, doctor's or nurse's own ward, an administrator's choice. What concerns so few
    people that the caller, who may not see them, could know them by it is withheld.
    """
    return await _read(work, weeks, until, ward)


@router.get(
    "/outcomes.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "a row a figure and span"}},
)
async def export_outcomes(
    work: Work, weeks: Weeks = 4, until: Until = None, ward: WardName = None
) -> Response:
    """The same as a table: one row for each figure and span."""
    told = await _read(work, weeks, until, ward)
    page = io.StringIO()
    rows = csv.writer(page)
    rows.writerow(_COLUMNS)
    for figure in told.figures:
        rows.writerows(_rows(figure, told))
    headers = {"Content-Disposition": f'attachment; filename="{_FILE}"'}
    return Response(page.getvalue(), media_type="text/csv", headers=headers)


async def _read(work: UnitOfWork, weeks: int, until: Moment | None, ward: str | None) -> Outcomes:
    of_ward = await asked_ward(work, ward)
    end = min(until, work.now) if until else work.now
    found = await outcomes(work, of_ward, end, weeks, _minutes())
    work.note("outcomes.read", ward=of_ward, weeks=weeks)
    return found


def _minutes() -> WorkMinutes:
    """Return what the rota reckons each kind of work with."""
    rota = RotaSettings()
    return WorkMinutes(
        high=rota.emergency_minutes,
        medium=rota.urgent_minutes,
        low=rota.review_minutes,
        call=rota.review_minutes,
    )


def _rows(figure: OutcomeFigure, told: Outcomes) -> Iterator[tuple[object, ...]]:
    spans: tuple[tuple[str, OutcomeSpan, SpanValue], ...] = (
        ("now", told.now, figure.now),
        ("before", told.before, figure.before),
    )
    for name, span, one in spans:
        values = (one.value, one.low, one.high, one.count, one.of)
        when = (rfc3339(span.start), rfc3339(span.end))
        yield (figure.name, figure.unit, name, *when, *values, "yes" if one.withheld else "no")
