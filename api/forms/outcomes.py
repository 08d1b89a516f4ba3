"""What a ward achieves, as it is answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

Name = Literal[
    "measurements",
    "repeats",
    "tasks",
    "left_out",
    "alerts",
    "calls",
    "answer",
    "readmissions",
    "minutes",
]
Unit = Literal["share", "a patient-day", "seconds"]


class SpanValue(BaseModel):
    """A figure over one span, with its 95 % interval; of ``minutes`` there is none."""

    value: float | None = Field(description="null: there was nothing to count")
    low: float | None
    high: float | None
    count: float | None = Field(description="events, or minutes")
    of: float | None = Field(description="things asked for, stays, answers, or patient-days")
    withheld: bool = Field(description="so few people that the caller could know who they are")


class FigureChange(BaseModel):
    """This span less the one before, with the 95 % interval of the difference."""

    value: float
    low: float
    high: float
    certain: bool = Field(description="the interval does not hold 0")


class OutcomeFigure(BaseModel):
    """One figure, over the span and over the one before."""

    name: Name
    unit: Unit
    now: SpanValue
    before: SpanValue
    change: FigureChange | None


class WorkDone(BaseModel):
    """What people did: alerts by priority that somebody acted on, calls, consultations."""

    high: int
    medium: int
    low: int
    calls: int
    consultations: int
    consultation_minutes: float = Field(description="as they lasted; all else is reckoned")
    minutes: float


class WorkMinutes(BaseModel):
    """How many minutes each is reckoned with, by the settings of the rota."""

    high: float
    medium: float
    low: float
    call: float


class OutcomeSpan(BaseModel):
    """A span: when, and how much of stays fell into it; null: of too few people to be told."""

    start: datetime
    end: datetime
    people: int | None
    patient_days: float | None
    work: WorkDone | None


class Outcomes(BaseModel):
    """What a ward achieved over some weeks, and over as many before."""

    ward: str | None
    weeks: int
    readmission_days: int
    now: OutcomeSpan
    before: OutcomeSpan
    figures: Sequence[OutcomeFigure]
    minutes: WorkMinutes
