"""Parameters of a search, read once: what is not known or not right is refused and named.

FHIR lets a server ignore what it does not know; a filter that was ignored in silence gives a
clinician somebody else's readings, so this one refuses unless ``Prefer: handling=lenient`` is sent.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.errors import InvalidError
from api.forms.timestamps import FIRST_YEAR, LAST_YEAR

MOST = 1_000
USUAL = 50
_DIGITS = 9
OLDEST = datetime(FIRST_YEAR + 1, 1, 1, tzinfo=UTC)
NEWEST = datetime(LAST_YEAR - 1, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]
_COMMON = frozenset({"_count", "_format", "_pretty", "_cursor", "_id", "_lastUpdated", "_total"})
_DATE = re.compile(
    r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirSearch:
    """A search that was read.

    Attributes:
        kind: the resource's type.
        values: every parameter with its values; a comma means "or" inside one value.
        count: the most entries of a page.
        cursor: where the page starts, as the link of the page before said.
        updated: by when it was written.
    """

    kind: str
    values: Mapping[str, list[str]] = field(default_factory=dict)
    count: int = USUAL
    cursor: str | None = None
    updated: Span = (OLDEST, NEWEST)

    def one(self, *names: str) -> str | None:
        """Return the single value of a parameter known by any of these names.

        Raises:
            InvalidError: there are several.
        """
        found = [value for name in names for value in self.values.get(name, ())]
        if len(found) > 1 or (found and "," in found[0]):
            raise InvalidError(names[0], "may be given once here")
        return found[0] if found else None

    def patient(self) -> UUID | None:
        """Return which patient is asked for, as ``patient`` or ``subject``."""
        told = self.one("patient", "subject", "patient._id")
        return None if told is None else identity(told.removeprefix("Patient/"), "patient")

    def any_of(self, name: str) -> list[str]:
        """Return the alternatives of a parameter; empty: it was not given."""
        return [part for value in self.values.get(name, ()) for part in value.split(",") if part]

    def span(self, name: str) -> Span:
        """Return the time that a parameter of dates allows; every value narrows it."""
        return spans(name, self.values.get(name, ()))


def read(
    kind: str, given: Iterable[tuple[str, str]], known: frozenset[str], *, lenient: bool
) -> FhirSearch:
    """Return a search's parameters.

    Args:
        kind: the resource's type.
        given: parameters as they were sent, in order.
        known: those that the type has beside the common ones.
        lenient: what is not known is ignored instead of refused.

    Raises:
        InvalidError: a parameter is not known, or holds what it must not.
    """
    values: dict[str, list[str]] = {}
    for name, value in given:
        if name not in known | _COMMON:
            if lenient:
                continue
            raise InvalidError(name, f"is no search parameter of {kind} here")
        values.setdefault(name, []).append(value)
    return FhirSearch(
        kind=kind,
        values=values,
        count=_count(values.get("_count", ())),
        cursor=values["_cursor"][-1] if "_cursor" in values else None,
        updated=spans("_lastUpdated", values.get("_lastUpdated", ())),
    )


def _count(values: Iterable[str]) -> int:
    for text in values:
        return whole_number("_count", text)
    return USUAL


def whole_number(name: str, text: str) -> int:
    """Return a number of entries, from 1 to the most there can be.

    Raises:
        InvalidError: it is no whole number.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
        raise InvalidError(name, "must be a whole number")
    return max(1, min(int(text), MOST))


def identity(text: str, name: str) -> UUID:
    """Return an id of a resource that has a UUID.

    Raises:
        InvalidError: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidError(name, "is no id of a resource here") from error


def spans(name: str, values: Iterable[str]) -> Span:
    """Return the stretch of time that all values of a date parameter leave.

    Raises:
        InvalidError: one is no date of FHIR, or has a comparison that is not known here.
    """
    low, high = OLDEST, NEWEST
    for value in values:
        found = _DATE.fullmatch(value)
        if found is None or found[1] in ("ne", "ap"):
            raise InvalidError(name, "must be a date like ge2026-11-30 or 2026-11-30T08:00:00Z")
        start, end = _stretch(found, name)
        since, until = _allowed(found[1] or "eq", start, end)
        low, high = max(low, since), min(high, until)
    return low, high


def _allowed(prefix: str, start: datetime, end: datetime) -> Span:
    """Return what a prefix allows of time, given the stretch that the date names."""
    allowed: dict[str, Span] = {
        "eq": (start, end),
        "gt": (end, NEWEST),
        "sa": (end, NEWEST),
        "ge": (start, NEWEST),
        "lt": (OLDEST, start),
        "eb": (OLDEST, start),
        "le": (OLDEST, end),
    }
    return allowed[prefix]


def _stretch(found: re.Match[str], name: str) -> Span:
    """Return the first moment that a date names, and the first after it."""
    year, month, day = int(found[2]), int(found[3] or 1), int(found[4] or 1)
    try:
        start = datetime(year, month, day, tzinfo=UTC)
        if found[5] is None:
            return start, _next(start, month=found[3] is not None, day=found[4] is not None)
        seconds = float(found[7] or 0)
        start += timedelta(hours=int(found[5]), minutes=int(found[6]), seconds=seconds)
        start -= _offset(found[8])
    except (ValueError, OverflowError) as error:
        raise InvalidError(name, "is no date") from error
    width = timedelta(minutes=1) if found[7] is None else timedelta(seconds=1)
    return start, start + (timedelta(microseconds=1) if found[7] and "." in found[7] else width)


def _offset(zone: str | None) -> timedelta:
    if zone in (None, "Z"):
        return timedelta()
    hours, minutes = str(zone)[1:].split(":")
    off = timedelta(hours=int(hours), minutes=int(minutes))
    return -off if str(zone)[0] == "-" else off


def _next(start: datetime, *, month: bool, day: bool) -> datetime:
    if day:
        return start + timedelta(days=1)
    if month:
        later = start.month == 12  # noqa: PLR2004 - December
        return start.replace(year=start.year + later, month=1 if later else start.month + 1)
    return start.replace(year=start.year + 1)
