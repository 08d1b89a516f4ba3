"""What a patient was told of each of their weeks, for them and for who cares for them."""

import json
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import Work
from api.patients.record_access import record_of
from api.store import weekly_reports as store
from api.vault import personal_data

router = APIRouter(tags=["plans"])


class WeekDone(BaseModel):
    """What became of what was asked for and is over."""

    asked: int
    done: int
    left_out: int


class VitalWeek(BaseModel):
    """One metric's week; null throughout: it came the week before, and not in this one."""

    metric: str
    unit: str
    days: int
    count: int
    low: float | None
    high: float | None
    mean: float | None = Field(description="of the days' means")
    before: float | None = Field(description="the same of the week before")
    trend: Literal["higher", "lower", "same"] | None = Field(
        description="null: of too few days to be told"
    )


class WeekMessages(BaseModel):
    """Messages of the week, and how many of the ward's the person has not read yet."""

    written: int
    received: int
    unread: int


class WeekComing(BaseModel):
    """What comes next, at a moment or on a civil day."""

    what: Literal["consultation", "review"]
    at: datetime | None
    day: date | None


class WeekTold(BaseModel):
    """What a person was told of a week."""

    measured_days: int
    measurements: WeekDone
    tasks: WeekDone
    vitals: list[VitalWeek]
    messages: WeekMessages
    questionnaires: int
    coming: list[WeekComing]


class WeeklyReport(BaseModel):
    """One week; ``report`` is null where none was made, or once the person was erased."""

    id: UUID
    week: date = Field(description="its Monday, where the person lives")
    until: date = Field(description="its Sunday")
    made_at: datetime
    missing: Literal["late", "paused"] | None = Field(
        description="why no report was made: the program did not run in time, or the person was "
        "paused"
    )
    told_at: datetime | None
    told_by: list[str]
    report: WeekTold | None


@router.get("/patients/{patient_id}/weekly-reports")
async def weekly_reports(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 10
) -> Page[WeeklyReport]:
    """A patient's weeks as they were told of them, newest first; missing ones are among them."""
    row = await record_of(work, patient_id)
    after: Any = read_cursor(cursor, int)
    found = await store.page(
        work.conn, row["no"], before=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(found, limit, lambda one: [one["no"]])
    work.note("weekly.read", row["no"], n=len(shown))
    text = personal_data.text_of(work.services.vault, row)
    items = []
    for one in shown:
        words = text.open(one["content"])
        told = WeekTold.model_validate(json.loads(words)) if words else None
        until = one["week"] + timedelta(days=6)
        items.append(WeeklyReport(**one, until=until, report=told))
    return Page(items=items, next=following)
