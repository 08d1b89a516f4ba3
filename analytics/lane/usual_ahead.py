"""What is usual, learnt over many moments ahead: up to the first value that may be far from it.

A baseline learns one reading in five minutes, and between two of them it stays as it is: what lies
between is held against two numbers. They are a little narrower than the exact comparison, which
decides wherever a value lies beyond them.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import inf

from analytics.lane.stretch import MetricCourse
from analytics.risk.baseline import (
    DAY_MS,
    EARLY,
    LEVEL_SPACING_MS,
    PART_DAYS,
    PART_LEAST,
    PART_MS,
    PART_READINGS,
    SPACING_MS,
    Baseline,
)
from analytics.risk.day_parts import ABSOLUTE_TO_SD

_NARROWER = 1.0 - 1e-9


class UsualAhead:
    """One metric's baseline on its way through a stretch.

    Attributes:
        place: the reading that comes next.
    """

    __slots__ = ("_course", "_down", "_due", "_due_at", "_floor", "_high", "_judged_ms", "_least",
                 "_level_ms", "_low", "_own", "_units", "place")  # fmt: skip

    def __init__(
        self,
        course: MetricCourse,
        own: Baseline,
        at: int,
        learning: tuple[float, float, int],
        *,
        down: bool,
    ) -> None:
        """Begin with a moment.

        Args:
            course: of the metric.
            own: its baseline, changed in place.
            at: number of the moment.
            learning: smallest unit, the deviation that is notable, how long a level is held.
            down: whether only what lies below the usual is notable.
        """
        self._course, self._own, self._down = course, own, down
        self._floor, self._units, self._level_ms = learning
        self._least = self._units * self._floor * _NARROWER
        self._low, self._high, self._judged_ms = -inf, inf, -1
        self._due, self._due_at = -1, -1  # of the reading that is learnt next, and of its moment
        self.place = bisect_left(course.at, at)

    def learn_due(self, at: int, end: int) -> int:
        """Learn what is measured at a moment, if it is due; return the moment of the next one."""
        own, course, place = self._own, self._course, self.place
        if place == len(course.at):
            return end
        times = course.t_ms
        if course.at[place] == at and times[place] - own.last_ms >= SPACING_MS:
            own.learn(course.counts[place], times[place], self._floor, self._level_ms)
            self._judged_ms = -1
            place += 1
        self._due = due = bisect_left(times, own.last_ms + SPACING_MS, place)
        if due == len(times):
            self._due_at = -1
            return end
        self._due_at = at = course.at[due]
        return min(end, at)

    def first_far(self, t_ms: int, end: int) -> int:
        """Return the first moment before the end with a value that may be notable, or the end."""
        course = self._course
        last = self._due if end == self._due_at else bisect_left(course.at, end, self.place)
        ahead = course.counts[self.place : last]
        if not ahead or self._near(t_ms, ahead):
            return end
        if self._judged_ms != t_ms // PART_MS:
            self._judge(t_ms)
        low, high = self._low, self._high
        far = next((at for at, value in enumerate(ahead) if not low < value < high), None)
        return end if far is None else course.at[self.place + far]

    def _near(self, t_ms: int, ahead: Sequence[float]) -> bool:
        """Return whether all lie so near the usual that they are not notable in any unit."""
        own = self._own
        low = high = own.median
        if own.parts:
            part = own.parts[t_ms % DAY_MS // PART_MS]
            if part.readings:
                low, high = min(low, part.centre), max(high, part.centre)
        return high - self._least < min(ahead) and max(ahead) < low + self._least

    def go_on(self, end: int, *, learn: bool) -> None:
        """Go on to a moment; without learning the level alone is kept."""
        at = self._course.at
        last = self._due if end == self._due_at else bisect_left(at, end, self.place)
        if not learn and self._own.readings >= EARLY:
            self._rest(self.place, last)
        self.place = last

    def _rest(self, place: int, last: int) -> None:
        course, recent_ms = self._course, self._own.recent_ms
        while True:
            if recent_ms:
                place = bisect_left(course.t_ms, recent_ms[-1] + LEVEL_SPACING_MS, place)
            if place >= last:
                return
            self._own.rest(course.counts[place], course.t_ms[place], self._level_ms)

    def _judge(self, t_ms: int) -> None:
        """Note between which values nothing is notable in this quarter of the day."""
        own, self._judged_ms = self._own, t_ms // PART_MS
        if not own.ready:
            return
        most, unit = self._units * _NARROWER, own.unit(self._floor)
        low, high = own.median - most * unit, own.median + most * unit
        part = own.parts[t_ms % DAY_MS // PART_MS] if own.parts else None
        if part is not None and part.readings >= PART_READINGS and part.days >= PART_DAYS:
            wide = most * max(self._floor, PART_LEAST * unit, ABSOLUTE_TO_SD * part.spread)
            low, high = max(low, part.centre - wide), min(high, part.centre + wide)
        self._low, self._high = low, inf if self._down else high


def go_through(
    usual: Sequence[UsualAhead], times: Sequence[int], at: int, end: int, *, learn: bool
) -> int:
    """Let baselines go through moments up to the first that may be notable; return its number.

    Args:
        usual: of every metric that is measured in them.
        times: event times of the moments.
        at: number of the first.
        end: of the one after the last.
        learn: whether baselines learn.
    """
    while at < end:
        t_ms = times[at]
        until = bisect_left(times, (t_ms // PART_MS + 1) * PART_MS, at, end)
        if learn:
            for one in usual:
                until = one.learn_due(at, until)
        far = until
        for one in usual:
            far = one.first_far(t_ms, far)
        for one in usual:
            one.go_on(far, learn=learn)
        at = far
        if far < until:
            break
    return at
