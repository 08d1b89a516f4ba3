"""Forms of readings that a person enters: judged by the rule of every other door.

What cannot be a reading is refused and the field named. What is in doubt is kept as questionable
and told in the answer; a form that would rather ask first sends ``"confirmed": false`` and is
refused with everything that is in doubt, so that the person can look again. ``"confirmed": true``
says that they have: values of one moment that contradict each other then count as they stand.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
    model_validator,
)

from analytics.domain.acceptance import Doubt, doubts, refusals
from analytics.domain.vitals import FACTS, METRIC_BY_NAME, Metric
from api.errors import DoubtfulError, InvalidError
from api.forms.timestamps import Moment
from api.language import gettext

_AHEAD = timedelta(minutes=2)
_OLDEST = timedelta(days=7)
_LARGEST = 2**53
MG_DL_IN: Final = {"mg/dL": 1.0, "mmol/L": 18.016}
"""By which a value is multiplied to be kept."""


def _ranged(metric: Metric, **more: Any) -> Any:  # noqa: ANN401 - pydantic's own type of a field
    """A field whose range, unit and code the schema tells; it is judged by ``checked``."""
    facts = FACTS[metric]
    low, high = facts.reject
    told: dict[str, Any] = {"minimum": low, "maximum": high, "x-ucum": facts.unit}
    told |= {"x-loinc": facts.loinc} if facts.loinc else {}
    return Field(
        default=None,
        **({"allow_inf_nan": False} | more),
        description=f"{facts.label} in {facts.unit}",
        json_schema_extra=told,
    )


_Finite = Annotated[float, Field(allow_inf_nan=False)]


class BloodSugar(BaseModel):
    """Blood sugar with the unit that it was read in: half the world's meters say mmol/L."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=_LARGEST)]
    unit: Literal["mg/dL", "mmol/L"]

    @property
    def mg_dl(self) -> float:
        """In mg/dL, as it is kept; one decimal, which is finer than any meter."""
        return round(self.value * MG_DL_IN[self.unit], 1)


class EnteredSample(BaseModel):
    """What was measured at one moment; units as on the wire, blood sugar also in its own."""

    model_config = ConfigDict(extra="forbid")

    t: Moment
    hr: float | None = _ranged(Metric.HR)
    spo2: float | None = _ranged(Metric.SPO2)
    rr: float | None = _ranged(Metric.RR)
    temp: float | None = _ranged(Metric.TEMP)
    sbp: float | None = _ranged(Metric.SBP)
    dbp: float | None = _ranged(Metric.DBP)
    glucose: _Finite | BloodSugar | None = _ranged(Metric.GLUCOSE, allow_inf_nan=None)
    weight: float | None = _ranged(Metric.WEIGHT)
    steps: int | None = _ranged(Metric.STEPS)
    acvpu: int | None = _ranged(Metric.ACVPU)
    o2: int | None = _ranged(Metric.O2)

    @field_validator("*", mode="before")
    @classmethod
    def _numeric(cls, value: object, info: ValidationInfo) -> object:
        """A yes or a text is no measurement: ``true`` must not be kept as a pulse of 1."""
        if info.field_name != "t" and isinstance(value, bool | str):
            raise ValueError("must be a number")
        if isinstance(value, int) and abs(value) > _LARGEST:
            raise ValueError("is not a number that can be measured")
        return value

    @model_validator(mode="after")
    def _something(self) -> "EnteredSample":
        if not self.measured():
            raise ValueError("holds no measurement")
        return self

    def measured(self) -> dict[str, float]:
        """Return what was measured, by the metric's name."""
        values = self.model_dump(exclude={"t", "glucose"}, exclude_none=True)
        sugar = self.glucose
        if sugar is not None:
            values["glucose"] = sugar.mg_dl if isinstance(sugar, BloodSugar) else sugar
        return {name: value for name, value in values.items() if name in METRIC_BY_NAME}


class EntryForm(BaseModel):
    """Samples that a named person measured or counted."""

    model_config = ConfigDict(extra="forbid")

    samples: Annotated[list[EnteredSample], Field(min_length=1, max_length=100)]
    confirmed: StrictBool | None = Field(
        default=None,
        description="false: refuse what is in doubt, so that it can be looked at again; "
        "true: it was looked at",
    )


class DoubtTold(BaseModel):
    """A value that was kept as questionable, and why."""

    field: str
    message: str


def checked(entry: EntryForm, now: datetime) -> list[DoubtTold]:
    """Return what is in doubt of an entry that can be taken.

    Args:
        entry: as it was sent.
        now: the ward's time.

    Raises:
        InvalidError: a time or a value cannot be a reading's.
        DoubtfulError: something is in doubt, and the form asked to be told first.
    """
    for position, sample in enumerate(entry.samples):
        if not now - _OLDEST <= sample.t <= now + _AHEAD:
            raise InvalidError(f"samples.{position}.t", "must be of the last 7 days")
    for field, doubt in _found(entry, refused=True):
        raise InvalidError(field, _said(entry, field, doubt))
    told = [
        DoubtTold(field=field, message=_said(entry, field, doubt)) for field, doubt in _found(entry)
    ]
    if told and entry.confirmed is False:
        raise DoubtfulError([(one.field, one.message) for one in told])
    return told


def payload_of(entry: EntryForm) -> dict[str, Any]:
    """Return the entry as the patient's lane takes it."""
    samples = [{"t": _millis(one.t), **one.measured()} for one in entry.samples]
    confirmed = {"confirmed": True} if entry.confirmed else {}
    return {"samples": samples, "graded": True, **confirmed}


def _said(entry: EntryForm, field: str, doubt: Doubt) -> str:
    """Return what is wrong, in the language that is spoken and the unit that the value came in."""
    sugar = entry.samples[int(field.split(".")[1])].glucose
    given = sugar if field.endswith(".glucose") and isinstance(sugar, BloodSugar) else None
    bounds, unit = doubt.bounds, doubt.unit
    if given is not None:
        bounds = tuple(round(bound / MG_DL_IN[given.unit], 1) for bound in bounds)
        unit = given.unit
    named = dict(zip(("low", "high"), (f"{bound:g}" for bound in bounds), strict=False))
    return gettext(doubt.text).format(**named, unit=f" {unit}" if unit else "")


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _found(entry: EntryForm, *, refused: bool = False) -> Iterator[tuple[str, Doubt]]:
    """Judge the entry moment by moment; give each doubt with the field that it is about."""
    moments: dict[int, list[tuple[int, str, float]]] = {}
    for position, sample in enumerate(entry.samples):
        values = [(f"samples.{position}.{name}", name, v) for name, v in sample.measured().items()]
        together = moments.setdefault(_millis(sample.t), [])
        together.extend((int(METRIC_BY_NAME[name]), field, value) for field, name, value in values)
    for together in moments.values():
        measured = [(metric, value) for metric, _, value in together]
        fields = {metric: field for metric, field, _ in together}
        for doubt in refusals(measured) if refused else doubts(measured):
            yield fields[doubt.metric], doubt
