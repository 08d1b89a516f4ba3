"""What a person at home can still measure today, and by when. Pure.

Taken from the newest readings and from what their devices are to send: a metric that they have
never measured and that nobody expects of them is not asked for. Consciousness, oxygen and a
counted breath rate are the staff's to ask. When a reading is too old for a score is the ward's
setting, as on the panel.
"""

from collections.abc import Iterable
from typing import Any, Final

from analytics.domain.vitals import Metric
from analytics.ward.vitals import Worn, due_of

MEASURABLE: Final = (
    Metric.SPO2,
    Metric.HR,
    Metric.SBP,
    Metric.TEMP,
    Metric.GLUCOSE,
    Metric.WEIGHT,
)


def to_measure(worn: Worn, expected: Iterable[str], now_ms: int) -> list[dict[str, Any]]:
    """Return what is to be measured, the most pressing first.

    Args:
        worn: whose vital signs.
        expected: metrics that devices are to send, by name.
        now_ms: ward time.

    Returns:
        ``metric``, and ``at``: until when; null: now.
    """
    wanted = {*worn.latest, *expected}
    found = [(due_of(metric, worn), metric) for metric in MEASURABLE if metric.wire_name in wanted]
    return [
        {"metric": metric.wire_name, "at": None if due is None or due[0] <= now_ms else due[1]}
        for due, metric in sorted(found, key=lambda one: (one[0] is not None, one[0] or (0,)))
    ]
