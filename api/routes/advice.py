"""Advice to patients: begun from a template with their numbers, sent, and confirmed by them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from analytics.domain.care import Role
from analytics.ward.advice import TEMPLATES, blanks
from api.errors import ConflictError, InvalidError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.timestamps import Moment
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.patients import advising
from api.patients.contact import Correspondent, correspondent
from api.patients.entering import IdempotencyKey, entry_key
from api.patients.identifiers import name_people
from api.patients.record_access import record_of
from api.store import advice as store
from api.store.types import Row

if TYPE_CHECKING:
    from api.contact.settings import ContactSettings

router = APIRouter(tags=["advice"])
_OLDEST, _CLOCKS = timedelta(days=7), timedelta(minutes=5)
TemplateName = Literal[
    "oxygen_low",
    "weight_up",
    "pressure_high",
    "glucose_low",
    "fever",
    "pulse",
    "measure",
    "medicine",
]


class AdviceTemplateShown(BaseModel):
    """Words to begin with; what stands in braces is filled from the patient's record."""

    template: TemplateName
    title: str
    text: str
    source: str


class AdvicePreview(BaseModel):
    """A template as it would be sent now; what is ``missing`` still stands in braces."""

    template: TemplateName
    text: str
    missing: list[str]


class NewAdvice(BaseModel):
    """Advice as the patient will read it."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    template: TemplateName | Literal["own"] = "own"


class ReadAdvice(BaseModel):
    """That one has read advice; ``at`` is when it was said, else now."""

    model_config = ConfigDict(extra="forbid")

    at: Moment | None = None


class AdviceShown(BaseModel):
    """Advice as it was sent; its words are null once the person was erased."""

    id: UUID
    template: str
    text: str | None
    sent_at: datetime
    sent_by: UUID
    sent_by_name: str | None
    due_at: datetime
    confirmed_at: datetime | None
    overdue: bool


class AdviceOverdue(AdviceShown):
    """The same, of a patient of a list."""

    patient: UUID
    name: str | None
    identifier: str | None
    birth_date: str | None
    simulated: bool


@router.get("/advice-templates", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def templates(work: Work) -> Page[AdviceTemplateShown]:
    """Advice and reminders to begin with, each with its source."""
    del work
    items = [
        AdviceTemplateShown(template=name, title=one.title, text=one.text, source=one.source)  # type: ignore[arg-type]
        for name, one in TEMPLATES.items()
    ]
    return Page(items=items, next=None)


@router.get(
    "/patients/{patient_id}/advice/preview", dependencies=[allow(*CLINICIANS, *COORDINATORS)]
)
async def preview(
    work: Work, patient_id: UUID, template: Annotated[TemplateName, Query()]
) -> AdvicePreview:
    """Fill a template from the record, to be read and changed before it is sent."""
    row = await record_of(work, patient_id)
    found = await advising.preview(work, row, template)
    work.note("advice.preview", row["no"], template=template)
    return AdvicePreview(template=template, text=found.text, missing=list(found.missing))


@router.post("/patients/{patient_id}/advice", status_code=201, dependencies=[allow(*CLINICIANS)])
async def send(
    request: Request, work: Work, patient_id: UUID, body: NewAdvice, sent_as: IdempotencyKey
) -> AdviceShown:
    """Send advice to one's patient, in one's own name; blanks that nobody filled are refused.

    Sent again under the same ``Idempotency-Key`` it is the advice that it was.
    """
    whom = await correspondent(work, patient_id)
    whom.demand_care()
    if left := blanks(body.text):
        raise InvalidError("text", f"has blanks that nobody filled: {', '.join(left)}")
    settings: ContactSettings = request.app.state.contact
    key = None if sent_as is None else entry_key("advice", work.caller.user_id, sent_as)
    values = {
        "no": whom.row["no"],
        "template": body.template,
        "text": whom.text.seal(body.text),
        "now": work.now,
        "by": work.caller.user_id,
        "due": work.now + timedelta(hours=settings.advice_hours),
        "key": key,
    }
    made = await store.add(work.conn, values)
    if made is None and key is not None:
        made = await store.by_key(work.conn, whom.row["no"], key)
    row = made and await store.one(work.conn, made)
    if not row:
        raise ConflictError("The same advice is being taken: ask again.")
    work.note("advice.send", whom.row["no"], advice=str(made), template=body.template)
    return _shown(row, whom, work.now)


@router.get("/patients/{patient_id}/advice")
async def read(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 20
) -> Page[AdviceShown]:
    """A patient's advice, newest first, each with when they confirmed that they read it."""
    whom = await correspondent(work, patient_id)
    after: Any = read_cursor(cursor, int)
    rows = await store.of_patient(
        work.conn, whom.row["no"], before=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.note("advice.read", whom.row["no"], n=len(shown))
    return Page(items=[_shown(row, whom, work.now) for row in shown], next=following)


@router.post("/me/advice/{advice_id}/confirm", dependencies=[allow(Role.PATIENT)])
async def confirm(work: Work, advice_id: UUID, body: ReadAdvice) -> AdviceShown:
    """Say that one has read advice; a repeat changes nothing.

    What was said while there was no line is taken for a week, and counts as it was said.
    """
    row = await store.one(work.conn, advice_id)
    if row is None:
        raise NotFoundError
    at = body.at or work.now
    if not work.now - _OLDEST <= at <= work.now + _CLOCKS:
        raise InvalidError("at", "must be of the last 7 days")
    if await store.confirm(work.conn, advice_id, work.caller.user_id, at):
        work.note("advice.confirm", row["patient_no"], advice=str(advice_id))
        row = await store.one(work.conn, advice_id) or row
    return _shown(row, await correspondent(work, row["patient"]), work.now)


@router.get("/advice", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def unconfirmed(work: Work, cursor: Cursor = None, limit: Limit = 100) -> Page[AdviceOverdue]:
    """Advice that should have been confirmed by now and is not, the oldest first."""
    after: Any = read_cursor(cursor, int)
    rows = await store.overdue(
        work.conn, work.now, after=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    await name_people(work.conn, work.services.vault, shown)
    work.saw("advice.list", (row["patient_no"] for row in shown))
    return Page(items=[AdviceOverdue(**row, overdue=True) for row in shown], next=following)


def _shown(row: Row, whom: Correspondent, now: datetime) -> AdviceShown:
    overdue = row["confirmed_at"] is None and row["due_at"] <= now
    return AdviceShown(**row | {"text": whom.text.open(row["text"]), "overdue": overdue})
