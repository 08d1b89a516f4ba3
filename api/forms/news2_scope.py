"""Scope of NEWS2 as a care plan stores it: from the birth date, a pregnancy and the zone.

The birth date itself stays sealed. Of it a care plan holds in the clear only from when a minor is
16, and of everybody older that they are; a pregnancy's period stands there as limits do. A civil
date counts from the person's own midnight, and as an end to the end of that day.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from analytics.domain.civil import SCORED_YEARS, birthday, end_of, start_of
from api.forms.timestamps import Moment
from api.store.timestamps import ms_of

_DATE_LENGTH = len("2026-01-31")
_moment: TypeAdapter[datetime] = TypeAdapter(Moment)


def _day_or_moment(given: object) -> object:
    if isinstance(given, str) and len(given.strip()) == _DATE_LENGTH:
        return date.fromisoformat(given.strip())
    return given if isinstance(given, date) else _moment.validate_python(given)


DayOrMoment = Annotated[date | datetime, BeforeValidator(_day_or_moment)]


class Pregnancy(BaseModel):
    """A pregnancy: civil dates of the patient, or moments; no ``until`` is no end yet."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)

    start: DayOrMoment = Field(alias="from")
    until: DayOrMoment | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and _sortable(self.until) < _sortable(self.start):
            raise ValueError("until must not be before from")
        return self


def _sortable(one: date | datetime) -> date:
    return one.date() if isinstance(one, datetime) else one


def pregnancy_of(stored: Mapping[str, Any] | None) -> Pregnancy | None:
    """Return the pregnancy as it was told, from a care plan's ``scoring``."""
    told = (stored or {}).get("pregnant")
    return None if told is None else Pregnancy.model_validate(told)


def scoring_json(
    born: date | None,
    pregnant: Pregnancy | None,
    zone: str,
    now: datetime,
    *,
    diabetes: bool | None = None,
) -> dict[str, Any]:
    """Return what a care plan stores of which rules apply to a person.

    Args:
        born: the birth date; None where it is not known.
        pregnant: the pregnancy, if any.
        zone: IANA zone of the person.
        now: the ward's time: of whoever is 16 by then nothing more is told.
        diabetes: whether they have it; None: nobody has said.
    """
    adult = None
    if born is not None:
        from_ms = ms_of(start_of(birthday(born, SCORED_YEARS), zone))
        adult = from_ms if from_ms > ms_of(now) else 0
    told = {} if diabetes is None else {"diabetes": diabetes}
    return told | {
        "adult_from_ms": adult,
        "pregnant_ms": None if pregnant is None else _period_ms(pregnant, zone),
        "pregnant": None if pregnant is None else pregnant.model_dump(mode="json"),
        "zone": zone,
    }


def _period_ms(pregnant: Pregnancy, zone: str) -> list[int | None]:
    start, until = pregnant.start, pregnant.until
    first = start if isinstance(start, datetime) else start_of(start, zone)
    if until is None:
        return [ms_of(first), None]
    last = until if isinstance(until, datetime) else end_of(until, zone)
    return [ms_of(first), ms_of(last)]
