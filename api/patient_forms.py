"""What may be said of a patient over HTTP, and how it is checked.

Limits are a clinician's own for one person. They must lie within what the metric can be at all
(``analytics.domain.vitals``), and low below high, else a typing error could silence a limit.
"""

from datetime import date, datetime
from functools import cache
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

from analytics.domain.vitals import CLINICAL, FACTS, METRIC_BY_NAME, Metric
from api.changes import Kept
from api.moments import Moment
from api.revisions import Revision
from api.scoring import Pregnancy

_EARLIEST_BIRTH = date(1895, 1, 1)
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""Names of the database of zones that are no place: the machine's own, or none yet."""


class LimitForm(BaseModel):
    """One metric's limits in its unit; null is no limit on that side, left out is the ward's."""

    model_config = ConfigDict(extra="forbid")

    low: Annotated[float | None, Field(allow_inf_nan=False)] = None
    high: Annotated[float | None, Field(allow_inf_nan=False)] = None

    @model_serializer(mode="wrap")
    def _as_said(self, dump: SerializerFunctionWrapHandler) -> dict[str, float | None]:
        """Leave out what was left out: null would say that there is no limit."""
        sides: dict[str, float | None] = dump(self)
        return {side: at for side, at in sides.items() if side in self.model_fields_set}

    @model_validator(mode="after")
    def _ordered(self) -> "LimitForm":
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        return self


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACES


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("is not a time zone of the IANA database")
    return name


def _known_limits(limits: dict[str, LimitForm]) -> dict[str, LimitForm]:
    for name, limit in limits.items():
        metric = METRIC_BY_NAME.get(name)
        if metric is None or metric not in CLINICAL or metric in {Metric.ACVPU, Metric.O2}:
            raise ValueError(f"{name} is not a metric that can have limits")
        lowest, highest = FACTS[metric].reject
        for value in (limit.low, limit.high):
            if value is not None and not lowest <= value <= highest:
                raise ValueError(f"{name} must be {lowest:g} to {highest:g}")
    return limits


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
Limits = Annotated[dict[str, LimitForm], AfterValidator(_known_limits)]
State = Literal["active", "paused", "discharged"]
Scale = Annotated[Literal[1, 2], Field(description="2 only on a competent clinician's decision")]


class ContactForm(BaseModel):
    """Whom to call besides the patient."""

    model_config = ConfigDict(extra="forbid")

    name: Text = ""
    phone: Text = ""
    relation: Text = ""


class NewPatient(BaseModel):
    """A patient to take in."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    birth_date: Annotated[BirthDate | None, Field(description="null: nobody knows it")]
    sex: Sex
    ward: Ward | None = None
    external_id: Text | None = None
    phone: Text | None = None
    emergency_contact: Text | ContactForm | None = None
    time_zone: Annotated[TimeZone | None, Field(description="left out: the ward's")] = None
    spo2_scale: Scale = 1
    limits: Limits = {}
    pregnant: Pregnancy | None = None
    state: State = "active"
    until: Moment | None = None


class PatientChange(BaseModel):
    """What to change; what is left out stays, null empties where that is possible."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name | None, Kept] = None
    birth_date: Annotated[BirthDate | None, Kept] = None
    sex: Annotated[Sex | None, Kept] = None
    ward: Annotated[Ward | None, Kept] = None
    external_id: Text | None = None
    phone: Text | None = None
    emergency_contact: Text | ContactForm | None = None
    time_zone: Annotated[TimeZone | None, Kept] = None
    spo2_scale: Annotated[Scale | None, Kept] = None
    limits: Annotated[Limits | None, Kept] = None
    pregnant: Pregnancy | None = None
    state: Annotated[State | None, Kept] = None
    until: Moment | None = None
    revision: Revision = None

    def changes(self) -> set[str]:
        """The names of what is to be changed."""
        return self.model_fields_set - {"revision"}

    def beyond_plan(self) -> bool:
        """Whether more is changed than what doctors may set: limits, scale, a pregnancy."""
        return bool(self.changes() - {"spo2_scale", "limits", "pregnant"})

    def rescores(self) -> bool:
        """Whether something is changed on which it depends whether NEWS2 applies."""
        return bool(self.changes() & {"birth_date", "time_zone", "pregnant"})


class Patient(BaseModel):
    """A patient's record; ``doctor`` by the plan in force; personal fields are null once erased.

    ``not_scored`` says why NEWS2 does not apply now; null where it does.
    """

    id: UUID
    name: str | None
    identifier: str | None
    birth_date: date | None
    age: int | None
    sex: Sex
    ward: str
    external_id: str | None
    phone: str | None
    emergency_contact: str | ContactForm | None
    time_zone: str
    spo2_scale: int
    limits: dict[str, LimitForm]
    pregnant: Pregnancy | None
    not_scored: str | None
    plan_revision: int
    revision: int
    state: State
    until: datetime | None
    created_at: datetime
    doctor: UUID | None
    doctor_name: str | None


class PatientInFull(Patient):
    """A patient's record with the accounts of the care team."""

    care_team: list[UUID]
