"""``POST /staffing/plan``: next week's shifts, or hours to demands, with what an hour is worth."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from analytics.staffing.hours import Need, Supply
from analytics.staffing.terms import Person, RestRules, Span
from api.errors import InvalidError
from api.forms.timestamps import Moment
from api.http.deps import COORDINATORS, Shared, Signed, UnitOfWork, acting, allow
from api.rota import forecast
from api.rota.settings import RotaSettings
from api.rota.week import forms, hours_answer, shifts_answer
from api.store import forecast as stored
from api.store.timestamps import rfc3339

router = APIRouter(prefix="/staffing", tags=["rota"], dependencies=[allow(*COORDINATORS)])

MOST_PEOPLE, MOST_DEMANDS, MOST_PAIRS = 200, 2_000, 12_000
_WEEK = timedelta(days=7)
_one_at_a_time = CapacityLimiter(1)
Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Skills = Annotated[list[Id], Field(max_length=50)]
Number = Annotated[float, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)]


class Away(BaseModel):
    """A time in which somebody can have no shift."""

    start: Moment
    end: Moment


class Somebody(BaseModel):
    """Whose hours there are; ``hours`` is the most in the week."""

    id: Id
    name: Annotated[str, Field(max_length=200)] | None = None
    hours: Number = 40.0
    cost_per_hour: Number = 0.0
    kind: Annotated[str, StringConstraints(pattern="^(doctor|nurse)$")] = "doctor"
    skills: Skills = []
    away: Annotated[list[Away], Field(max_length=100)] = []


class StaffingNeed(BaseModel):
    """Work: ``hours`` of one piece, or ``people`` at once from ``start`` to ``end``."""

    id: Id | None = None
    hours: Number | None = None
    people: Annotated[float, Field(strict=True, ge=0, le=1000)] | None = None
    start: Moment | None = None
    end: Moment | None = None
    skills: Skills = []

    @model_validator(mode="after")
    def _one_form(self) -> "StaffingNeed":
        timed = self.start is not None and self.end is not None and self.people is not None
        if timed == (self.hours is not None):
            raise ValueError("say hours, or people with start and end")
        if timed and self.start and self.end and not self.start < self.end:
            raise ValueError("end must come after start")
        return self


class OwnRules(BaseModel):
    """Rules of rest and hours; the defaults are the Working Time Directive's."""

    rest_hours: Annotated[float, Field(strict=True, ge=0, le=48)] = 11.0
    week_hours: Annotated[float, Field(strict=True, gt=0, le=168)] = 48.0
    most_days: Annotated[int, Field(strict=True, ge=1, le=7)] = 6
    most_nights: Annotated[int, Field(strict=True, ge=0, le=7)] = 4


class StaffingQuestion(BaseModel):
    """What to plan; what is left out is the ward's own: its rota, and the forecast."""

    model_config = ConfigDict(extra="forbid")

    doctors: Annotated[list[Somebody], Field(max_length=MOST_PEOPLE)] | None = None
    demand: Annotated[list[StaffingNeed], Field(max_length=MOST_DEMANDS)] | None = None
    start: Moment | None = None
    days: Annotated[int, Field(strict=True, ge=1, le=7)] = 7
    shift_starts: Annotated[
        list[Annotated[int, Field(strict=True, ge=0, le=23)]], Field(max_length=8)
    ] = [
        6,
        14,
        22,
    ]
    shift_hours: Annotated[float, Field(strict=True, ge=2, le=24)] = 8.0
    rules: OwnRules = OwnRules()
    time_limit_s: Annotated[float, Field(strict=True, ge=0.1, le=30, allow_inf_nan=False)] = 5.0

    @model_validator(mode="after")
    def _bounded(self) -> "StaffingQuestion":
        people = self.doctors or []
        if len({one.id for one in people}) < len(people):
            raise ValueError("doctors: two have the same id")
        if len(people) * max(len(self.demand or []), len(self.shift_starts) * 7) > MOST_PAIRS:
            raise ValueError(f"more than {MOST_PAIRS} pairs of person and shift or demand")
        kinds = {one.hours is None for one in self.demand or []}
        if len(kinds) > 1:
            raise ValueError("demand: either all have times, or none")
        return self


