"""What a person at home can still measure today, and by when. Pure.

Taken from the newest readings and from what their devices are to send: a metric that they have
never measured and that nobody expects of them is not asked for. Consciousness, oxygen and a
counted breath rate are the staff's to ask. When a reading is too old for a score is the ward's
setting, as on the panel; the observation schedule may ask sooner.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from analytics.domain.vitals import Metric
from analytics.policy import MINUTE_MS
from analytics.ward.observation_schedule import AT_HOME
from analytics.ward.vitals import Worn, due_of

MEASURABLE: Final = (
    Metric.SPO2,
    Metric.HR,
    Metric.SBP,
    Metric.TEMP,
    Metric.GLUCOSE,
    Metric.WEIGHT,
)


def to_measure(
    worn: Worn, expected: Iterable[str], now_ms: int, *, every_min: int | None = None
) -> list[dict[str, Any]]:
    """Return what is to be measured, the most pressing first.

    Args:
        worn: whose vital signs.
        expected: metrics that devices are to send, by name.
        now_ms: ward time.
        every_min: minutes between two observations by the schedule; None: there is none.

    Returns:
        ``metric``, and ``at``: until when; null: now.
    """
    wanted = {*worn.latest, *expected}
    found = [
        (_due(metric, worn, every_min), metric)
        for metric in MEASURABLE
        if metric.wire_name in wanted
    ]
    return [
        {"metric": metric.wire_name, "at": None if due is None or due[0] <= now_ms else due[1]}
        for due, metric in sorted(found, key=lambda one: (one[0] is not None, one[0] or (0,)))
    ]


def _due(metric: Metric, worn: Worn, every_min: int | None) -> tuple[int, datetime] | None:
    """Return until when a reading is enough: for a score, and by the schedule."""
    due = due_of(metric, worn)
    if due is None or every_min is None or metric not in AT_HOME:
        return due
    newest = worn.latest[metric.wire_name]
    by_schedule = int(newest.get("g", newest["t"])) + every_min * MINUTE_MS
    return min(due, (by_schedule, datetime.fromtimestamp(by_schedule / 1_000, UTC)))
