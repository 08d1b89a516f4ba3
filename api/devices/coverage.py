"""Coverage of a device: the share of expected readings that arrived, day by day.

A day is one of the ward's own zone. What was expected follows from the device's schedule and from
the part of the day in which it was bound to its patient; what came in a burst does not make up for
hours of silence, so of each hour no more counts than the schedule asks for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR_S = 3_600.0
Span = tuple[datetime, datetime]


class HourCount(NamedTuple):
    """How many readings of one metric have their mapped time in one hour of one local day."""

    day: date
    metric: str
    readings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDay:
    """One metric on one day.

    Attributes:
        expected: readings that the schedule asks for.
        received: readings stored, of whatever quality.
        coverage: share of the expected that came in time, 0 to 1; None: none was expected.
    """

    expected: int
    received: int
    coverage: float | None


def local_days(span: Span, zone: ZoneInfo) -> list[tuple[date, Span]]:
    """Return the local days that a span touches, each with its part of the span."""
    since, until = span
    found: list[tuple[date, Span]] = []
    day = since.astimezone(zone).date()
    while (start := datetime.combine(day, time(), zone)) < until:
        day_after = day + timedelta(days=1)
        end = datetime.combine(day_after, time(), zone)
        found.append((day, (max(since, start), min(until, end))))
        day = day_after
    return found


def seconds_within(part: Span, bound_from: datetime | None, bound_to: datetime | None) -> float:
    """Return for how many seconds of ``part`` the device was its patient's; never enrolled: 0."""
    if bound_from is None:
        return 0.0
    start = max(part[0], bound_from)
    end = part[1] if bound_to is None else min(part[1], bound_to)
    return max(0.0, end.timestamp() - start.timestamp())


def of_day(
    schedule: Mapping[str, float], active_s: float, hours: Iterable[HourCount]
) -> dict[str, MetricDay]:
    """Hold one day's counts against the schedule.

    Args:
        schedule: expected seconds between readings by metric name.
        active_s: seconds of the day in which the device was to measure.
        hours: the day's counts.
    """
    counts: dict[str, list[int]] = {name: [] for name in schedule}
    for one in hours:
        counts.setdefault(one.metric, []).append(one.readings)
    return {
        name: _metric_day(schedule.get(name), active_s, counted) for name, counted in counts.items()
    }


def _metric_day(interval_s: float | None, active_s: float, counts: list[int]) -> MetricDay:
    expected = 0 if interval_s is None else int(active_s // interval_s)
    if interval_s is None or not expected:
        return MetricDay(expected=0, received=sum(counts), coverage=None)
    counted = sum(counts)
    if interval_s <= HOUR_S:
        counted = sum(min(count, ceil(HOUR_S / interval_s)) for count in counts)
    share = min(1.0, counted / expected)
    return MetricDay(expected=expected, received=sum(counts), coverage=round(share, 4))


def whole(metrics: Iterable[MetricDay]) -> float | None:
    """Return the mean share over the expected metrics, so that none hides behind a frequent one."""
    shares = [one.coverage for one in metrics if one.coverage is not None]
    return round(sum(shares) / len(shares), 4) if shares else None
