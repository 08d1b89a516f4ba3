"""Sources of a simulated device's readings: a made-up body, or a recording.

A source is asked at ward times that only grow; it answers with every reading due since it was last
asked, so that a stall makes bigger frames rather than lost readings.
"""

import heapq
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from device_sim.patients.physiology import Physiology, as_measured
from device_sim.patients.scenarios import ScenarioEvent
from gateway import wire

STREAM = ("hr", "spo2", "rr")
_SLOWER = {"temp": 5, "sbp": 10, "glucose": 4, "battery": 4, "weight": 1440}
_PAIRED = {"sbp": ("sbp", "dbp")}
_BATTERY_HOURS = 96


class SourceReading(NamedTuple):
    """Values measured together at a ward time (ms), by wire name."""

    at_ms: int
    values: Mapping[str, float]
    quality: wire.SampleQuality = wire.SampleQuality.OK

    def sample(self, offset_ms: int) -> wire.Sample:
        """As the device sends it, its clock being ``offset_ms`` ahead of the ward's."""
        return wire.Sample(t=self.at_ms + offset_ms, q=self.quality, **self.values)


class Source(Protocol):
    """Readings over time."""

    def next_at(self) -> int | None:
        """Ward time of the next reading; None when there is no more."""

    def take(self, now_ms: int) -> list[SourceReading]:
        """Every reading due up to now, in order, each once."""

    def measure(self, metric: str, now_ms: int) -> SourceReading | None:
        """Measure at once, by command; None if that cannot be done."""

    def interval(self, metric: str, seconds: float) -> bool:
        """Measure a metric every so many ward seconds; False if that cannot be done."""


class BodySource:
    """A made-up person, measured on a schedule, with at most one scenario.

    Args:
        physiology: the body.
        event: what happens to it, if anything.
        start_ms: ward time of the first readings, when everything is measured once.
        interval_ms: ward time between readings of the stream (heart rate, SpO2, breathing rate);
            the other metrics come at multiples of it.
    """

    def __init__(
        self,
        physiology: Physiology,
        event: ScenarioEvent | None,
        *,
        start_ms: int,
        interval_ms: int,
    ) -> None:
        self._body = physiology
        self._event = event
        self._start_ms = start_ms
        shown = event.metrics() if event else ()
        glucose = physiology.person.condition.glucose or "glucose" in shown
        slower = [name for name in _SLOWER if name != "glucose" or glucose]
        self._every = dict.fromkeys(STREAM, interval_ms)
        self._every |= {name: _SLOWER[name] * interval_ms for name in slower}
        self._due = [(start_ms, name) for name in self._every]
        heapq.heapify(self._due)

    def next_at(self) -> int | None:
        """Ward time of the next reading."""
        return self._due[0][0]

    def take(self, now_ms: int) -> list[SourceReading]:
        """Every reading due up to now."""
        at: dict[int, dict[str, float]] = {}
        while self._due[0][0] <= now_ms:
            due_ms, name = self._due[0]
            heapq.heapreplace(self._due, (due_ms + self._every[name], name))
            values = at.setdefault(due_ms, {})
            values.update({part: self._value(part, due_ms) for part in _PAIRED.get(name, (name,))})
        return [SourceReading(at_ms, values) for at_ms, values in at.items()]

    def measure(self, metric: str, now_ms: int) -> SourceReading | None:
        """Measure at once; a blood pressure gives both its values."""
        name = "sbp" if metric == "dbp" else metric
        if name not in self._every:
            return None
        parts = _PAIRED.get(name, (name,))
        return SourceReading(now_ms, {part: self._value(part, now_ms) for part in parts})

    def interval(self, metric: str, seconds: float) -> bool:
        """Change how often a metric is measured, from its next reading on."""
        if metric not in self._every or seconds <= 0:
            return False
        self._every[metric] = int(seconds * 1000)
        return True

    def _value(self, metric: str, at_ms: int) -> float:
        if metric == "battery":
            hours = (at_ms - self._start_ms) / 3_600_000
            value = 100 - 100 * (hours % _BATTERY_HOURS) / _BATTERY_HOURS
        else:
            value = self._body.value(metric, at_ms)
        if self._event is not None:
            value = self._event.blend(metric, value, at_ms)
        return as_measured(metric, value)


class RecordedSource:
    """A recording, its times already on the ward clock, ascending."""

    def __init__(self, readings: Sequence[SourceReading]) -> None:
        self._readings = readings
        self._place = 0

    def next_at(self) -> int | None:
        """Ward time of the next reading."""
        more = self._place < len(self._readings)
        return self._readings[self._place].at_ms if more else None

    def take(self, now_ms: int) -> list[SourceReading]:
        """Every reading due up to now."""
        first = self._place
        while self._place < len(self._readings) and self._readings[self._place].at_ms <= now_ms:
            self._place += 1
        return list(self._readings[first : self._place])

    def measure(self, metric: str, now_ms: int) -> SourceReading | None:  # noqa: ARG002 -- the port
        """A recording cannot be asked."""
        return None

    def interval(self, metric: str, seconds: float) -> bool:  # noqa: ARG002 -- the port
        """A recording cannot be told."""
        return False
