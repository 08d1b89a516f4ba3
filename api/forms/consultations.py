"""What callers send and are told of consultations."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.forms.timestamps import Moment

Wish = Literal["video", "voice", "text"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class FreeSlot(BaseModel):
    """A time at which a doctor can be met."""

    doctor: UUID
    doctor_name: str
    start: datetime
    end: datetime


class NewConsultation(BaseModel):
    """Book a slot as it was offered; what it is about may be left out."""

    model_config = ConfigDict(extra="forbid")

    doctor: UUID
    start: Moment
    wish: Wish = "video"
    about: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class MovedConsultation(BaseModel):
    """The slot to which a consultation is moved."""

    model_config = ConfigDict(extra="forbid")

    doctor: UUID
    start: Moment


class ConsultationRecord(BaseModel):
    """What the doctor writes: notes for the ward, summary and tasks for the patient as well."""

    model_config = ConfigDict(extra="forbid")

    notes: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000)] | None = None
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""
    follow_up: list[Line] = Field(default=[], max_length=20)


class SignedRecord(ConsultationRecord):
    """What is signed: a summary at least."""

    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Consultation(BaseModel):
    """A consultation; what is written of it is told to the patient once it is signed."""

    id: UUID
    patient: UUID
    name: str | None
    identifier: str | None
    birth_date: str | None
    simulated: bool
    doctor: UUID
    doctor_name: str
    mine: bool = Field(description="whether the caller is its doctor")
    start: datetime
    end: datetime
    wish: Wish
    about: str | None
    state: Literal["booked", "ended", "cancelled", "missed"]
    booked_at: datetime
    changed_at: datetime | None
    opens_at: datetime
    closes_at: datetime
    waiting_at: datetime | None
    admitted_at: datetime | None
    ended_at: datetime | None
    notes: str | None
    summary: str | None
    follow_up: list[str]
    signed_at: datetime | None
    signed_by_name: str | None
    signature: str | None = Field(description="SHA-256 of what was signed, as the audit has it")


class RoomSeat(BaseModel):
    """A seat in the room: a token that ends by itself, and where browsers look for each other."""

    seat: UUID
    side: Literal["patient", "doctor"]
    token: str
    expires: datetime
    ice_servers: list[dict[str, object]]


class Signal(BaseModel):
    """What one browser tells the other, between the two seats that it means."""

    model_config = ConfigDict(extra="forbid")

    pair: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}:[0-9a-f-]{36}$")]
    kind: Literal["offer", "answer", "candidate", "restart", "mode", "bye"]
    data: Annotated[str, StringConstraints(max_length=30_000)] = ""
