"""Entries of people as a lane folds them: readings, outcomes of alerts, new stays."""

from datetime import datetime
from typing import Any, NamedTuple

from analytics.domain.acceptance import ValueVerdict, contradicted, verdict
from analytics.domain.vitals import METRIC_BY_NAME, Quality
from analytics.readings import Measurement, Reading

_MANUAL, _QUESTIONABLE = int(Quality.MANUAL), int(Quality.QUESTIONABLE)


def entered_samples(payload: dict[str, Any]) -> tuple[Measurement, ...]:
    """The readings of a payload ``{"samples": [{"t", metrics..}], "graded", "confirmed"}``.

    ``t`` is RFC 3339 or milliseconds. The API has checked them; what is out of range all the same
    is left out. Where the payload is ``graded``, values are judged like a device's: questionable
    ones are kept as such, but for those of one moment that contradict each other and which the
    person has ``confirmed``. Entries of before that rule stay what they were.
    """
    made = [sample for entry in payload.get("samples", []) for sample in _entry(entry)]
    if not payload.get("graded"):
        return tuple(made)
    return tuple(_graded(made, confirmed=bool(payload.get("confirmed"))))


def _entry(entry: dict[str, Any]) -> list[Measurement]:
    t_ms = _millis(entry["t"])
    found: list[Measurement] = []
    for name, value in entry.items():
        metric = METRIC_BY_NAME.get(name)
        if metric is None or value is None:
            continue
        if verdict(metric, float(value)) is not ValueVerdict.REFUSED:
            found.append(Measurement(int(metric), t_ms, float(value), _MANUAL))
    return found


def _graded(samples: list[Measurement], *, confirmed: bool) -> list[Measurement]:
    together: dict[int, list[tuple[int, float]]] = {}
    for one in samples:
        together.setdefault(one.t_ms, []).append((one.metric, one.value))
    against = {t: contradicted(values) for t, values in together.items() if not confirmed}
    return [
        Measurement(one.metric, one.t_ms, one.value, _QUESTIONABLE)
        if verdict(one.metric, one.value) is ValueVerdict.QUESTIONABLE
        or one.metric in against.get(one.t_ms, ())
        else one
        for one in samples
    ]


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


class StaffInput(NamedTuple):
    """What an input is: one of these; none of them if it cannot be read.

    Attributes:
        reading: what somebody entered.
        outcome: (event time, deteriorated) of a clinician's outcome.
        begins_ms: when a new stay began.
    """

    reading: Reading | None = None
    outcome: tuple[int, bool] | None = None
    begins_ms: int | None = None


def entered(kind: str, payload: dict[str, Any], frame_id: int, received_ms: int) -> StaffInput:
    """What an input is.

    One row that nobody can read must not hold up every patient's readings.
    """
    try:
        if kind == "encounter":
            return StaffInput(begins_ms=received_ms)
        if kind == "outcome":
            return StaffInput(outcome=outcome_of(payload))
        if kind == "entered_in_error":  # it changes which readings are folded, and is none
            return StaffInput()
        return StaffInput(reading=entered_reading(payload, frame_id, received_ms))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return StaffInput()
