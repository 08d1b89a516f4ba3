"""What patients report of themselves: the five questions of *I feel worse*."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.alerts import FindingChange
from analytics.domain.care import Role
from analytics.rules.patient_report import CONDITION, RULE, JudgedReport, in_words, judge
from api.errors import ConflictError, InvalidError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.timestamps import Moment
from api.http.deps import UnitOfWork, Work, allow
from api.language import noted
from api.patients.entering import IdempotencyKey, entry_key
from api.patients.record_access import own_record, record_of
from api.store import patient_reports
from api.store.timestamps import ms_of
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["reports"])
_OLDEST, _AHEAD = timedelta(days=7), timedelta(minutes=5)
_LATE = timedelta(minutes=15)
_NOT_WATCHED = noted("The ward does not watch you now, so nobody would be told: call the ward.")


class Answers(BaseModel):
    """An answer to each of the five questions."""

    model_config = ConfigDict(extra="forbid")

    breath: Literal["no", "moving", "rest"]
    chest: Literal["no", "yes"]
    mind: Literal["no", "yes"]
    fever: Literal["no", "yes"]
    drink: Literal["no", "yes"]


class NewReport(BaseModel):
    """A report; ``at`` is when it was answered, left out: now."""

    model_config = ConfigDict(extra="forbid")

    answers: Answers
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    at: Moment | None = None


class ReportTaken(BaseModel):
    """A report that was taken, and how urgent it is."""

    id: UUID
    priority: Literal["high", "medium"]


class Report(BaseModel):
    """A report, with the questions as they were asked and answered in words."""

    id: UUID
    given_at: datetime
    received: datetime
    priority: Literal["high", "medium"]
    answers: dict[str, str]
    said: list[dict[str, str]] = Field(description="question and answer in words")
    words: str | None


@router.post("/me/reports", status_code=201, dependencies=[allow(Role.PATIENT)])
async def report(work: Work, body: NewReport, sent_as: IdempotencyKey) -> ReportTaken:
    """Say that one feels worse; those who care for the patient are alerted.

    What was answered while there was no line is taken like what is answered now.
    """
    row = await _own(work)
    judged = judge(body.answers.model_dump())
    priority: Any = judged.priority.value
    key = None if sent_as is None else entry_key("report", work.caller.user_id, sent_as)
    known = key and await patient_reports.by_key(work.conn, row["no"], key)
    if known:
        return ReportTaken(id=known, priority=priority)
    at = body.at or work.now
    if not work.now - _OLDEST <= at <= work.now + _AHEAD:
        raise InvalidError("at", "must be of the last 7 days")
    hours = timedelta(hours=work.services.settings.report_hours)
    values = {
        "no": row["no"],
        "given_at": at,
        "received": work.now,
        "answers": body.answers.model_dump(),
        "words": personal_data.text_of(work.services.vault, row).seal(body.words or None),
        "priority": priority,
        "key": key,
        "ends_at": work.now + hours,
        "finding": _finding(judged, at, work.now),
    }
    made = await patient_reports.add(work.conn, values)
    if made is not None:
        work.note("report.give", row["no"], report=str(made), priority=priority)
        return ReportTaken(id=made, priority=priority)
    known = key and await patient_reports.by_key(work.conn, row["no"], key)
    if not known:
        raise ConflictError("The same report is being taken: ask again.")
    return ReportTaken(id=known, priority=priority)


async def _own(work: UnitOfWork) -> Row:
    """The caller's own record, of somebody whose alerts are raised."""
    row = await own_record(work)
    paused = row["state"] == "paused" and row["paused_until"] > work.now
    if paused or row["state"] == "discharged":
        raise ConflictError(_NOT_WATCHED)
    return row


def _finding(judged: JudgedReport, at: datetime, now: datetime) -> Row:
    """What the alert engine is told; never back-fill: somebody is to look, however late it came."""
    late = now - at > _LATE
    said = f", said {int((now - at).total_seconds() // 60)} min before it came" if late else ""
    return {
        "condition": CONDITION,
        "change": FindingChange.STARTED.value,
        "priority": judged.priority.value,
        "measured_ms": ms_of(now),
        "received_ms": ms_of(now),
        "message": judged.message + said,
        "rule": RULE,
        "detail": {"given_at_ms": ms_of(at)},
    }


@router.get("/patients/{patient_id}/reports")
async def reports(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[Report]:
    """What a patient reported, newest first."""
    row = await record_of(work, patient_id)
    after: Any = read_cursor(cursor, int)
    found = await patient_reports.page(
        work.conn, row["no"], before=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(found, limit, lambda one: [one["no"]])
    work.note("reports.read", row["no"], n=len(shown))
    text = personal_data.text_of(work.services.vault, row)
    items = [
        Report(**{**one, "words": text.open(one["words"])}, said=in_words(one["answers"]))
        for one in shown
    ]
    return Page(items=items, next=following)
