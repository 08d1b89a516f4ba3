"""Spans of time that may be asked for: every list of readings is bounded in time and number."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Query

from api.errors import InvalidError
from api.forms.timestamps import Moment

Start = Annotated[Moment | None, Query(alias="from", description="inclusive")]
End = Annotated[Moment | None, Query(alias="to", description="exclusive")]
DEFAULT = timedelta(hours=24)
LONGEST = timedelta(days=400)
_AHEAD = timedelta(minutes=5)
_WIDTHS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_WIDTH = re.compile(r"([1-9]\d{0,5})([smhd])")


def span_of(
    start: datetime | None,
    end: datetime | None,
    now: datetime,
    default: timedelta = DEFAULT,
) -> tuple[datetime, datetime]:
    """Return the span asked for, at most 400 days.

    Args:
        start: included; None: ``default`` before the end.
        end: not included; None: just ahead of now.
        now: the ward's time.
        default: how far back who names no start is shown.

    Raises:
        InvalidError: it ends before it starts, or is too long.
    """
    until = (end or now + _AHEAD).astimezone(UTC)
    since = (start or until - default).astimezone(UTC)
    if since >= until:
        raise InvalidError("from", "must be before `to`")
    if until - since > LONGEST:
        raise InvalidError("from", f"must be at most {LONGEST.days} days before `to`")
    return since, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How wide a bucket is.

    Attributes:
        span: its length; of a civil day what it has when no clock is changed.
        civil: whether it is counted in days of a place, from midnight to midnight.
    """

    span: timedelta
    civil: bool


def width_of(text: str) -> Width:
    """Return the width of a bucket written like ``60s``, ``5m``, ``1h`` or ``1d``.

    A ``d`` is a day of the patient's calendar, of 23 or 25 hours where clocks are changed; ``24h``
    are 24 hours.

    Raises:
        InvalidError: it is not written so, or outside 1 s to 31 days.
    """
    match = _WIDTH.fullmatch(text)
    width = timedelta(seconds=int(match[1]) * _WIDTHS[match[2]]) if match else timedelta()
    if match is None or not timedelta(seconds=1) <= width <= timedelta(days=31):
        raise InvalidError("bucket", "must be like 60s, 5m, 1h or 1d")
    return Width(span=width, civil=match[2] == "d")
