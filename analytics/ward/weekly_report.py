"""A person's week as they are told of it: what came of what was asked, ranges, and trends; pure.

A week is from Monday to Sunday in the person's own zone. A trend is told where the mean of the days
differs from that of the week before by more than days differ by chance (Welch 1947, 95 %), of three
days in each week at least; nothing else is called higher or lower. It judges nobody's health: that
is the rules' and the clinicians'.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import fmean, variance
from typing import Any, Final

from analytics.domain.civil import day_at, zone_of
from analytics.domain.vitals import FACTS, Metric

WEEK: Final = timedelta(days=7)
MOST_MISSING: Final = 26
"""Of a ward that stood still for longer no more weeks are listed as missing."""
TOLD: Final = (
    Metric.SPO2,
    Metric.HR,
    Metric.RR,
    Metric.SBP,
    Metric.DBP,
    Metric.TEMP,
    Metric.GLUCOSE,
    Metric.WEIGHT,
)
_LEAST_DAYS: Final = 3
_T95: Final = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179)
"""Two-sided 95 % of Student's t by degrees of freedom, from 1 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalDay:
    """The good readings of one metric on one civil day."""

    day: date
    metric: Metric
    low: float
    mean: float
    high: float
    count: int


def due_week(now: datetime, zone: str, hour: int) -> date:
    """Return the Monday of the last week of which a report is due by now.

    It is due on the Monday after, from ``hour`` o'clock on.
    """
    there = now.astimezone(zone_of(zone))
    this = there.date() - timedelta(days=there.weekday())
    early = there.date() == this and there.hour < hour
    return this - (2 * WEEK if early else WEEK)


def missed_weeks(last: date | None, due: date) -> list[date]:
    """Return the weeks between the last one that is accounted for and the one that is due."""
    if last is None:
        return []
    weeks = (due - last) // WEEK
    return [due - n * WEEK for n in range(min(weeks - 1, MOST_MISSING), 0, -1)]


def is_late(now: datetime, week: date, zone: str, within_days: float) -> bool:
    """Whether a report of that week would come so late that it is left out."""
    return day_at(now - timedelta(days=within_days), zone) >= week + WEEK


def vitals(days: Sequence[VitalDay], week: date) -> list[dict[str, Any]]:
    """Return each metric's week; of what came the week before alone: that nothing came.

    Args:
        days: of this week and of the one before.
        week: its Monday.
    """
    by_metric: dict[Metric, tuple[list[VitalDay], list[VitalDay]]] = defaultdict(lambda: ([], []))
    for one in days:
        by_metric[one.metric][0 if one.day >= week else 1].append(one)
    return [_vital(metric, *by_metric[metric]) for metric in TOLD if metric in by_metric]


def _vital(metric: Metric, now: Sequence[VitalDay], before: Sequence[VitalDay]) -> dict[str, Any]:
    told: dict[str, Any] = {"metric": metric.wire_name, "unit": FACTS[metric].unit}
    told |= {"days": len(now), "count": sum(one.count for one in now)}
    if not now:
        return told | dict.fromkeys(("low", "high", "mean", "before", "trend"))
    means, former = [one.mean for one in now], [one.mean for one in before]
    return told | {
        "low": min(one.low for one in now),
        "high": max(one.high for one in now),
        "mean": round(fmean(means), 2),
        "before": round(fmean(former), 2) if former else None,
        "trend": trend(means, former),
    }


def trend(now: Sequence[float], before: Sequence[float]) -> str | None:
    """Return ``higher``, ``lower``, ``same``, or None where too few days can be compared."""
    if min(len(now), len(before)) < _LEAST_DAYS:
        return None
    a, b = variance(now) / len(now), variance(before) / len(before)
    by, spread = fmean(now) - fmean(before), a + b
    if spread > 0:
        freedom = spread**2 / (a**2 / (len(now) - 1) + b**2 / (len(before) - 1))
        limit = _T95[max(0, min(len(_T95), int(freedom)) - 1)] * sqrt(spread)
    else:
        limit = 0.0
    if abs(by) <= limit:
        return "same"
    return "higher" if by > 0 else "lower"
