"""Plans at home: goals, tasks, medicines and what to know; what became of the tasks."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from analytics.domain.care import Role
from analytics.domain.civil import day_at
from analytics.ward.plan_templates import TEMPLATES
from api.errors import ConflictError, InvalidError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.plans import HomePlan, NewHomePlan, TaskAnswer, TaskDue, TemplateShown, template
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.patients import home_plans
from api.patients.record_access import own_record, record_of
from api.store import home_plans as store
from api.store import home_tasks
from api.vault import personal_data

router = APIRouter(tags=["plans"])
STAFF = allow(*CLINICIANS, *COORDINATORS)
_OLDEST, _AHEAD = timedelta(days=7), timedelta(hours=24)
_CLOCKS = timedelta(minutes=5)
_MOST = 5_000


class NewId(BaseModel):
    """What was made."""

    id: UUID


class Answered(BaseModel):
    """A task as it was answered."""

    task: UUID
    state: str


@router.get("/plan-templates", dependencies=[STAFF])
async def templates(work: Work) -> Page[TemplateShown]:
    """Plans to begin with, by condition, each with its source; nothing holds until it is saved."""
    today = day_at(work.now, work.services.settings.zone)
    items = [template(name, today) for name in TEMPLATES]  # type: ignore[arg-type]
    return Page(items=items, next=None)


@router.get("/patients/{patient_id}/plans")
async def plans(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[HomePlan]:
    """A patient's plans, newest first, ended ones too; ``adherence`` is of the last 14 days."""
    row = await record_of(work, patient_id)
    after: Any = read_cursor(cursor, int)
    found = await store.of_patient(
        work.conn, row["no"], before=after[0] if after else None, limit=limit + 1
    )
    shown, following = cut(found, limit, lambda one: [one["no"]])
    work.note("plans.read", row["no"], n=len(shown))
    return Page(items=await home_plans.shown(work, row, shown), next=following)


@router.post("/patients/{patient_id}/plans", status_code=201, dependencies=[STAFF])
async def begin(work: Work, patient_id: UUID, body: NewHomePlan) -> NewId:
    """Begin a plan, in one's own name; ``replaces`` ends an older one in the same step."""
    row = await record_of(work, patient_id)
    if body.review_on < day_at(work.now, row["time_zone"]):
        raise InvalidError("review_on", "must not lie behind")
    if body.replaces is not None:
        by = work.caller.user_id
        if not await store.end(work.conn, row["no"], body.replaces, work.now, by):
            raise ConflictError("The plan to be replaced has ended: read the plans again.")
    made = await home_plans.begin(work, row, body)
    work.note("plan.begin", row["no"], plan=str(made), condition=body.condition)
    return NewId(id=made)


@router.post("/patients/{patient_id}/plans/{home_plan_id}/end", dependencies=[STAFF])
async def end(work: Work, patient_id: UUID, home_plan_id: UUID) -> NewId:
    """End a plan; what became of its tasks stays. A repeat changes nothing."""
    row = await record_of(work, patient_id)
    if await store.end(work.conn, row["no"], home_plan_id, work.now, work.caller.user_id):
        work.note("plan.end", row["no"], plan=str(home_plan_id))
    else:
        known = await store.one(work.conn, home_plan_id)
        if known is None or known["patient_no"] != row["no"]:
            raise NotFoundError
    return NewId(id=home_plan_id)


@router.get("/patients/{patient_id}/reminders")
async def reminders(
    work: Work, patient_id: UUID, days: Annotated[int, Query(ge=1, le=90)] = 14
) -> Page[TaskDue]:
    """What fell due in the last days, and what became of it: the oldest first, 5,000 at most."""
    row = await record_of(work, patient_id)
    since = work.now - timedelta(days=days)
    found = await home_tasks.due(work.conn, row["no"], since, work.now, _MOST)
    work.note("plans.read", row["no"], n=len(found))
    text = personal_data.text_of(work.services.vault, row)
    return Page(items=[home_plans.task_due(one, text) for one in found], next=None)


@router.get("/me/tasks", dependencies=[allow(Role.PATIENT)])
async def own_tasks(work: Work) -> Page[TaskDue]:
    """The caller's own tasks of today, in their time zone: what fell due and what still will."""
    row = await own_record(work)
    work.note("tasks.read", row["no"])
    return Page(items=await home_plans.today(work, row), next=None)


@router.post("/me/tasks/{task_id}/answer", dependencies=[allow(Role.PATIENT)])
async def answer(work: Work, task_id: UUID, body: TaskAnswer) -> Answered:
    """Say that a task was done, or is left out; what was said first stands.

    What was said while there was no line is taken for a week, and counts as it was said.
    """
    row = await own_record(work)
    task = await store.task(work.conn, task_id)
    if task is None:
        raise NotFoundError
    at = body.at or work.now
    if not work.now - _OLDEST <= body.due_at <= work.now + _AHEAD:
        raise InvalidError("due_at", "must be of the last 7 days or the next")
    if not work.now - _OLDEST <= at <= work.now + _CLOCKS:
        raise InvalidError("at", "must be of the last 7 days")
    if not home_plans.may_be_due(task, body.due_at):
        raise InvalidError("due_at", "is no time at which this task falls due")
    if not await home_tasks.answer(work.conn, task_id, body.due_at, body.state, at):
        raise NotFoundError
    work.note("task.answer", row["no"], task=str(task_id), state=body.state)
    return Answered(task=task_id, state=body.state)
