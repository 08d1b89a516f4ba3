"""The readings that were refused of a stored frame, read from its signed bytes.

They are noted with the frame by number, in the order of the message (samples, then metrics); the
numbers and codes are the gateway's. Pure.
"""

import json
from collections.abc import Mapping
from typing import Any

from analytics.domain.vitals import Metric

CODES: Mapping[str, int] = {
    "out_of_range": 1,
    "too_old": 2,
    "from_the_future": 3,
    "not_bound": 4,
}
"""Why a single reading is refused, as the gateway notes it."""
_REASONS = {code: reason for reason, code in CODES.items()}
_NAMES = [metric.wire_name for metric in Metric]
_LAST_MS = 253_402_300_799_999
"""The last moment that a calendar holds: a time ahead may lie beyond it."""
_SIGNATURE = 65
"""The frame's kind and its signature come before the message."""


def refused_of(
    frame: bytes, noted: list[int], offset_ms: int | None, reason: str | None = None
) -> list[dict[str, Any]]:
    """Return what was refused: metric, value, event time in milliseconds and reason.

    Args:
        frame: the stored bytes.
        noted: pairs of number and code.
        offset_ms: what maps the device's time; None: unknown.
        reason: only what was refused for it.
    """
    given = _readings(frame)
    found = []
    for number, code in zip(noted[::2], noted[1::2], strict=False):
        why = _REASONS.get(code)
        if why is None or reason not in (None, why) or not 0 <= number < len(given):
            continue
        t_ms, metric, value = given[number]
        at_ms = min(max(0, t_ms + (offset_ms or 0)), _LAST_MS)
        found.append({"metric": metric, "value": value, "time_ms": at_ms, "reason": why})
    return found


def _readings(frame: bytes) -> list[tuple[int, str, float]]:
    try:
        samples = json.loads(frame[_SIGNATURE:])["samples"]
        return [
            (int(sample["t"]), name, float(sample[name]))
            for sample in samples
            for name in _NAMES
            if sample.get(name) is not None
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
