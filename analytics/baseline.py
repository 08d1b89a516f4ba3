"""What is usual for one person: an online, robust median and spread for each metric.

People differ far more between themselves than within (resting pulse 40-109 /min in health, Quer
2020), so a patient is compared with themselves and a slow drift is followed. The centre is a
Huber estimate that moves by at most three of the person's own units a reading; it starts from
the median of the first readings, so that one bad first reading does not set it. It is fed by
good readings only, never during an open episode, and at most every five minutes, so that a
stream does not outweigh a spot reading. It says nothing before it has seen a whole day: what is
usual by day alone would make an alert of the first night (see docs/decisions).

A deviation is an adjunct for review, never a decision alone (FDA K183282, K142512).
"""

from statistics import median

from msgspec import Struct, field

from analytics.domain.vitals import Metric

SPACING_MS = 5 * 60_000
MEMORY_MS = 3 * 86_400_000
MOST_WEIGHT = 0.05
EARLY = 9
READY_READINGS = 20
READY_SPAN_MS = 24 * 3_600_000
CLIP = 3.0
ABSOLUTE_TO_SD = 1.2533
"""Mean absolute deviation to standard deviation for a normal variable: sqrt(pi / 2)."""

FLOORS: dict[int, float] = {
    int(Metric.HR): 3.0,
    int(Metric.SPO2): 1.0,
    int(Metric.RR): 1.5,
    int(Metric.TEMP): 0.2,
    int(Metric.SBP): 6.0,
    int(Metric.DBP): 4.0,
    int(Metric.WEIGHT): 0.5,
}
"""Smallest unit of a person's own spread, in the metric's unit (proposed: about the
repeatability of the device), and the list of metrics that have a baseline."""


class Baseline(Struct, array_like=True, gc=False):
    """The state of one metric's baseline.

    Attributes:
        readings: how many have been learnt.
        first_ms: event time of the first.
        last_ms: event time of the last.
        median: what is usual, in the metric's unit.
        spread: mean absolute deviation, clipped, in the metric's unit.
        early: the first readings, until there are enough to start from.
    """

    readings: int = 0
    first_ms: int = 0
    last_ms: int = 0
    median: float = 0.0
    spread: float = 0.0
    early: list[float] = field(default_factory=list)

    def learn(self, value: float, t_ms: int, floor: float) -> None:
        """Learn one good reading; one sooner than the spacing, or older, is left out."""
        if t_ms - self.last_ms < SPACING_MS:
            return
        if self.readings < EARLY:
            self._start(value, t_ms)
            return
        gap = t_ms - self.last_ms
        weight = max(1.0 / (self.readings + 1), min(MOST_WEIGHT, gap / MEMORY_MS))
        most = CLIP * self.unit(floor)
        step = min(most, max(-most, value - self.median))
        self.median += weight * step
        self.spread += weight * (abs(step) - self.spread)
        self.readings += 1
        self.last_ms = t_ms

    def _start(self, value: float, t_ms: int) -> None:
        if not self.readings:
            self.first_ms = t_ms
        self.early.append(value)
        self.readings += 1
        self.last_ms = t_ms
        if self.readings == EARLY:
            self.median = median(self.early)
            self.spread = median(abs(value - self.median) for value in self.early)
            self.early = []

    @property
    def ready(self) -> bool:
        """Whether enough has been seen to say what is usual."""
        return self.readings >= READY_READINGS and self.last_ms - self.first_ms >= READY_SPAN_MS

    def unit(self, floor: float) -> float:
        """Return the person's own unit: a robust standard deviation, not below the floor."""
        return max(floor, ABSOLUTE_TO_SD * self.spread)

    def deviation(self, value: float, floor: float) -> float:
        """Return how many of the person's own units ``value`` lies above what is usual."""
        return (value - self.median) / self.unit(floor)
