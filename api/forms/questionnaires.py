"""Answers to questionnaires as they come, and as they are told."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.forms.timestamps import Moment

Name = Literal["mmrc", "pain", "phq9", "symptom_diary", "structured_call"]
Value = Annotated[int, Field(strict=True, ge=0, le=10)]


class GivenAnswers(BaseModel):
    """The value chosen of each question asked, by its ``linkId``; ``at``: when, else now."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Value] = Field(max_length=40)
    at: Moment | None = None


class SaidAnswer(BaseModel):
    """A question and its answer in words."""

    link: str
    question: str
    value: int
    answer: str


class RuleTold(BaseModel):
    """What a rule says of the answers, and where the rule comes from."""

    priority: Literal["high", "medium", "low"]
    words: str
    source: str


class ResponseShown(BaseModel):
    """Answers as they were given; ``said`` is empty once the person was erased."""

    id: UUID
    questionnaire: Name
    version: str
    given_at: datetime
    received: datetime
    given_by_name: str | None
    by_staff: bool
    score: int | None
    most: int | None
    priority: Literal["high", "medium", "low"] | None
    reasons: list[RuleTold]
    said: list[SaidAnswer]


class ResponseTaken(BaseModel):
    """Answers that were taken, and what they come to; ``grave``: help is needed now."""

    id: UUID
    score: int | None
    most: int | None
    grave: bool
    alerted: bool
