"""How a patient's NEWS2 has gone so far: running means, time since it was high, own record.

The next hours resemble the last ones: a score that has been near 5 all day returns there. What is
kept are a few numbers by event time, so that a stream and a cuff twice a day are told alike:
each new score counts by the time that has passed since the one before.
"""

from math import exp, log

from msgspec import Struct

from analytics.news2.score import EMERGENCY, URGENT
from analytics.policy import HOUR_MS

SHORT_H, MIDDLE_H, LONG_H = 2.0, 8.0, 24.0
PEAK_H = 8.0
RECENT_H = 12.0
PRIOR_EXAMPLES, PRIOR_LOGIT = 3.0, 0.0
_MOST_EXAMPLES = 200
_CLIP = 4.0

NAMES: tuple[str, ...] = (
    "NEWS2 of the last 2 hours",
    "NEWS2 of the last 8 hours",
    "NEWS2 of the last day",
    "share of the last day at NEWS2 of 5 or more",
    "highest NEWS2 lately",
    "NEWS2 of 5 or more lately",
    "never at NEWS2 of 5 or more",
    "own record of deteriorations",
)
"""The features, in order."""


class Trajectory(Struct, array_like=True, gc=False):
    """The course of one patient's NEWS2 lower bound (event time, milliseconds since 1970).

    Attributes:
        last_ms: newest score; 0: none yet.
        bad_ms: newest score of 5 or more; 0: never.
        short, middle, long: running means over about 2, 8 and 24 hours.
        share: running share of time at 5 or more, over about a day.
        peak: highest, sinking with about 8 hours.
        examples: matured training examples of this patient, at most 200.
        positives: those followed by a deterioration.
    """

    last_ms: int = 0
    bad_ms: int = 0
    short: float = 0.0
    middle: float = 0.0
    long: float = 0.0
    share: float = 0.0
    peak: float = 0.0
    examples: float = 0.0
    positives: float = 0.0

    def see(self, low: int, now_ms: int) -> None:
        """Take note of a lower bound of NEWS2 at an event time, not older than the last."""
        bad = 1.0 if low >= URGENT else 0.0
        if not self.last_ms:
            self.short = self.middle = self.long = self.peak = float(low)
            self.share = bad
        elif now_ms > self.last_ms:
            hours = (now_ms - self.last_ms) / HOUR_MS
            self.short += (1.0 - exp(-hours / SHORT_H)) * (low - self.short)
            self.middle += (1.0 - exp(-hours / MIDDLE_H)) * (low - self.middle)
            weight = 1.0 - exp(-hours / LONG_H)
            self.long += weight * (low - self.long)
            self.share += weight * (bad - self.share)
            peak = self.peak * exp(-hours / PEAK_H)
            self.peak = peak if peak > low else float(low)
        elif self.peak < low:
            self.peak = float(low)
        if now_ms > self.last_ms:  # noqa: PLR1730 - a call of max costs 0.1 us
            self.last_ms = now_ms
        if bad:
            self.bad_ms = self.last_ms

    def learn(self, *, deteriorated: bool) -> None:
        """Take note of what followed one of the patient's own examples."""
        if self.examples >= _MOST_EXAMPLES:
            keep = 1.0 - 1.0 / _MOST_EXAMPLES
            self.examples *= keep
            self.positives *= keep
        self.examples += 1.0
        self.positives += 1.0 if deteriorated else 0.0

    def features(self) -> tuple[float, ...]:
        """Return the features in the order of :data:`NAMES`."""
        half = PRIOR_EXAMPLES / 2
        record = log((self.positives + half) / (self.examples - self.positives + half))
        since_h = (self.last_ms - self.bad_ms) / HOUR_MS
        return (
            self.short / EMERGENCY,
            self.middle / EMERGENCY,
            self.long / EMERGENCY,
            self.share,
            self.peak / EMERGENCY,
            exp(-since_h / RECENT_H) if self.bad_ms else 0.0,
            0.0 if self.bad_ms else 1.0,
            record if -_CLIP <= record <= _CLIP else min(_CLIP, max(-_CLIP, record)),
        )
