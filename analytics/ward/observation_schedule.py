"""When a person at home is to be observed next, by the band of their NEWS2. Pure.

The bands and their intervals are those of the Royal College of Physicians (NEWS2, 2017, chart 4),
as the ward or the person's own plan sets them. The band is that of the lower bound of the score,
like a call; where no whole score is known the person is not taken for one of score 0. Only what is
measured at home is scheduled: consciousness and oxygen are asked by the staff, a breath rate is
scheduled where a device counts it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from analytics.domain.observation_policy import ObservationPolicy
from analytics.domain.vitals import Metric
from analytics.policy import MINUTE_MS

AT_HOME: Final = (Metric.SPO2, Metric.HR, Metric.SBP, Metric.TEMP, Metric.RR)
FOLLOWS: Final = {**{metric: metric for metric in AT_HOME}, Metric.DBP: Metric.SBP}
"""What a device measures, and by whose schedule: one cuff measures both pressures."""
_URGENT, _EMERGENCY = 5, 7


class Band(StrEnum):
    """What the monitoring of NEWS2 goes by."""

    LOW = "low"
    RAISED = "raised"
    SINGLE_3 = "single_3"
    URGENT = "urgent"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationDue:
    """The next observation of one person; times in milliseconds since 1970.

    Attributes:
        band: by which it is due.
        every_min: minutes between two.
        metrics: what is to be measured first, by name.
        at_ms: by when.
        overdue_ms: from then on it is overdue.
    """

    band: Band
    every_min: int
    metrics: tuple[str, ...]
    at_ms: int
    overdue_ms: int


def band_of(news2: Mapping[str, Any] | None) -> Band:
    """Return the band of an assessment's ``news2``; None: nothing was assessed."""
    told = news2 or {}
    low = told.get("low") or 0
    if low >= _EMERGENCY:
        return Band.EMERGENCY
    if low >= _URGENT:
        return Band.URGENT
    if told.get("single_3"):
        return Band.SINGLE_3
    return Band.LOW if told.get("score") == 0 else Band.RAISED


def every_min(band: Band, policy: ObservationPolicy) -> int:
    """Return the minutes between two observations in a band."""
    return {
        Band.LOW: policy.low_min,
        Band.RAISED: policy.raised_min,
        Band.SINGLE_3: policy.single_3_min,
        Band.URGENT: policy.urgent_min,
        Band.EMERGENCY: policy.emergency_min,
    }[band]


def next_observation(
    news2: Mapping[str, Any] | None,
    latest: Mapping[str, Mapping[str, Any]],
    expected: Iterable[str],
    since_ms: int,
    policy: ObservationPolicy,
) -> ObservationDue | None:
    """Return what is to be measured next and by when; None: nothing is measured at home.

    Args:
        news2: of the newest assessment.
        latest: newest readings by metric name, ``g`` the time of the newest good one.
        expected: metrics that the person's devices are to send, by name.
        since_ms: when the person was taken in: what never came is awaited from then on.
        policy: the schedule in force.
    """
    awaited = frozenset(expected)
    times = {
        metric.wire_name: _good_ms(latest.get(metric.wire_name)) or since_ms
        for metric in AT_HOME
        if metric.wire_name in awaited or (metric is not Metric.RR and metric.wire_name in latest)
    }
    if not times:
        return None
    band = band_of(news2)
    minutes = every_min(band, policy)
    first = min(times.values())
    at = first + minutes * MINUTE_MS
    return ObservationDue(
        band=band,
        every_min=minutes,
        metrics=tuple(name for name, time in times.items() if time == first),
        at_ms=at,
        overdue_ms=at + round(minutes * policy.grace_share * MINUTE_MS),
    )


def _good_ms(newest: Mapping[str, Any] | None) -> int | None:
    if newest is None:
        return None
    good = newest.get("g", newest.get("t"))
    return None if good is None else int(good)


def rhythm(
    own: Mapping[str, float], every: int, metrics: Mapping[Metric, Metric] = FOLLOWS
) -> dict[str, float]:
    """Return how often a device is to measure, seconds by metric: never less often than its own.

    Args:
        own: as it was set up.
        every: minutes between two observations by the schedule.
        metrics: which of them the schedule concerns.
    """
    scheduled = {metric.wire_name for metric in metrics}
    return {
        name: min(seconds, every * 60) if name in scheduled else seconds
        for name, seconds in own.items()
    }
