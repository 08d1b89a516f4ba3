"""Trends in the lane: what a reading adds to the sums of an hour, a half-hour and a day.

Most readings add nothing: above the limit, or in the half-hour that is under way. The caller asks
for that, so that a trend costs a stream a comparison a reading.
"""

from analytics.domain.vitals import Metric
from analytics.lane.reading_context import Sight
from analytics.lane.state import LaneState, Track
from analytics.risk.features import BUCKET_MS, BUCKETS
from analytics.rules.desaturation import NAME, desaturation
from analytics.rules.drift import NAMES, Drift, day_of, drift
from analytics.rules.limits import limit_of

DRIFTING = frozenset({int(Metric.HR), int(Metric.RR)})
"""Of which the lowest half-hour of a day is kept."""
_SPO2, _WEIGHT = int(Metric.SPO2), int(Metric.WEIGHT)


def saturated(sight: Sight, value: float, apart_ms: int) -> None:
    """Let depth and duration of a good SpO2 count, the newest, where it may matter.

    Args:
        sight: the moment.
        value: in percent.
        apart_ms: since the good reading before it.
    """
    state, own = sight.state, sight.plan.limits
    low = sight.ranges.limits[_SPO2][0]
    if own and _SPO2 in own:
        low = limit_of(_SPO2, sight.plan, sight.scene).low or 0.0
    if value < low or state.desaturation.areas or NAME in sight.scene.on:
        desaturation(sight.scene, state.desaturation, value, low, apart_ms)


def half_hour_over(sight: Sight, code: int, track: Track) -> None:
    """Note the half-hour that is over with its day, and judge the days once that is over, too.

    What is on is judged at every half-hour, so that it is heard of and does not end as forgotten.
    """
    least = sight.scene.policy.drift_parts
    zone = sight.plan.scoring.zone
    kept = note_half_hour(sight.state, code, track, least, zone)
    if kept is None:
        return
    if day_of(track.t_ms, zone) > kept.day:
        kept.close(least)
        drift(sight.scene, code, kept)
    elif NAMES[code] in sight.scene.on:
        drift(sight.scene, code, kept)


def note_half_hour(
    state: LaneState, code: int, track: Track, least: int, zone: str
) -> Drift | None:
    """Note the half-hour that is over with its day; return the days, None: nothing was measured."""
    rolling = track.rolling
    at = rolling.last % BUCKETS
    if not rolling.last or not rolling.counts[at]:
        return None
    kept = _of(state, code)
    day = day_of(rolling.last * BUCKET_MS, zone)
    kept.add_value(day, rolling.sums[at] / rolling.counts[at], least)
    return kept


def weighed(sight: Sight, value: float, *, anew: bool) -> None:
    """Note a good weight, the newest, with its day, and judge the days.

    Args:
        sight: the moment.
        value: in kg.
        anew: whether it is of another level, so that the days before count no more.
    """
    if anew:
        sight.state.drifts.pop(_WEIGHT, None)
    kept = _of(sight.state, _WEIGHT)
    kept.add_value(day_of(sight.scene.time_ms, sight.plan.scoring.zone), value, 1)
    drift(sight.scene, _WEIGHT, kept)


def _of(state: LaneState, code: int) -> Drift:
    drifts = state.drifts
    kept = drifts.get(code)
    if kept is None:
        kept = drifts[code] = Drift()
    return kept
