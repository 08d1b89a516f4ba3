"""What callers send and are told of cases that are shown to several doctors."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.forms.studies import StudyFacts
from api.forms.timestamps import Moment

MOST_EXPERTS = 5
"""With the asker six in one call: each browser of it sends five pictures."""
MOST_ITEMS = 50
MOST_METRICS = 40
MetricName = Annotated[str, StringConstraints(max_length=40)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Chosen = Annotated[list[UUID], Field(max_length=MOST_ITEMS)]
StudyName = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]+(\.[0-9]+){1,63}$", max_length=64),
    Field(json_schema_extra={"format": "dicom-uid"}),
]
Naming = Literal["initials", "name", "nothing"]


class ChosenReadings(BaseModel):
    """Readings of one metric within a window: ``from`` inclusive, ``to`` exclusive."""

    model_config = ConfigDict(extra="forbid")

    metric: MetricName
    start: Annotated[Moment, Field(alias="from")]
    end: Annotated[Moment, Field(alias="to")]


class NewCase(BaseModel):
    """Open a case: a question, to whom, for how long (real hours), and what of the record."""

    model_config = ConfigDict(extra="forbid")

    question: Words
    experts: Annotated[list[UUID], Field(min_length=1, max_length=MOST_EXPERTS)]
    hours: Annotated[int, Field(strict=True, ge=1, le=720)] = 168
    naming: Naming = Field(default="initials", description="how the experts are told of whom")
    readings: Annotated[list[ChosenReadings], Field(max_length=MOST_METRICS)] = []
    alerts: Chosen = []
    notes: Chosen = []
    reports: Chosen = []
    consultations: Chosen = []
    studies: Annotated[list[StudyName], Field(max_length=MOST_ITEMS)] = []


class NewCaseEntry(BaseModel):
    """An opinion of an expert, or a remark in the discussion."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["opinion", "remark"] = "remark"
    text: Words


class Conclusion(BaseModel):
    """What an expert signs."""

    model_config = ConfigDict(extra="forbid")

    conclusion: Words


class DoctorToAsk(BaseModel):
    """A doctor whom a case can be opened to."""

    id: UUID
    name: str
    ward: str
    skills: list[str]


class CaseExpert(BaseModel):
    """One whom a case was opened to, and what they concluded."""

    user: UUID
    name: str
    ward: str
    conclusion: str | None
    signed_at: datetime | None
    signature: str | None = Field(description="SHA-256 of what was signed, as the audit has it")


class CaseHead(BaseModel):
    """A case in a list."""

    id: UUID
    patient: UUID | None = Field(description="null for who sees no more of the patient than this")
    label: str | None = Field(description="how the asker has the experts told of the patient")
    question: str | None
    asked_by: UUID
    asked_by_name: str | None
    asked_by_ward: str | None
    asked_at: datetime
    until: datetime = Field(description="real time at which it ends by itself")
    state: Literal["open", "closed", "over"]
    closed_at: datetime | None
    asked_of_me: bool
    experts: list[CaseExpert]


class CaseWindow(BaseModel):
    """Readings of one metric that are shown."""

    metric: str
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")


class CaseAlert(BaseModel):
    """An alert that is shown, as it stands now."""

    id: UUID
    condition: str
    kind: Literal["clinical", "technical"]
    priority: Literal["high", "medium", "low"]
    state: str
    raised_at: datetime | None
    measured_at: datetime
    message: str | None
    count: int


class CaseNote(BaseModel):
    """A note that is shown."""

    id: UUID
    kind: str
    written_at: datetime
    written_by_name: str | None
    text: str | None


class CaseReport(BaseModel):
    """What the patient reported of themselves."""

    id: UUID
    given_at: datetime
    priority: str
    said: list[dict[str, str]] = Field(description="question and answer in words")
    words: str | None


class CaseConsultation(BaseModel):
    """The signed summary of a consultation."""

    id: UUID
    start: datetime
    summary: str | None
    signed_at: datetime
    signed_by_name: str | None


class CaseFinding(BaseModel):
    """What somebody found in a study that is shown."""

    id: UUID
    written_at: datetime
    written_by_name: str | None
    text: str | None


class CaseStudy(StudyFacts):
    """A study that is shown; its images are read below the case's own ``/dicomweb/studies``."""

    findings: list[CaseFinding]


class CaseEntry(BaseModel):
    """What somebody wrote in a case."""

    id: UUID
    kind: Literal["opinion", "remark"]
    written_at: datetime
    written_by: UUID
    written_by_name: str | None
    ward: str | None
    text: str | None


class Case(CaseHead):
    """A case with all that it shows."""

    readings: list[CaseWindow]
    alerts: list[CaseAlert]
    notes: list[CaseNote]
    reports: list[CaseReport]
    consultations: list[CaseConsultation]
    studies: list[CaseStudy]
    entries: list[CaseEntry]


class OwnCase(BaseModel):
    """To whom one's own case was shown, by whom, and until when."""

    id: UUID
    asked_at: datetime
    asked_by_name: str
    until: datetime
    closed_at: datetime | None
    open: bool
    experts: list[dict[str, str | bool]] = Field(description="`name`, `ward`, `signed`")


class CaseSeat(BaseModel):
    """A seat in a case's call: a token that ends by itself, and where browsers look."""

    seat: UUID
    token: str
    expires: datetime
    ice_servers: list[dict[str, object]]


class CaseSignal(BaseModel):
    """What one browser tells another, by the seat that it means."""

    model_config = ConfigDict(extra="forbid")

    to: UUID
    kind: Literal["offer", "answer", "candidate", "restart", "mode", "bye"]
    data: Annotated[str, StringConstraints(max_length=30_000)] = ""
