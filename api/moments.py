"""Moments as callers send them: RFC 3339 with an offset, kept in UTC.

A time at the edge of the calendar has no place in UTC, or none a day before it; such a time is a
slip of the sender's, and refused by the name of its field rather than found out by arithmetic.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST_YEAR, LAST_YEAR = 1900, 9000


def _in_utc(moment: datetime) -> datetime:
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
