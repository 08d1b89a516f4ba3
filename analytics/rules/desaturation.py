"""Depth times duration of SpO2: many short dips, none of which lasts, are one long lack of oxygen.

What is counted is the area below the patient's limit, in percent times minutes, of the last hour.
The idea is Nellcor's SatSeconds, which weighs depth against duration before it alarms; the window
of an hour and the area are proposed. A stretch of which the limit itself has told counts no more:
one number makes one alert. Sums are kept in buckets of five minutes and added to, never summed
anew, so that a stream pays for a dip alone.
"""

from msgspec import Struct, field

from analytics.domain.alerts import Priority
from analytics.domain.vitals import Metric
from analytics.rules.hysteresis import Alarm, Scene, clear_condition, raise_condition, supersede
from analytics.rules.limits import speaks

NAME = "trend_spo2"
RULE = "desaturation/1"
BUCKET_MS = 5 * 60_000
BUCKETS = 12
HOLD_MS = 60_000
"""A reading stands for the time since the one before it, but for no more than this (proposed)."""
MINUTE_MS = 60_000
CLEAR_SHARE = 0.5
"""It ends once the area is down to half of what raises it (proposed)."""
_SPO2 = int(Metric.SPO2)


class Desaturation(Struct, array_like=True, gc=False):
    """What lay below the limit within the last hour, in buckets of event time.

    Attributes:
        last: number of the newest bucket (event time // bucket length).
        areas: percent times milliseconds of each bucket, by its number modulo the ring; empty:
            nothing lay below.
        spans: milliseconds below of each.
        area: the sum of the areas.
        span_ms: the sum of the spans.
    """

    last: int = 0
    areas: list[float] = field(default_factory=list)
    spans: list[int] = field(default_factory=list)
    area: float = 0.0
    span_ms: int = 0

    def add_reading(self, depth: float, t_ms: int, apart_ms: int) -> None:
        """Add one reading; what is older than an hour is forgotten.

        Args:
            depth: by how much it lies below the limit; 0 or less: it does not.
            t_ms: its event time, not before the one noted last.
            apart_ms: since the reading before it.
        """
        bucket = t_ms // BUCKET_MS
        if self.areas and bucket != self.last:
            self._advance(bucket)
        self.last = bucket
        if depth <= 0:
            return
        if not self.areas:
            self.areas, self.spans = [0.0] * BUCKETS, [0] * BUCKETS
        span = min(apart_ms, HOLD_MS)
        self.areas[bucket % BUCKETS] += depth * span
        self.spans[bucket % BUCKETS] += span
        self.area += depth * span
        self.span_ms += span

    def _advance(self, bucket: int) -> None:
        if bucket - self.last >= BUCKETS:
            self.forget()
            return
        for number in range(self.last + 1, bucket + 1):
            at = number % BUCKETS
            self.areas[at], self.spans[at] = 0.0, 0
        self.span_ms = sum(self.spans)
        self.area = sum(self.areas)
        if not self.span_ms:
            self.forget()

    def forget(self) -> None:
        """Count from nothing again."""
        self.areas, self.spans = [], []
        self.area, self.span_ms = 0.0, 0


def desaturation(scene: Scene, kept: Desaturation, value: float, low: float, apart_ms: int) -> None:
    """Judge a good SpO2 that is the newest by what lay below the limit in the last hour.

    Args:
        scene: the moment.
        kept: of the lane, changed in place.
        value: in percent.
        low: the limit in force.
        apart_ms: since the good reading before it.
    """
    if scene.late:
        return
    by = speaks(scene, _SPO2) if scene.on else None
    if by is not None:
        kept.forget()
        supersede(scene, NAME, by)
        return
    kept.add_reading(low - value, scene.time_ms, apart_ms)
    area = kept.area / MINUTE_MS
    most = scene.policy.spo2_area
    if area >= most:
        raise_condition(scene, _alarm(kept, area, most, low))
    elif scene.on:
        clear_condition(scene, NAME, clear=area <= CLEAR_SHARE * most, value=round(area, 1))


def _alarm(kept: Desaturation, area: float, most: float, low: float) -> Alarm:
    mean = area * MINUTE_MS / kept.span_ms
    return Alarm(
        name=NAME,
        priority=Priority.MEDIUM,
        depth=int(area // most),
        value=round(area, 1),
        message=f"SpO2 below {low:g} for {max(1, round(kept.span_ms / MINUTE_MS))} min of the "
        f"last hour, in dips, {mean:.0f} points deep on average",
        rule=RULE,
        detail={"metric": "spo2", "limit": low, "area": round(area, 1), "most": most},
    )
