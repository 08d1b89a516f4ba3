"""Forms of patients, and how they are checked."""

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
)

from api.forms.limits import LimitForm, Limits, SaidOfLimits, Scale
from api.forms.news2_scope import Pregnancy
from api.forms.patch import Kept
from api.forms.revisions import Revision

_EARLIEST_BIRTH = date(1895, 1, 1)
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""Names of the database of zones that are no place: the machine's own, or none yet."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACES


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("is not a time zone of the IANA database")
    return name


def _written_out(given: object) -> object:
    """A bare number is no date: whether it counts days, seconds or milliseconds is a guess."""
    if isinstance(given, int | float):
        raise ValueError("must be a date, like 1950-02-28")  # noqa: TRY004 - pydantic's own error
    return given


def _possible_birth(day: date) -> date:
    if day < _EARLIEST_BIRTH:
        raise ValueError(f"must not be before {_EARLIEST_BIRTH}")
    return day


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
BirthDate = Annotated[date, BeforeValidator(_written_out), AfterValidator(_possible_birth)]
Sex = Literal["female", "male", "other", "unknown"]
Ward = Annotated[str, StringConstraints(min_length=1, max_length=60)]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
State = Literal["active", "paused", "discharged"]


class ContactForm(BaseModel):
    """Whom to call besides the patient."""

    model_config = ConfigDict(extra="forbid")

    name: Text = ""
    phone: Text = ""
    relation: Text = ""


Diabetes = Annotated[
    StrictBool | None,
    Field(description="Of whoever has none a glucose is low from 54 mg/dL; null: nobody has said."),
]


class NewPatient(SaidOfLimits):
    """A patient to take in."""

    name: Name
    birth_date: Annotated[BirthDate | None, Field(description="null: nobody knows it")]
    sex: Sex
    ward: Ward | None = None
    external_id: Text | None = None
    phone: Text | None = None
    emergency_contact: Text | ContactForm | None = None
    language: Annotated[Language | None, Field(description="ISO 639-1, like pl")] = None
    time_zone: Annotated[TimeZone | None, Field(description="left out: the ward's")] = None
    spo2_scale: Scale = 1
    limits: Limits = Field(default_factory=dict)
    pregnant: Pregnancy | None = None
    diabetes: Diabetes = None
    state: State = "active"


_JUDGED = frozenset({"spo2_scale", "limits", "pregnant", "diabetes", "profile", "settings"})


class PatientChange(SaidOfLimits):
    """What to change; what is left out stays, null empties where that is possible."""

    name: Annotated[Name | None, Kept] = None
    birth_date: Annotated[BirthDate | None, Kept] = None
    sex: Annotated[Sex | None, Kept] = None
    ward: Annotated[Ward | None, Kept] = None
    external_id: Text | None = None
    phone: Text | None = None
    emergency_contact: Text | ContactForm | None = None
    language: Language | None = None
    time_zone: Annotated[TimeZone | None, Kept] = None
    pregnant: Pregnancy | None = None
    diabetes: Diabetes = None
    revision: Revision = None

    def changes(self) -> set[str]:
        """The names of what is to be changed."""
        said = self.model_fields_set - {"revision", "confirm", "reason"}
        return said - {"until"} if self.limits_until() is not None else said

    def beyond_plan(self) -> bool:
        """Whether more is changed than what doctors may set: how a person is judged."""
        return bool(self.changes() - _JUDGED)

    def rescores(self) -> bool:
        """Whether something is changed on which it depends which rules apply."""
        return bool(self.changes() & {"birth_date", "time_zone", "pregnant", "diabetes"})


class PatientAnswer(BaseModel):
    """A patient's record; ``doctor`` by the plan in force; personal fields are null once erased.

    ``not_scored`` says why NEWS2 does not apply now; null where it does.
    """

    id: UUID
    name: str | None
    identifier: str | None
    birth_date: date | None
    age: int | None
    sex: Sex
    language: str | None
    ward: str
    external_id: str | None
    phone: str | None
    emergency_contact: str | ContactForm | None
    time_zone: str
    spo2_scale: int
    limits: dict[str, LimitForm]
    profile: str | None
    settings: dict[str, Any]
    pregnant: Pregnancy | None
    diabetes: bool | None
    not_scored: str | None
    plan_revision: int
    revision: int
    state: State
    simulated: bool
    until: datetime | None
    created_at: datetime
    doctor: UUID | None
    doctor_name: str | None
    merged_into: UUID | None = Field(description="the record of the same person that is used on")


class SaidOfPatient(BaseModel):
    """What is said of a patient and holds until something else is said; null text: erased."""

    text: str | None
    at: datetime
    by_name: str | None


class PatientInFull(PatientAnswer):
    """A patient's record with the accounts of the care team, and the limits that hold now.

    ``statements`` holds what staff said of ``allergies``, ``oxygen_prescription`` and
    ``escalation_status`` (``POST /patients/{id}/notes``); what nobody said is not in it, and is
    not known: a patient is not told of them here.

    Of each metric: both sides with their origin (``patient``, ``ward``, ``age``, ``pregnancy``,
    ``no_diabetes``),
    the absolute limits, and of an own limit until when it holds, who set it, when and why.
    """

    care_team: list[UUID]
    limits_in_force: dict[str, dict[str, Any]]
    statements: dict[str, SaidOfPatient]
