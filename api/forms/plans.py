"""A plan at home as it is written, and as it is answered."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from analytics.domain.vitals import METRIC_BY_NAME, Metric
from analytics.ward.home_tasks import EVERY_DAY
from analytics.ward.plan_templates import TEMPLATES
from analytics.ward.questionnaires import QUESTIONNAIRES
from api.forms.timestamps import Moment


def _civil(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("is a time of day of the person's own zone")
    return at.replace(second=0, microsecond=0)


_SUBJECTS = [*(metric.wire_name for metric in Metric), *QUESTIONNAIRES]
Kind = Literal["measure", "take", "answer", "walk"]
State = Literal["due", "done", "skipped", "missed"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
# A time of day without a zone: JSON Schema's own format ``time`` asks for an offset.
_CLOCK: dict[str, Any] = {
    "type": "string",
    "format": "civil-time",
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
}
CivilTime = Annotated[time, WithJsonSchema(_CLOCK)]
Clock = Annotated[CivilTime, AfterValidator(_civil)]
Times = Annotated[list[Clock], Field(min_length=1, max_length=12)]
Day = Annotated[int, Field(strict=True, ge=1, le=7)]
Condition = Literal["own", "heart_failure", "copd", "diabetes", "hypertension", "after_surgery"]
_NAMES = {"measure": METRIC_BY_NAME, "answer": QUESTIONNAIRES}


class NewTask(BaseModel):
    """Something to do at times of day (the person's own time zone) on days of the week.

    ``subject``: the metric to be measured, or the questionnaire to be answered.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    words: Line
    times: Times
    days: Annotated[list[Day], Field(min_length=1, max_length=7)] = list(EVERY_DAY)
    subject: Annotated[str, Field(json_schema_extra={"enum": _SUBJECTS})] | None = None

    @model_validator(mode="after")
    def _named(self) -> "NewTask":
        known = _NAMES.get(self.kind)
        if known is None and self.subject is not None:
            raise ValueError("only what is measured or answered has a subject")
        if known is not None and self.subject not in known:
            raise ValueError(f"subject must name what to {self.kind}")
        return self


class Medicine(BaseModel):
    """A medicine in words, and when it is taken."""

    model_config = ConfigDict(extra="forbid")

    text: Line
    times: Times


class NewHomePlan(BaseModel):
    """A plan to begin; ``replaces`` ends an older one of the patient in the same step."""

    model_config = ConfigDict(extra="forbid")

    condition: Condition = "own"
    title: Line
    goals: Annotated[list[Line], Field(max_length=20)] = []
    tasks: Annotated[list[NewTask], Field(max_length=40)] = []
    medicines: Annotated[list[Medicine], Field(max_length=40)] = []
    education: Annotated[list[Line], Field(max_length=20)] = []
    review_on: date
    replaces: UUID | None = None

    def all_tasks(self) -> list[NewTask]:
        """Return the tasks, one to take each medicine among them."""
        taken = [NewTask(kind="take", words=one.text, times=one.times) for one in self.medicines]
        return [*self.tasks, *taken]


class HomeTask(BaseModel):
    """A task of a plan; ``adherence``: the share done of the last days, null while none is over."""

    id: UUID
    kind: Kind
    subject: str | None
    words: str | None
    times: list[CivilTime]
    days: list[int]
    adherence: float | None


class HomePlan(BaseModel):
    """A plan as it stands; its words are null once the person was erased."""

    id: UUID
    condition: Condition
    title: str | None
    goals: list[str]
    medicines: list[Medicine]
    education: list[str]
    tasks: list[HomeTask]
    review_on: date
    review_due: bool
    begun_at: datetime
    begun_by_name: str | None
    ended_at: datetime | None


class TaskDue(BaseModel):
    """A task at one time at which it falls due, and what became of it."""

    task: UUID
    kind: Kind
    subject: str | None
    words: str | None
    due_at: datetime
    state: State
    reminders: int
    answered_at: datetime | None


class TaskAnswer(BaseModel):
    """What became of a task that fell due at ``due_at``; ``at`` is when it was said, else now."""

    model_config = ConfigDict(extra="forbid")

    due_at: Moment
    state: Literal["done", "skipped"]
    at: Moment | None = None


class TemplateShown(BaseModel):
    """A plan to begin with; ``source`` says where its goals and tasks come from."""

    condition: Condition
    title: str
    goals: list[str]
    tasks: list[NewTask]
    education: list[str]
    review_on: date
    source: str


def template(condition: Condition, today: date) -> TemplateShown:
    """Return a template as a form is filled from it, to be reviewed counted from ``today``."""
    one = TEMPLATES[condition]
    return TemplateShown(
        condition=condition,
        title=one.title,
        goals=list(one.goals),
        tasks=[
            NewTask(
                kind=task.kind.value,
                words=task.words,
                times=[time.fromisoformat(at) for at in task.times],
                days=list(task.days),
                subject=task.subject,
            )
            for task in one.tasks
        ],
        education=list(one.education),
        review_on=today + timedelta(days=one.review_days),
        source=one.source,
    )
