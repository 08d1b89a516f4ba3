"""Moments of which nothing can come, folded without an assessment; for replays that want alerts.

Most moments of a stream are well within every limit, while nothing is on. The fold finds nothing in
them; what they do to the state is to be the newest, to move windows, and to be learnt as usual.
Here that alone is done, after it is certain: whatever is not certain is left to the fold, which
comes to the same whether or not what is usual was learnt a moment before (a reading is learnt
once). What only the risk model and the display read is left out: a replay's model calls nobody.

A moment may be passed under several policies at once, as long as they smooth, age and learn alike:
then it is quiet only if it is quiet under each. One that is not may still be folded once for all,
where policies differ in limits alone and it lies within all of those. A test holds all of it
against the fold.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from analytics.domain.acceptance import narrow
from analytics.domain.error_codes import PLAUSIBLE_CODES
from analytics.domain.vitals import Metric
from analytics.lane.by_metric import LEAST_WINDOW
from analytics.lane.device_agreement import RUN_GAP_MS
from analytics.lane.interchangeable import ROLLED
from analytics.lane.quiet_bounds import NAMES, Bounds, Judged, bounds_of, differing
from analytics.lane.state import WINDOW_SPACING_MS, LaneState, Track
from analytics.lane.stretch import MOST_WINDOW, PASSED
from analytics.lane.trends import DRIFTING, note_half_hour
from analytics.news2.score import PARAMETERS, URGENT, score
from analytics.risk.baseline import FLOORS, SPACING_MS
from analytics.risk.features import BUCKET_MS
from analytics.rules.desaturation import MINUTE_MS
from analytics.rules.drift import day_of

_HR, _RR, _SPO2 = int(Metric.HR), int(Metric.RR), int(Metric.SPO2)
_SBP, _DBP = int(Metric.SBP), int(Metric.DBP)
_WINDOWED = frozenset({_HR, _RR})
_STREAMED = frozenset({_HR, _RR, _SPO2, int(Metric.TEMP)})
_ERRORS = frozenset(value for codes in PLAUSIBLE_CODES.values() for value in codes)
_AT = {int(metric): at for at, metric in enumerate(PARAMETERS)}
_DOWN_ONLY = frozenset({_SPO2})


class _Passing(NamedTuple):
    """What one value will make of its track."""

    track: Track
    code: int
    value: float
    counts: float
    times: list[int]
    values: list[float]


class QuietMoments:
    """What must hold for a moment to be passed, under all that it is judged by."""

    __slots__ = ("_ages", "_area", "_bounds", "_differ", "_incomplete", "_judged", "_level_ms",
                 "_parts", "_scale", "_stuck_ms", "_units", "_window_ms", "_zone")  # fmt: skip

    def __init__(self, judged: Sequence[Judged]) -> None:
        """Take the policies and care plans; of policies that are ``alike``."""
        policies = [policy for policy, _ in judged]
        first = policies[0]
        self._judged = judged
        self._ages: Mapping[int, int] = first.max_age_ms
        self._window_ms, self._level_ms = first.window_ms, first.baseline_level_ms
        self._stuck_ms = min(one.stuck_ms for one in policies)
        self._units = min(one.baseline_units for one in policies)
        self._incomplete = min(one.incomplete_low for one in policies)
        self._area = min(one.spo2_area for one in policies) * MINUTE_MS
        self._parts = first.drift_parts
        self._scale = judged[0][1].spo2_scale
        self._zone = judged[0][1].scoring.zone
        self._bounds = {code: bounds_of(code, judged) for code in PASSED}
        self._differ = differing(judged)

    def passes(
        self,
        state: LaneState,
        t_ms: int,
        measured: Sequence[tuple[int, float]],
        device: str,
        *,
        learn: bool,
    ) -> int | None:
        """Take a moment if nothing can come of it; return NEWS2's lower bound, None if it may.

        Args:
            state: the lane's, changed in place.
            t_ms: event time, at which it was also received.
            measured: (metric, value) pairs.
            device: who measured.
            learn: whether baselines learn.
        """
        if state.on or state.unused or state.doubtful or state.unconfirmed:
            return None
        if state.desaturation.area >= self._area:
            return None
        passing = [self._passing(state, t_ms, code, value, device) for code, value in measured]
        if None in passing or len(passing) != len({code for code, _ in measured}):
            return None
        fine = [one for one in passing if one is not None]
        low = self._low(state, t_ms, fine)
        if low is None or not self._trusted(measured) or not self._usual(t_ms, fine, learn=learn):
            return None
        for one in fine:
            self._pass(state, one, t_ms, device)
        state.asof_ms = state.assessed_ms = t_ms
        return low

    def same(self, state: LaneState, t_ms: int, measured: Sequence[tuple[int, float]]) -> bool:
        """Return whether one fold of a moment stands for all that it is judged by.

        It does where nothing but limits differs, and whatever they are of lies within all of them
        while no condition is on about it.
        """
        differ = self._differ
        if differ is None or self._judged[0][1].scoring.unscored_at(t_ms) is not None:
            return False
        if any(names[code] in state.on for code in differ for names in NAMES):
            return False
        return all(self._within(state, code, measured) for code in differ)

    def _within(self, state: LaneState, code: int, measured: Sequence[tuple[int, float]]) -> bool:
        bounds, track = self._bounds.get(code), state.tracks[code]
        values = [value for metric, value in measured if metric == code]
        if bounds is None:
            return not values
        values += [] if track is None else [track.value, *track.window]
        low, high = max(bounds.low, bounds.least), min(bounds.high, bounds.most)
        return all(low <= value <= high and value not in _ERRORS for value in values)

    def _passing(
        self, state: LaneState, t_ms: int, code: int, value: float, device: str
    ) -> _Passing | None:
        """Return what a value will make of its track; None if it may be notable by itself."""
        track = state.tracks[code] if 0 < code < len(state.tracks) else None
        bounds = self._bounds.get(code)
        if track is None or bounds is None or t_ms <= track.t_ms or value in _ERRORS:
            return None
        source = track.sources.get(device)
        if source is None or len(track.sources) > 1 or not bounds.low <= value <= bounds.high:
            return None
        if (
            value == source.value
            and t_ms - source.t_ms <= RUN_GAP_MS
            and t_ms - source.since_ms >= self._stuck_ms
        ):
            return None
        if code in DRIFTING and _day_over(track, t_ms, self._zone):
            return None
        return self._smoothed(track, t_ms, code, value, bounds)

    def _smoothed(
        self, track: Track, t_ms: int, code: int, value: float, bounds: Bounds
    ) -> _Passing | None:
        times, values = track.window_ms, track.window
        middle = counts = value
        if code in _STREAMED:
            if len(times) > MOST_WINDOW or (times and t_ms - times[-1] < WINDOW_SPACING_MS):
                return None
            oldest = t_ms - self._window_ms
            drop = 0
            for at in times:
                if at >= oldest:
                    break
                drop += 1
            times, values = [*times[drop:], t_ms], [*values[drop:], value]
            middle = _median(values)
            if len(values) >= LEAST_WINDOW:
                counts = middle
        limited = middle if code in _WINDOWED else value
        if not bounds.least <= limited <= bounds.most:
            return None
        return _Passing(track, code, value, counts, times, values)

    def _trusted(self, measured: Sequence[tuple[int, float]]) -> bool:
        known = dict(measured)
        return _SBP not in known or _DBP not in known or not narrow(known[_SBP], known[_DBP])

    def _low(self, state: LaneState, t_ms: int, passing: Sequence[_Passing]) -> int | None:
        """Return NEWS2's lower bound with the new values, None if the score is notable."""
        scoring = self._judged[0][1].scoring
        if scoring.unscored_at(t_ms) is not None:
            return None
        values: list[float | None] = []
        for code in PARAMETERS:
            track = state.tracks[code]
            held = track is not None and t_ms - track.t_ms <= self._ages[code]
            values.append(track.value if track is not None and held else None)
        scored = False
        for one in passing:
            at = _AT.get(one.code)
            if at is not None:
                values[at], scored = one.counts, True
        if not scored:
            return None
        news = score(values, self._scale)
        asks = news.settles is not None and news.low >= self._incomplete
        return None if asks or news.low >= URGENT or news.single_3 else news.low

    def _usual(self, t_ms: int, passing: Sequence[_Passing], *, learn: bool) -> bool:
        """Learn what is due, and return whether nothing is far from what is usual."""
        for one in passing:
            own, floor = one.track.baseline, FLOORS.get(one.code)
            if floor is None:
                continue
            if not learn:
                own.rest(one.counts, t_ms, self._level_ms)
            elif t_ms - own.last_ms >= SPACING_MS:
                own.learn(one.counts, t_ms, floor, self._level_ms)
            if own.ready:
                _, away, _ = own.compare(one.counts, t_ms, floor)
                if (-away if one.code in _DOWN_ONLY else abs(away)) >= self._units:
                    return False
        return True

    def _pass(self, state: LaneState, one: _Passing, t_ms: int, device: str) -> None:
        """Let a value be the newest of its metric."""
        track, code, value = one.track, one.code, one.value
        source = track.sources[device]
        if value == source.value and t_ms - source.t_ms <= RUN_GAP_MS:
            source.t_ms = t_ms
            source.count += 1
        else:
            source.t_ms, source.value, source.since_ms, source.count = t_ms, value, t_ms, 1
        if code == _SPO2 and state.desaturation.areas:
            state.desaturation.add_reading(0.0, t_ms, 0)
        track.follow(t_ms)
        track.t_ms, track.value, track.staff = t_ms, one.counts, False
        track.window_ms, track.window = one.times, one.values
        if code in ROLLED:
            if code in DRIFTING and t_ms // BUCKET_MS != track.rolling.last:
                note_half_hour(state, code, track, self._parts, self._zone)
            track.rolling.add(value, t_ms)


def _day_over(track: Track, t_ms: int, zone: str) -> bool:
    """Whether a half-hour of another day is over: the days are judged then."""
    last = track.rolling.last * BUCKET_MS
    return t_ms // BUCKET_MS != track.rolling.last and day_of(t_ms, zone) > day_of(last, zone)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
