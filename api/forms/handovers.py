"""The form of a handover of a shift, and how one is told."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_PATIENTS = 500
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
State = Literal["offered", "accepted", "withdrawn", "lapsed", "over"]


class GivenPatient(BaseModel):
    """A patient who is handed over, with the giver's own words."""

    model_config = ConfigDict(extra="forbid")

    patient: UUID
    note: Note | None = None


class NewHandover(BaseModel):
    """What is handed over, and to whom."""

    model_config = ConfigDict(extra="forbid")

    to: UUID
    patients: list[GivenPatient] = Field(min_length=1, max_length=MOST_PATIENTS)
    hours: Annotated[int, Field(strict=True, ge=1, le=72)] = 12


class HandoverSummary(BaseModel):
    """A handover: who gave it to whom, and whether it was accepted.

    ``patients`` counts those whom the reader may see; ``until`` is when an offer lapses, or when
    what was taken stops opening the records.
    """

    id: UUID
    ward: str
    given_by: UUID
    given_by_name: str
    given_to: UUID
    given_to_name: str
    given_at: datetime
    accepted_at: datetime | None
    hours: int
    state: State
    until: datetime
    patients: int


class HandoverLine(BaseModel):
    """What was told of one patient when the handover was given."""

    patient: UUID
    name: str | None
    identifier: str | None
    note: str | None
    told: dict[str, Any]


class Handover(HandoverSummary):
    """A handover with its lines, in the order in which they were given."""

    lines: list[HandoverLine]
