"""Questionnaires: what can be asked, and what was answered at home or on the telephone."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from analytics.domain.care import Role
from analytics.ward.questionnaires import QUESTIONNAIRES, Item
from api.errors import NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.questionnaires import GivenAnswers, Name, ResponseShown, ResponseTaken
from api.http.deps import CLINICIANS, COORDINATORS, Shared, Signed, Work, acting, allow
from api.patients import answering
from api.patients.entering import IdempotencyKey, folded
from api.patients.record_access import own_record, record_of
from api.store import questionnaires as store
from api.vault import personal_data

router = APIRouter(tags=["questionnaires"])


class QuestionShown(BaseModel):
    """A question; it is asked when the answer to ``after`` is ``least`` or more."""

    link: str
    asked: str
    options: dict[int, str]
    after: str | None
    least: int | None
    optional: bool


class QuestionnaireShown(BaseModel):
    """A questionnaire with its source; ``staff``: answered by the staff alone, in a call."""

    name: str
    title: str
    version: str
    source: str
    staff: bool
    items: list[QuestionShown]


def _question(link: str, item: Item) -> QuestionShown:
    after, least = item.after or (None, None)
    return QuestionShown(
        link=link,
        asked=item.asked,
        options=dict(item.options),
        after=after,
        least=least,
        optional=item.optional,
    )


@router.get("/questionnaires")
async def known(work: Work) -> Page[QuestionnaireShown]:
    """What can be asked; patients see what is theirs to answer."""
    own = work.caller.role is Role.PATIENT
    items = [
        QuestionnaireShown(
            name=name,
            title=form.title,
            version=form.version,
            source=form.source,
            staff=form.staff,
            items=[_question(link, item) for link, item in form.items.items()],
        )
        for name, form in QUESTIONNAIRES.items()
        if not (own and form.staff)
    ]
    return Page(items=items, next=None)


@router.get("/patients/{patient_id}/questionnaires")
async def responses(
    *,
    work: Work,
    patient_id: UUID,
    name: Annotated[Name | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ResponseShown]:
    """What a patient answered, or the staff for them, newest first."""
    row = await record_of(work, patient_id)
    after: Any = read_cursor(cursor, int)
    found = await store.page(
        work.conn, row["no"], name, before=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(found, limit, lambda one: [one["no"]])
    work.note("questionnaires.read", row["no"], n=len(shown))
    text = personal_data.text_of(work.services.vault, row)
    return Page(items=[answering.shown(text, one) for one in shown], next=following)


@router.post(
    "/patients/{patient_id}/questionnaires/{questionnaire}",
    status_code=201,
    dependencies=[allow(*CLINICIANS, *COORDINATORS)],
)
async def answer_for(
    *,
    patient_id: UUID,
    questionnaire: Name,
    body: GivenAnswers,
    caller: Signed,
    services: Shared,
    sent_as: IdempotencyKey,
) -> ResponseTaken:
    """Answer a questionnaire with a patient, in one's own name; a call's readings are scored."""
    async with acting(services, caller) as work:
        row = await record_of(work, patient_id)
        taken = await answering.take_answers(work, row, questionnaire, body, sent_as)
    if taken.entry is not None:
        await folded(services, caller, taken.entry)
    return _answer(taken)


@router.post(
    "/me/questionnaires/{questionnaire}", status_code=201, dependencies=[allow(Role.PATIENT)]
)
async def answer_own(
    work: Work, questionnaire: Name, body: GivenAnswers, sent_as: IdempotencyKey
) -> ResponseTaken:
    """Answer a questionnaire oneself; what was answered without a line is taken for a week."""
    row = await own_record(work)
    if QUESTIONNAIRES[questionnaire].staff:
        raise NotFoundError
    return _answer(await answering.take_answers(work, row, questionnaire, body, sent_as))


def _answer(taken: answering.TakenAnswers) -> ResponseTaken:
    return ResponseTaken(
        id=taken.id,
        score=taken.came.score,
        most=taken.came.most,
        grave=answering.grave(taken.came),
        alerted=bool(taken.came.told),
    )
