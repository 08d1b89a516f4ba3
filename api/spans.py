"""Spans of time that may be asked for: every list of readings is bounded in time and number."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Query

from api.errors import InvalidError
from api.moments import Moment

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


def width_of(text: str) -> timedelta:
    """Return the width of a bucket written like ``60s``, ``5m``, ``1h`` or ``1d``.

    Raises:
        InvalidError: it is not written so, or outside 1 s to 31 days.
    """
    match = _WIDTH.fullmatch(text)
    width = timedelta(seconds=int(match[1]) * _WIDTHS[match[2]]) if match else timedelta()
    if not timedelta(seconds=1) <= width <= timedelta(days=31):
        raise InvalidError("bucket", "must be like 60s, 5m, 1h or 1d")
    return width
