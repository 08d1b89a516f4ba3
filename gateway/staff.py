"""What people enter for a patient, as a lane folds it: readings, and outcomes of alerts."""

from datetime import datetime
from typing import Any

from analytics.domain.vitals import FACTS, METRIC_BY_NAME, Quality
from analytics.readings import Reading, Sample

_MANUAL = int(Quality.MANUAL)


def entered_samples(payload: dict[str, Any]) -> tuple[Sample, ...]:
    """The readings of a payload ``{"samples": [{"t", metrics..}]}``.

    ``t`` is RFC 3339 or milliseconds. The API has checked them; what is out of range all the same
    is left out.
    """
    made: list[Sample] = []
    for entry in payload.get("samples", []):
        t_ms = _millis(entry["t"])
        for name, value in entry.items():
            metric = METRIC_BY_NAME.get(name)
            if metric is None or value is None:
                continue
            least, most = FACTS[metric].reject
            if least <= value <= most:
                made.append(Sample(int(metric), t_ms, float(value), _MANUAL))
    return tuple(made)


def _millis(at: str | int) -> int:
    if isinstance(at, int):
        return at
    return round(datetime.fromisoformat(at).timestamp() * 1000)


def entered_reading(payload: dict[str, Any], frame_id: int, received_ms: int) -> Reading:
    """One staff entry as a reading of the lane."""
    samples = entered_samples(payload)
    return Reading(frame_id=frame_id, received_ms=received_ms, staff=True, samples=samples)


def outcome_of(payload: dict[str, Any]) -> tuple[int, bool]:
    """A clinician's outcome: (event time of the alert, whether the patient had deteriorated)."""
    return int(payload.get("at") or 0), bool(payload.get("deteriorated"))


def entered(
    kind: str, payload: dict[str, Any], frame_id: int, received_ms: int
) -> tuple[Reading | None, tuple[int, bool] | None]:
    """What an input is: a reading, or an outcome; neither if it cannot be read.

    One row that nobody can read must not hold up every patient's readings.
    """
    try:
        if kind == "outcome":
            return None, outcome_of(payload)
        return entered_reading(payload, frame_id, received_ms), None
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return None, None
