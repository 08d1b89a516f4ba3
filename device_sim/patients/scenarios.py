"""Scenarios of simulated patients, with the ground truth of what the ward must notice.

A deterioration blends each affected metric from the person's own value to a target over a ramp.
The targets are chosen so that at the end of the ramp the plain score leaves no doubt: from the
NEWS2 table (Royal College of Physicians 2017), every one but hypoglycaemia reaches 7 on the
wearable's own metrics, on either SpO2 scale, without oxygen or consciousness. The course itself is
made up, not a model of disease.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["cardiac", "hypoxia", "bleed", "sepsis", "hypoglycaemia", "falls_offline", "battery"]
MINUTE_MS = 60_000

_EMERGENCY = ("news2_emergency",)
_SLACK_MS = 5 * MINUTE_MS
_SLACK_REAL_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeteriorationCourse:
    """How a deterioration goes, and what it must raise.

    Attributes:
        ramp_ms: how long it takes to its full extent.
        target: metric to the value at the end.
        raises: alert conditions, any one of which is right.
        intervals: how many reporting intervals may pass until the ward can know.
    """

    ramp_ms: int
    target: Mapping[str, float]
    raises: tuple[str, ...]
    intervals: int = 2


COURSES: dict[Kind, DeteriorationCourse] = {
    "cardiac": DeteriorationCourse(
        ramp_ms=5 * MINUTE_MS,
        target={"hr": 148, "rr": 28, "spo2": 85, "sbp": 82, "dbp": 52},
        raises=_EMERGENCY,
    ),
    "hypoxia": DeteriorationCourse(
        ramp_ms=12 * MINUTE_MS,
        target={"spo2": 79, "rr": 29, "hr": 122},
        raises=_EMERGENCY,
    ),
    "bleed": DeteriorationCourse(
        ramp_ms=30 * MINUTE_MS,
        target={"hr": 138, "sbp": 76, "dbp": 44, "rr": 28, "temp": 35.7},
        raises=_EMERGENCY,
    ),
    "sepsis": DeteriorationCourse(
        ramp_ms=120 * MINUTE_MS,
        target={"hr": 128, "rr": 28, "temp": 39.4, "sbp": 88, "dbp": 50, "spo2": 84},
        raises=_EMERGENCY,
    ),
    "hypoglycaemia": DeteriorationCourse(
        ramp_ms=30 * MINUTE_MS,
        target={"glucose": 42, "hr": 104},
        raises=("glucose_low", "critical_glucose", "limit_glucose_low"),
        intervals=5,
    ),
    "falls_offline": DeteriorationCourse(ramp_ms=0, target={}, raises=("silent",), intervals=30),
    "battery": DeteriorationCourse(
        ramp_ms=20 * MINUTE_MS, target={"battery": 3}, raises=("battery",), intervals=5
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEvent:
    """One scenario for one patient; ward times in milliseconds."""

    kind: Kind
    onset_ms: int

    def blend(self, metric: str, value: float, at_ms: int) -> float:
        """The value with this scenario's share of the target, by a smooth ramp."""
        course = COURSES[self.kind]
        if at_ms <= self.onset_ms or metric not in course.target:
            return value
        share = min((at_ms - self.onset_ms) / max(course.ramp_ms, 1), 1.0)
        share = share * share * (3 - 2 * share)
        return (1 - share) * value + share * course.target[metric]

    def offline_at(self, at_ms: int) -> bool:
        """Whether the device is out of reach (only after falling offline)."""
        return self.kind == "falls_offline" and at_ms >= self.onset_ms

    def metrics(self) -> tuple[str, ...]:
        """The metrics this scenario shows itself in."""
        return tuple(COURSES[self.kind].target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Ground truth: one of these conditions must be raised for the patient in this time.

    Attributes:
        any_of: alert conditions, any one of which is enough.
        from_ms: ward time of the onset.
        by_ms: ward time by which it must be raised: the end of the ramp, the intervals until the
            ward can know, five minutes for persistence, and ten real seconds for the software.
    """

    patient: str
    device: str
    scenario: str
    any_of: tuple[str, ...]
    from_ms: int
    by_ms: int


def expectation(
    event: ScenarioEvent, *, patient: str, device: str, interval_ms: int, clock_rate: float
) -> Expectation:
    """What must be raised for an event.

    Args:
        event: the scenario.
        patient: the patient's id.
        device: the device's id.
        interval_ms: how often the device was told to report, in ward time.
        clock_rate: ward seconds per real second.
    """
    course = COURSES[event.kind]
    wait_ms = course.intervals * interval_ms
    slack_ms = _SLACK_MS + int(_SLACK_REAL_S * 1000 * clock_rate)
    return Expectation(
        patient=patient,
        device=device,
        scenario=event.kind,
        any_of=course.raises,
        from_ms=event.onset_ms,
        by_ms=event.onset_ms + course.ramp_ms + wait_ms + slack_ms,
    )


def choose_events(
    rng: random.Random,
    patients: int,
    *,
    count: int,
    start_ms: int,
    first_onset_ms: int,
    spread_ms: int,
    kinds: Sequence[Kind] = tuple(COURSES),
) -> dict[int, ScenarioEvent]:
    """Script ``count`` events on distinct patients: kinds in turn, the fast first.

    Args:
        rng: source of chance.
        patients: how many patients there are (numbers from 0).
        count: how many of them get an event.
        start_ms: ward time of the start.
        first_onset_ms: how long after the start the first event sets in.
        spread_ms: over how long the onsets of the others are spread.
        kinds: which scenarios, in this order, again and again.
    """
    chosen = rng.sample(range(patients), min(count, patients))
    onsets = [0.0, *sorted(rng.random() for _ in chosen[1:])]
    return {
        number: ScenarioEvent(
            kind=kinds[place % len(kinds)],
            onset_ms=start_ms + first_onset_ms + int(onset * spread_ms),
        )
        for place, (number, onset) in enumerate(zip(chosen, onsets, strict=False))
    }
