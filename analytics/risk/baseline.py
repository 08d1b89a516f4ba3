"""Baseline of one person: an online, robust median and spread for each metric.

People differ far more between themselves than within (resting pulse 40-109 /min in health, Quer
2020), so a patient is compared with themselves and a slow drift is followed. The centre is a
Huber estimate that moves by at most three of the person's own units a reading; it starts from
the median of the first readings, so that one bad first reading does not set it. It is fed by
good readings only, at most every five minutes, so that a stream does not outweigh a spot
reading, and rests for at most a day of an open medium or high alert (the caller says when): its
own alert never holds it. A level that has been held for two days, nights included, is the new
usual at once. It says nothing before it has seen a whole day: what is usual by day alone would
make an alert of the first night (see docs/decisions).

A deviation is an adjunct for review, never a decision alone (FDA K183282, K142512).
"""

from statistics import mean, median

from msgspec import Struct, field

from analytics.domain.vitals import Metric

SPACING_MS = 5 * 60_000
MEMORY_MS = 3 * 86_400_000
MOST_WEIGHT = 0.05
EARLY = 9
READY_READINGS = 20
READY_SPAN_MS = 24 * 3_600_000
CLIP = 3.0
LEVEL_MS = 2 * 86_400_000
LEVEL_SPACING_MS = 4 * 3_600_000
LEVEL_READINGS = 5
LEVEL_SHARE = 0.9
"""A new level: of the readings of two days, one in four hours and five at least, nine in ten lie
on the same side of what was usual by more than the smallest unit (proposed; resting pulse that
stays up for two nights is what NightSignal calls certain, Alavi 2021)."""
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
        recent_ms: event times of a few readings of the last two days, oldest first.
        recent: their values.
    """

    readings: int = 0
    first_ms: int = 0
    last_ms: int = 0
    median: float = 0.0
    spread: float = 0.0
    early: list[float] = field(default_factory=list)
    recent_ms: list[int] = field(default_factory=list)
    recent: list[float] = field(default_factory=list)

    def learn(self, value: float, t_ms: int, floor: float, level_ms: int = LEVEL_MS) -> None:
        """Learn one good reading; one sooner than the spacing, or older, is left out.

        Args:
            value: in the metric's unit.
            t_ms: event time.
            floor: the smallest unit of the metric.
            level_ms: a level held for so long is the new usual.
        """
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
        if not self.recent or t_ms - self.recent_ms[-1] >= LEVEL_SPACING_MS:
            self._remember(value, t_ms, floor, level_ms)

    def rest(self, value: float, t_ms: int, level_ms: int = LEVEL_MS) -> None:
        """Learn nothing, but keep the reading for the level: it may be held for good.

        Args:
            value: in the metric's unit.
            t_ms: event time.
            level_ms: as in :meth:`learn`.
        """
        due = not self.recent or t_ms - self.recent_ms[-1] >= LEVEL_SPACING_MS
        if self.readings >= EARLY and due:
            self._keep(value, t_ms, level_ms)

    def _keep(self, value: float, t_ms: int, level_ms: int) -> None:
        self.recent_ms.append(t_ms)
        self.recent.append(value)
        oldest = t_ms - level_ms - LEVEL_SPACING_MS
        gone = sum(at < oldest for at in self.recent_ms)
        del self.recent_ms[:gone], self.recent[:gone]

    def _remember(self, value: float, t_ms: int, floor: float, level_ms: int) -> None:
        """Keep the reading for the level; start anew from the level if it has been held."""
        self._keep(value, t_ms, level_ms)
        if t_ms - self.recent_ms[0] < level_ms or len(self.recent) < LEVEL_READINGS:
            return
        above = sum(one > self.median + floor for one in self.recent)
        below = sum(one < self.median - floor for one in self.recent)
        if max(above, below) >= LEVEL_SHARE * len(self.recent):
            self.median = median(self.recent)
            self.spread = mean(abs(one - self.median) for one in self.recent)

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
