"""A stretch of one person's readings as columns, moment by moment and metric by metric.

What the fold makes of a value that counts follows from the values before it alone: the median of
its window, the run of equal values that it goes on. Here that is worked out for all of a stretch at
once, as if every plausible value counted; whoever uses it looks first if it came so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.domain.vitals import FACTS, Metric
from analytics.lane.by_metric import LEAST_WINDOW, TREATMENT
from analytics.lane.device_agreement import RUN_GAP_MS
from analytics.news2.score import PARAMETERS

PASSED = tuple(map(int, (Metric.HR, Metric.RR, Metric.SPO2, Metric.TEMP, Metric.SBP, Metric.DBP)))
"""Metrics that can be passed; what people enter, sugar and weight always go through the fold."""
MOST_WINDOW = 8
"""A longer window is a faster stream than a replay meets: it goes through the fold."""
_FORESEEN = tuple(dict.fromkeys((*PASSED, *map(int, PARAMETERS))))
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(slots=True, kw_only=True)
class MetricCourse:
    """The plausible values of one metric, oldest first, one of a moment.

    Attributes:
        at: number of the moment of each.
        t_ms: event times.
        values: as measured.
        counts: what counts of each: of a stream the median of its window.
        middles: that median, or the value, however few there are in the window.
        begins: the first reading of the window of each; of what is no stream, of itself.
        runs: the first reading of the unbroken run of equal values of each.
        columns: number of the moment, event time, value, what counts, for all of them at once.
    """

    at: list[int]
    t_ms: list[int]
    values: list[float]
    counts: list[float]
    middles: Floats
    begins: list[int]
    runs: list[int]
    columns: tuple[Ints, Ints, Floats, Floats]


class StretchColumns:
    """A stretch of readings.

    Attributes:
        times: event time of each moment, oldest first.
        moments: the same for all of them at once.
        plain: whether a moment holds nothing but one plausible value of what can be passed each.
    """

    def __init__(
        self, times: Sequence[int], metrics: Sequence[int], values: Sequence[float]
    ) -> None:
        """Take parallel columns in the order of time."""
        self._metrics, self._values = metrics, values
        every = np.asarray(times, np.int64)
        first = np.ones(len(every), np.bool_)
        first[1:] = every[1:] != every[:-1]
        begins = np.flatnonzero(first)
        self.moments: Ints = every[begins]
        self.times: list[int] = self.moments.tolist()
        self._begins: list[int] = [*begins.tolist(), len(every)]
        self._at = np.cumsum(first) - 1
        self._codes, self._read = np.asarray(metrics, np.int64), np.asarray(values, np.float64)
        self._rows = {code: self._rows_of(code) for code in _FORESEEN}
        self.plain = self._plain()
        self._courses: dict[int, dict[int, MetricCourse]] = {}

    def measured(self, number: int) -> tuple[tuple[int, float], ...]:
        """Return the (metric, value) pairs of a moment."""
        rows = slice(self._begins[number], self._begins[number + 1])
        return tuple(zip(self._metrics[rows], self._values[rows], strict=True))

    def courses(self, window_ms: int) -> dict[int, MetricCourse]:
        """Return the metrics of which there is any, by code, smoothed by so long a window."""
        made = self._courses.get(window_ms)
        if made is None:
            made = self._courses[window_ms] = {
                code: _course(code, self._at[rows], self.moments, self._read[rows], window_ms)
                for code, rows in self._rows.items()
                if rows.size
            }
        return made

    def _rows_of(self, code: int) -> Ints:
        """Return the rows of a metric's plausible values, the last of a moment."""
        low, high = FACTS[Metric(code)].plausible
        fine = (self._codes == code) & (self._read >= low) & (self._read <= high)
        rows = np.flatnonzero(fine)
        last = np.ones(len(rows), np.bool_)
        last[:-1] = self._at[rows[1:]] != self._at[rows[:-1]]
        return rows[last]

    def _plain(self) -> Flags:
        used = [self._rows[code] for code in PASSED]
        known = np.bincount(self._at[np.concatenate(used)], minlength=len(self.times))
        every = np.bincount(self._at, minlength=len(self.times))
        scored = np.zeros(len(self.times), np.bool_)
        for code, rows in zip(PASSED, used, strict=True):
            if code in PARAMETERS:
                scored[self._at[rows]] = True
        plain: Flags = (known == every) & scored
        return plain


def _course(code: int, at: Ints, moments: Ints, values: Floats, window_ms: int) -> MetricCourse:
    t_ms, here = moments[at], np.arange(len(at))
    streamed = TREATMENT[code][0]
    begins = np.searchsorted(t_ms, t_ms - window_ms) if streamed else here
    middles = _middles(values, begins, here)
    counts = np.where(here - begins + 1 >= LEAST_WINDOW, middles, values)
    fresh = np.ones(len(at), np.bool_)
    fresh[1:] = (values[1:] != values[:-1]) | (t_ms[1:] - t_ms[:-1] > RUN_GAP_MS)
    runs = np.maximum.accumulate(np.where(fresh, here, 0))
    return MetricCourse(
        at=at.tolist(),
        t_ms=t_ms.tolist(),
        values=values.tolist(),
        counts=counts.tolist(),
        middles=middles,
        begins=begins.tolist(),
        runs=runs.tolist(),
        columns=(at, t_ms, values, counts),
    )


def _middles(values: Floats, begins: Ints, here: Ints) -> Floats:
    """Return the median of the window of each value; of too long a window, the value."""
    middles, sizes = values.copy(), here - begins + 1
    for size in range(2, MOST_WINDOW + 2):
        rows = np.flatnonzero(sizes == size)
        if rows.size:
            windows = np.sort(values[rows[:, None] - np.arange(size)], axis=1)
            half = size // 2
            middle = windows[:, half]
            middles[rows] = middle if size % 2 else (windows[:, half - 1] + middle) / 2
    return middles