@router.post("/plan")
async def staffing_plan(services: Shared, caller: Signed, body: StaffingQuestion) -> dict[str, Any]:
    """Plan shifts (or hours) at least cost; nothing is stored.

    ``prices`` are the dual values of the linear programme: what one more hour of a person would
    save, what one more hour asked would cost. No transaction is open while the solver works.
    """
    asked = body.demand
    async with acting(services, caller) as work:
        people, names = await _people(work, body)
        start = _start(body, work.now)
        spans = _spans(asked) if asked is not None else await _forecast(work, body, start)
        work.note("staffing.plan")
    if asked and asked[0].hours is not None:
        return await _in_thread(partial(hours_answer, *_hours(people, asked), names))
    _within_a_week(spans, start)
    plan = partial(
        shifts_answer,
        people,
        names,
        spans,
        shift_forms=forms(services.in_ward(start), body.days, body.shift_starts, body.shift_hours),
        rules=RestRules(**body.rules.model_dump()),
        time_limit_s=body.time_limit_s,
        zone=services.settings.zone,
    )
    return {"start": rfc3339(start), **await _in_thread(plan)}


async def _in_thread(plan: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return await to_thread.run_sync(plan, limiter=_one_at_a_time)


def _start(body: StaffingQuestion, now: datetime) -> datetime:
    """Return the start that is asked for, else next Monday, midnight UTC."""
    if body.start is not None:
        return body.start.replace(minute=0, second=0, microsecond=0)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - midnight.weekday())


def _within_a_week(spans: Sequence[Span], start: datetime) -> None:
    if any(one.start < start or one.end > start + _WEEK + timedelta(days=1) for one in spans):
        raise InvalidError("demand", "must lie within seven days of start")


async def _people(work: UnitOfWork, body: StaffingQuestion) -> tuple[list[Person], dict[str, str]]:
    if body.doctors is not None:
        people = [
            Person(
                id=one.id,
                kind=one.kind,
                skills=frozenset(one.skills),
                cost_per_hour=one.cost_per_hour,
                most_hours=one.hours,
                away=[(each.start, each.end) for each in one.away],
            )
            for one in body.doctors
        ]
        return people, {one.id: one.name or one.id for one in body.doctors}
    rows = await stored.people(work.conn, work.caller.ward)
    start = _start(body, work.now)
    taken = await stored.taken(work.conn, work.caller.ward, start, start + _WEEK)
    rota = [
        Person(
            id=str(row["id"]),
            kind=row["kind"],
            skills=frozenset(row["skills"]),
            cost_per_hour=row["cost_per_hour"],
            most_hours=40.0,
            away=[(one["start"], one["end"]) for one in taken if one["doctor_id"] == row["id"]],
        )
        for row in rows[:MOST_PEOPLE]
    ]
    return rota, {str(row["id"]): row["name"] for row in rows}


def _spans(asked: Sequence[StaffingNeed]) -> list[Span]:
    return [
        Span(start=one.start, end=one.end, people=one.people, skills=frozenset(one.skills))
        for one in asked
        if one.start is not None and one.end is not None and one.people is not None
    ]


async def _forecast(work: UnitOfWork, body: StaffingQuestion, start: datetime) -> list[Span]:
    settings = RotaSettings()
    days = settings.forecast_days
    seen = await stored.observed(work.conn, work.caller.ward, work.now, days)
    first = seen["first"]
    weeks = 1.0 if first is None else max(1.0, (work.now - first) / _WEEK)
    return forecast.spans(
        start=start,
        days=body.days,
        raised=await stored.raised(work.conn, work.caller.ward, work.now, days),
        weeks=weeks,
        patients=seen["patients"],
        settings=settings,
    )


def _hours(
    people: Sequence[Person], asked: Sequence[StaffingNeed]
) -> tuple[list[Supply], list[Need]]:
    supply = [
        Supply(
            id=one.id,
            hours=one.most_hours or 0.0,
            cost_per_hour=one.cost_per_hour,
            skills=one.skills | {one.kind},
        )
        for one in people
    ]
    needs = [
        Need(id=one.id or f"demand {at + 1}", hours=one.hours or 0.0, skills=frozenset(one.skills))
        for at, one in enumerate(asked)
    ]
    if len({one.id for one in needs}) < len(needs):
        raise InvalidError("demand", "two have the same id")
    return supply, needs
