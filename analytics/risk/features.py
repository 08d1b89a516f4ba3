"""Features of the risk model: levels, trends and deviations, by event time.

A trend compares the current value with the mean of the six hours before, kept in half-hour
buckets of event time, so that late and reordered samples fall where they belong. Every feature
is scaled by a fixed clinical constant instead of a learnt one: the same frame then means the
same under every version of the model. A missing or stale metric adds nothing by itself; how
much of the score is missing is a feature of its own.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct, field

from analytics.domain.vitals import Metric
from analytics.news2.score import EMERGENCY, News2
from analytics.risk.baseline import FLOORS, Baseline
from analytics.risk.trajectory import NAMES as TRAJECTORY
from analytics.risk.trajectory import Trajectory

BUCKET_MS = 30 * 60_000
BUCKETS = 13
LEAST_PRIOR = 2
_CLIP = 5.0

SPEC: tuple[tuple[int, str, float, float], ...] = (
    (int(Metric.HR), "heart rate", 75.0, 15.0),
    (int(Metric.RR), "breathing rate", 16.0, 4.0),
    (int(Metric.SPO2), "SpO2", 96.0, 3.0),
    (int(Metric.TEMP), "temperature", 36.8, 0.6),
    (int(Metric.SBP), "systolic pressure", 125.0, 20.0),
)
"""Metric, words, centre and scale in its unit (proposed: about an adult's mean and spread)."""

NAMES: tuple[str, ...] = (
    *(
        f"{words}{part}"
        for _, words, _, _ in SPEC
        for part in (" level", " against the last hours", " against own baseline")
    ),
    "NEWS2",
    "NEWS2 not known",
    "a parameter scoring 3",
    "on oxygen",
    *TRAJECTORY,
)
"""The features, in order. New ones are appended: a version of before has no weight for them."""
UNSEEN = (0.0, 0.0, 0.0)


class Rolling(Struct, array_like=True, gc=False):
    """Counts and sums of the last six hours and a half in half-hour buckets of event time.

    Attributes:
        last: number of the newest bucket (event time // bucket length).
        counts: readings of each bucket, by bucket number modulo the ring.
        sums: their sums.
        prior: mean of all buckets but the newest.
        prior_count: how many readings that mean has.
    """

    last: int = 0
    counts: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    sums: list[float] = field(default_factory=lambda: [0.0] * BUCKETS)
    prior: float = 0.0
    prior_count: int = 0

    def add(self, value: float, t_ms: int) -> None:
        """Put a value where it belongs; one older than the window is left out."""
        bucket = t_ms // BUCKET_MS
        ahead = bucket - self.last
        if ahead:
            if ahead <= -BUCKETS:
                return
            if ahead > 0:
                self._advance(bucket, min(ahead, BUCKETS))
        at = bucket % BUCKETS
        self.counts[at] += 1
        self.sums[at] += value
        if ahead < 0:
            self._settle()

    def before(self, newest: float) -> float | None:
        """Return the mean of the newest bucket without its newest value, else of those before."""
        at = self.last % BUCKETS
        if self.counts[at] > 1:
            return (self.sums[at] - newest) / (self.counts[at] - 1)
        return self.prior if self.prior_count else None

    def _advance(self, bucket: int, steps: int) -> None:
        for step in range(steps):
            at = (bucket - step) % BUCKETS
            self.counts[at] = 0
            self.sums[at] = 0.0
        self.last = bucket
        self._settle()

    def _settle(self) -> None:
        now = self.last % BUCKETS
        self.prior_count = sum(self.counts) - self.counts[now]
        total = sum(self.sums[:now]) + sum(self.sums[now + 1 :])
        self.prior = total / self.prior_count if self.prior_count else 0.0


class Seen(Protocol):
    """One metric as the features see it: current value, recent hours, personal baseline."""

    value: float
    rolling: Rolling
    baseline: Baseline


def vector(
    seen: Sequence[Seen | None], news: News2, trajectory: Trajectory, *, oxygen: bool
) -> tuple[float, ...]:
    """Return the features in the order of :data:`NAMES`.

    Args:
        seen: what is known of each metric of :data:`SPEC`, None where missing or stale.
        news: NEWS2 or its bounds.
        trajectory: how NEWS2 went so far, this score included.
        oxygen: whether the patient is known to be on oxygen.
    """
    out: list[float] = []
    for (code, _, centre, scale), one in zip(SPEC, seen, strict=True):
        out += UNSEEN if one is None else _three(one, code, centre, scale)
    out.append(news.low / EMERGENCY)
    out.append((news.high - news.low) / EMERGENCY)
    out.append(1.0 if news.single_3 else 0.0)
    out.append(1.0 if oxygen else 0.0)
    out += trajectory.features()
    return tuple(out)


def _three(one: Seen, code: int, centre: float, scale: float) -> tuple[float, float, float]:
    value = one.value
    rolling = one.rolling
    trend = (value - rolling.prior) / scale if rolling.prior_count >= LEAST_PRIOR else 0.0
    baseline = one.baseline
    own = baseline.deviation(value, FLOORS[code]) / 4.0 if baseline.ready else 0.0
    level = (value - centre) / scale
    if -_CLIP <= level <= _CLIP and -_CLIP <= trend <= _CLIP and -_CLIP <= own <= _CLIP:
        return level, trend, own
    return _clip(level), _clip(trend), _clip(own)


def _clip(size: float) -> float:
    return min(_CLIP, max(-_CLIP, size))
