"""Baseline of one person: an online, robust median and spread for each metric.

People differ far more between themselves than within (resting pulse 40-109 /min in health, Quer
2020), so a patient is compared with themselves and a slow drift is followed. The centre is a
Huber estimate that moves by at most three of the person's own units a reading; it starts from
the median of the first readings, so that one bad first reading does not set it. It is fed by
good readings only, at most every five minutes, so that a stream does not outweigh a spot
reading, by the median of the last three, so that one glitch between them moves nothing, and rests
for at most a day of an open medium or high alert (the caller says when): its own alert never holds
it. A level that has been held for two days, nights included, is the new usual at once. It says
nothing before it has seen a whole day: what is usual by day alone would make an alert of the first
night (see docs/decisions). A quarter of the day that has been seen on several days has a usual
value of its own, and a reading is compared with both.

Centre and spread are exponentially weighted statistics as those of river (``stats.EWMean``; a test
holds them against it), kept as plain numbers: a lane's snapshot is no pickle, and bit for bit.

A deviation is an adjunct for review, never a decision alone (FDA K183282, K142512).
"""

from statistics import mean, median

from msgspec import Struct, field

from analytics.domain.vitals import Metric
from analytics.risk.day_parts import ABSOLUTE_TO_SD, CLIP, DayPart

SPACING_MS = 5 * 60_000
MEMORY_MS = 3 * 86_400_000
MOST_WEIGHT = 0.05
EARLY = 9
READY_READINGS = 20
READY_SPAN_MS = 24 * 3_600_000
LEVEL_MS = 2 * 86_400_000
LEVEL_SPACING_MS = 4 * 3_600_000
LEVEL_READINGS = 5
LEVEL_SHARE = 0.9
"""A new level: of the readings of two days, one in four hours and five at least, nine in ten lie
on the same side of what was usual by more than the smallest unit (proposed; resting pulse that
stays up for two nights is what NightSignal calls certain, Alavi 2021)."""
GATE = 3
DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
PARTS = 4
PART_MS = DAY_MS // PARTS
PART_READINGS = 20
PART_DAYS = 4
PART_LEAST = 0.75
"""A quarter of the day speaks for itself from so many readings on so many days, in a unit of at
least so much of the person's own, or healthy people would be told of too often (proposed)."""
MARKS = 8
HELD_DAYS = 4
DRIFT_MARKS = 4
DRIFT_UNITS = 2.0
"""A slow drift is told once it is over two smallest units within a week (proposed)."""

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
        gate: the newest readings, at most three, of which the middle one is learnt.
        parts: the quarters of the day (UTC: what counts is that they stay the same); begun anew
            with a new level, whose days are not the old one's.
        marks: the centre once a day, of the last week, oldest first.
        marked_ms: when the newest of them was taken.
        moved_ms: since when the usual has moved: a held level, or a slow drift; 0: it has not.
        moved_from: what was usual before that.
    """

    readings: int = 0
    first_ms: int = 0
    last_ms: int = 0
    median: float = 0.0
    spread: float = 0.0
    early: list[float] = field(default_factory=list)
    recent_ms: list[int] = field(default_factory=list)
    recent: list[float] = field(default_factory=list)
    gate: list[float] = field(default_factory=list)
    parts: list[DayPart] = field(default_factory=list)
    marks: list[float] = field(default_factory=list)
    marked_ms: int = 0
    moved_ms: int = 0
    moved_from: float = 0.0

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
        least = min(MOST_WEIGHT, gap / MEMORY_MS)
        weight = max(least, 1.0 / (self.readings + 1))
        most = CLIP * self.unit(floor)
        middle = self._gated(value)
        step = middle - self.median
        if not -most < step < most:
            step = most if step > 0 else -most
        self.median += weight * step
        self.spread += weight * ((step if step >= 0 else -step) - self.spread)
        self.readings += 1
        self.last_ms = t_ms
        self._learn_part(middle, t_ms, least, most)
        if t_ms - self.marked_ms >= DAY_MS:
            self._mark(t_ms, floor)
        if not self.recent or t_ms - self.recent_ms[-1] >= LEVEL_SPACING_MS:
            self._remember(value, t_ms, floor, level_ms)

    def _mark(self, t_ms: int, floor: float) -> None:
        """Note the centre once a day; a slow drift is told when it has gone far within a week."""
        marks = self.marks
        marks.append(self.median)
        del marks[:-MARKS]
        self.marked_ms = t_ms
        if len(marks) >= DRIFT_MARKS and abs(self.median - marks[0]) > DRIFT_UNITS * floor:
            lately = self.moved_ms and t_ms - self.moved_ms < WEEK_MS
            if not lately:
                self.moved_ms, self.moved_from = t_ms - (len(marks) - 1) * DAY_MS, marks[0]

    def _gated(self, value: float) -> float:
        gate = self.gate
        gate.append(value)
        if len(gate) < GATE:
            return value
        del gate[:-GATE]
        a, b, c = gate
        low, high = (a, b) if a <= b else (b, a)
        return low if c < low else min(c, high)

    def _learn_part(self, value: float, t_ms: int, least: float, most: float) -> None:
        if not self.parts:
            self.parts = [DayPart() for _ in range(PARTS)]
        part = self.parts[t_ms % DAY_MS // PART_MS]
        weight = max(least, 1.0 / (part.readings + 1))
        part.learn(value, t_ms // DAY_MS, weight, most)

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
            self.moved_ms, self.parts = t_ms, []
            self.moved_from = (
                self.marks[-HELD_DAYS] if len(self.marks) >= HELD_DAYS else self.median
            )
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

    def compare(self, value: float, t_ms: int, floor: float) -> tuple[float, float, bool]:
        """Compare a value with what is usual, at all and at this time of day; the farther counts.

        Args:
            value: in the metric's unit.
            t_ms: its event time.
            floor: the smallest unit of the metric.

        Returns:
            What is usual, how far the value is from it in the person's own units, and whether
            that is of the time of day.
        """
        usual, spread = self.median, ABSOLUTE_TO_SD * self.spread
        unit = max(floor, spread)
        away = (value - usual) / unit
        part = self.parts[t_ms % DAY_MS // PART_MS] if self.parts else None
        if part is None or part.readings < PART_READINGS or part.days < PART_DAYS:
            return usual, away, False
        least, spread = PART_LEAST * unit, ABSOLUTE_TO_SD * part.spread
        own = (value - part.centre) / max(floor, least, spread)
        return (part.centre, own, True) if abs(own) >= abs(away) else (usual, away, False)
