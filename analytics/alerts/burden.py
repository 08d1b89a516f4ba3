"""What a ward's alerts cost and are worth: rates, shares with their interval, broken hours; pure.

A patient-day is a day of a stay. A call is one time that somebody was meant to hear of an alert.
"In time" is answered before anybody further was called. The positive predictive value is the share
of alerts with an outcome whose outcome was "actionable".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

_Z95 = 1.959964
"""Two-sided 95 % of the normal distribution."""


def share(part: int, whole: int) -> dict[str, Any] | None:
    """Return a share with its 95 % interval (Wilson, J Am Stat Assoc 1927), None of nothing.

    The interval holds for small numbers too, where the normal one leaves 0 to 1.
    """
    if whole == 0:
        return None
    p, z2 = part / whole, _Z95**2
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z95 * sqrt(p * (1 - p) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return {"value": round(p, 4), "ci95": [round(low, 4), round(high, 4)], "n": whole}


def rate(count: int, days: float) -> float | None:
    """Return how many a patient-day, None without any patient-day."""
    return round(count / days, 3) if days > 0 else None


def told(row: Mapping[str, Any], days: float) -> dict[str, Any]:
    """Return the figures of one group of alerts.

    Args:
        row: counts of ``alerts`` by priority, ``calls``, ``answered``, ``in_time``, outcomes, and
            quantiles of seconds.
        days: patient-days that they fall into.
    """
    actionable, known = row["actionable"], row["actionable"] + row["not_actionable"] + row["false"]
    return {
        "alerts": row["alerts"],
        "high": row["high"],
        "medium": row["medium"],
        "low": row["low"],
        "calls": row["calls"],
        "alerts_a_patient_day": rate(row["alerts"], days),
        "calls_a_patient_day": rate(row["calls"], days),
        "in_time": share(row["in_time"], row["answered_or_passed_on"]),
        "acknowledged_s": _quantiles(row, "acknowledged"),
        "resolved_s": _quantiles(row, "resolved"),
        "outcomes": {
            "actionable": actionable,
            "not_actionable": row["not_actionable"],
            "false": row["false"],
            "unknown": row["alerts"] - known,
        },
        "ppv": share(actionable, known),
    }


def _quantiles(row: Mapping[str, Any], name: str) -> dict[str, float] | None:
    median, p90 = row[f"{name}_median"], row[f"{name}_p90"]
    return None if median is None else {"median": round(median, 1), "p90": round(p90, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WardHour:
    """One hour of one ward: calls in it, and hours that people worked in it."""

    ward: str
    start: str
    calls: int
    staff: float


def broken(
    hours: Iterable[WardHour], budget: Mapping[str, float], default: float
) -> list[WardHour]:
    """Return the hours that broke the ward's budget, the worst first.

    An hour of calls with nobody on shift is always broken.

    Args:
        hours: with at least one call.
        budget: calls an hour for each person on shift, by ward.
        default: of a ward that has set none.
    """
    over = [one for one in hours if one.calls > budget.get(one.ward, default) * one.staff]
    return sorted(over, key=lambda one: (-one.calls / max(one.staff, 0.01), one.start, one.ward))
