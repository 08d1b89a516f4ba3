"""Moments as callers send them: RFC 3339 with an offset, kept in UTC.

A time at the edge of the calendar has no place in UTC, or none a day before it; such a time is a
slip of the sender's, and refused by the name of its field rather than found out by arithmetic.
A bare number is refused too: whether it counts seconds or milliseconds would be a guess.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

FIRST_YEAR, LAST_YEAR = 1900, 9000


def _is_number(given: object) -> bool:
    if not isinstance(given, str):
        return isinstance(given, int | float)
    try:
        float(given)
    except ValueError:
        return False
    return True


def _written_out(given: object) -> object:
    if _is_number(given):
        raise ValueError("must be a time with its offset, like 2026-01-31T08:00:00Z")
    return given


def _in_utc(moment: datetime) -> datetime:
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
