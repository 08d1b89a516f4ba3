"""Civil time: days, birthdays and ages as the calendar of a place has them.

A day is what the people of a place call so: it begins at their midnight and lasts 23, 24 or 25
hours where clocks are changed. Whoever was born on 29 February has a birthday on 1 March in other
years.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SCORED_YEARS = 16
"""NEWS2 is for people of 16 and over (Royal College of Physicians, 2017)."""


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """Return a zone of the IANA database.

    Raises:
        KeyError: there is none of this name (``zoneinfo.ZoneInfoNotFoundError``).
    """
    return ZoneInfo(name)


def day_at(at: datetime, zone: str) -> date:
    """Return the civil day of a moment in a zone."""
    return at.astimezone(zone_of(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """Return the moment (UTC) at which a civil day begins in a zone."""
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """Return the moment (UTC) at which a civil day ends in a zone: the next one's beginning."""
    return start_of(day + timedelta(days=1), zone)


def birthday(born: date, years: int) -> date:
    """Return the day on which somebody becomes so many years old."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February, in a year without one
        return date(born.year + years, 3, 1)


def age_on(day: date, born: date) -> int:
    """Return the age in whole years on a civil day."""
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1
