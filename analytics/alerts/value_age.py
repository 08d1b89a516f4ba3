"""Age of a value in words: no number is read as of now when it is older, or not the newest.

A message is written when a reading is judged. Whoever reads it later must see when that was, what
has been measured since, and that nothing was heard since if so: an old value that is shown, or
told again, as if it were new has sent people to the wrong bedside.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE_S, HOUR_S = 60, 3_600
CURRENT_S = 60
"""A reading newer than the alert's by so much is told beside it: the gateway repeats a finding that
goes on once a minute, so less is no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an open alert has to say; all times in the zone in which they are to be read.

    Attributes:
        message: as it was written.
        measured: event time of the newest reading that showed it.
        aged_s: from this age on the words carry it.
        over_since: since when the condition is over, if it is.
        lapsed: what a person had said ran out and nothing was heard after it.
        seen: the verb of the time: equipment is not measured.
        newest: the newest value of the same thing in words, with its event time.
    """

    message: str
    measured: datetime
    aged_s: float
    over_since: datetime | None = None
    lapsed: bool = False
    seen: str = "measured"
    newest: tuple[str, datetime] | None = None


def words(told: Told, now: datetime) -> str:
    """Return the message with what its reader must know of its age.

    Args:
        told: an open or acknowledged alert.
        now: ward time.
    """
    age = now - told.measured
    when = f"{_clock(told.measured, now)}, {_span(age)} ago"
    since = _since(told, now)
    if told.over_since is not None:
        over = _clock(told.over_since, now)
        return f"Over since {over}{since}; it was: {told.message}, {told.seen} {when}"
    if told.lapsed and age.total_seconds() > told.aged_s:
        return f"Not heard since {when}{since}; the last was: {told.message}"
    if since or age.total_seconds() > told.aged_s:
        return f"{told.message}, {told.seen} {when}{since}"
    return told.message


def _since(told: Told, now: datetime) -> str:
    """Return what is newer than the alert's own reading, if anything is."""
    if told.newest is None:
        return ""
    value, at = told.newest
    if (at - told.measured).total_seconds() <= CURRENT_S:
        return ""
    return f" (newest: {value} at {_clock(at, now)})"


def _clock(at: datetime, now: datetime) -> str:
    """Return a time of day, with the date where it is not today's, and the zone."""
    text = at.strftime("%H:%M") if at.date() == now.date() else at.strftime("%d %b %H:%M")
    zone = at.tzname()
    return f"{text} {zone}" if zone else text


def _span(age: timedelta) -> str:
    """Return a length of time as a person says it: minutes, then hours, then days."""
    seconds = max(0.0, age.total_seconds())
    if seconds < 2 * HOUR_S:
        return f"{seconds // MINUTE_S:.0f} min"
    return f"{seconds // HOUR_S:.0f} h" if seconds < 48 * HOUR_S else f"{age.days} days"
