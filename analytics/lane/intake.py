"""One moment's samples into the lane's state: what counts, what is only history, what is bad.

A reading of poor quality, still calibrating or without a known time is for charts only. A
questionable one feeds nothing, yet is never silent if it is bad; what evidence explains is told to
whoever owns the equipment. A good one older than the newest of its metric is history: it never
changes the current value.
"""

from collections.abc import Sequence

from analytics.domain.vitals import Metric, Quality
from analytics.lane.by_metric import END, LEAST_WINDOW, LOOKED_AT_VALUES, RANGES, TREATMENT
from analytics.lane.device_agreement import outdone
from analytics.lane.low_soon import foresee
from analytics.lane.reading_context import Sight
from analytics.lane.set_aside import ask_about, mistaken, recovered
from analytics.lane.state import Track
from analytics.lane.trends import half_hour_over, saturated
from analytics.lane.weights import foreign, remember, weigh
from analytics.readings import Measurement
from analytics.risk.baseline import SPACING_MS
from analytics.risk.features import BUCKET_MS
from analytics.rules.hysteresis import calls
from analytics.rules.implausible import (
    LOOKED_AT,
    ODD,
    Explanation,
    explained,
    may_be_arrest,
    plausible_code,
    suspect,
)
from analytics.rules.limits import (
    CRITICAL_NAMES,
    NONE,
    battery,
    beyond,
    critical,
    critical_limit,
    give_way,
    judge,
    limit_of,
)

_BATTERY = int(Metric.BATTERY)
_WEIGHT = int(Metric.WEIGHT)
_QUESTIONABLE = int(Quality.QUESTIONABLE)
_POOR = int(Quality.POOR)
_CHART_ONLY = frozenset(map(int, (Quality.POOR, Quality.CALIBRATING, Quality.UNSYNCHRONISED)))
_GLUCOSE = int(Metric.GLUCOSE)
_O2 = int(Metric.O2)
_SPO2 = int(Metric.SPO2)
_NO_READING = frozenset({int(Metric.BATTERY), int(Metric.STEPS)})


def take(sight: Sight, samples: Sequence[Measurement]) -> int:
    """Take one moment's samples; return the mask (by code) of metrics with a new current value."""
    fresh = 0
    for sample in samples:
        code, value, quality = sample.metric, sample.value, sample.quality
        if quality in _CHART_ONLY or not 0 < code < END:
            sight.scene.bad += quality == _POOR and code not in _NO_READING
            continue
        least, most, low, high = RANGES[code]
        if not least <= value <= most:
            continue
        if not low <= value <= high:
            sight.scene.bad += 1
            _implausible(sight, code, value)
        elif quality == _QUESTIONABLE:
            sight.scene.bad += 1
            ask_about(sight, code, value, repeats=True, lost=False)
        elif code == _BATTERY:
            battery(sight.scene, sight.device, value)
        elif (code in LOOKED_AT or value in LOOKED_AT_VALUES) and _doubted(sight, code, value):
            sight.scene.bad += 1
            sight.scene.doubted.append(sample)
        else:
            fresh |= _good(sight, code, value)
    return fresh


def _implausible(sight: Sight, code: int, value: float) -> None:
    """A value that can hardly be: explained by evidence, or a question."""
    told = sight.unit_told(code)
    verdict = explained(code, value, sight.known(code), sight.scene.policy, told=told)
    if verdict is None and code == _WEIGHT:
        verdict = foreign(sight, value)
    if verdict is not None:
        mistaken(sight, code, value, verdict)
        return
    arrest = may_be_arrest(code, value)
    asked = ask_about(sight, code, value, repeats=not arrest, lost=arrest)
    if not asked and code != _WEIGHT:  # no limit says that it is bad; yet it is no reading
        mistaken(sight, code, value, Explanation(ODD, "hardly to be believed"))


def _doubted(sight: Sight, code: int, value: float) -> bool:
    """Whether a plausible value is one that evidence speaks against; it is told then."""
    if not sight.newest(code):
        return False
    verdict = _against(sight, code, value)
    if verdict is None:
        return False
    mistaken(sight, code, value, verdict)
    return True


def _against(sight: Sight, code: int, value: float) -> Explanation | None:
    if code == _WEIGHT:
        return foreign(sight, value)
    known, policy = sight.known(code), sight.scene.policy
    if not suspect(code, value, known, sight.scene.time_ms, policy):
        return None
    return plausible_code(code, value) or explained(
        code, value, known, policy, told=sight.unit_told(code)
    )


def _good(sight: Sight, code: int, value: float) -> int:
    state, scene = sight.state, sight.scene
    now = scene.time_ms
    track = state.tracks[code]
    if track is None:
        track = state.tracks[code] = Track(now, value, sight.staff)
        before = None
    elif now < track.t_ms:
        _history(sight, track, code, value)
        return 0
    else:
        before = track.value
    if scene.pace_ms != track.every_ms:
        scene.pace_ms = track.every_ms
    if state.unused or scene.on or code == _WEIGHT:
        _followed(sight, code, value, before)
    if sight.device and outdone(sight, track, code, value):
        return 0
    if code == _SPO2 and (
        scene.on
        or sight.plan.limits
        or state.desaturation.areas
        or value < sight.ranges.limits[_SPO2][0]
    ):
        saturated(sight, value, now - track.t_ms)
    track.follow(now)
    track.t_ms, track.value, track.staff = now, value, sight.staff
    _follow(sight, track, code, value)
    if code == _GLUCOSE:
        foresee(sight, value)
    return 1 << code


def _follow(sight: Sight, track: Track, code: int, value: float) -> None:
    """Let the newest good value count: smoothed if it streams, learnt, and judged."""
    middle = value
    streamed, windowed, rolled, drifting, floor = TREATMENT[code]
    if streamed and not sight.staff:
        middle = track.median(value, sight.scene.policy.window_ms)
        if len(track.window) >= LEAST_WINDOW:
            track.value = middle
    if rolled:
        rolling = track.rolling
        if drifting and track.t_ms // BUCKET_MS != rolling.last:
            half_hour_over(sight, code, track)
        rolling.add(value, track.t_ms)
    if floor is not None and (not sight.learn or track.t_ms - track.baseline.last_ms >= SPACING_MS):
        _learn(sight, track, floor)
    if code != _O2:
        limited = middle if windowed else value
        if not _within(sight, code, value, limited):
            _judge(sight, code, value, limited)


def _learn(sight: Sight, track: Track, floor: float) -> None:
    level_ms = sight.scene.policy.baseline_level_ms
    if sight.learn:
        track.baseline.learn(track.value, track.t_ms, floor, level_ms)
    else:
        track.baseline.rest(track.value, track.t_ms, level_ms)


def _followed(sight: Sight, code: int, value: float, before: float | None) -> None:
    """What a good reading says of those before it; the record still shows them."""
    if code == _WEIGHT:
        weigh(sight, value, known=before is not None)
    recovered(sight, code, value, before)


def _within(sight: Sight, code: int, value: float, limited: float) -> bool:
    """Whether a value is within all limits while nothing is on: most are, and ask for no more."""
    scene = sight.scene
    if scene.on or scene.late:
        return False
    low, high = sight.ranges.critical[code]
    if not low <= value <= high:
        return False
    if code in sight.plan.limits:
        return not beyond(limit_of(code, sight.plan, scene), limited)
    low, high = sight.ranges.limits[code]
    return low <= limited <= high


def _judge(sight: Sight, code: int, value: float, limited: float) -> None:
    """Judge a value by its absolute limit, and what limits look at by the patient's."""
    state, scene = sight.state, sight.scene
    called = calls(scene, CRITICAL_NAMES[code])
    bad = critical(scene, code, value)
    grave = CRITICAL_NAMES[code] in scene.on
    limit = limit_of(code, sight.plan, scene)
    if bad:  # one number makes one alert, and the absolute limit's is the graver
        give_way(scene, code)
    elif grave and not scene.late:  # it has not ended yet, and speaks for the limit until it has
        bad = beyond(limit, limited)
    elif limit is not NONE or scene.on:  # a limit taken away must end what it started
        before = _before(state.tracks[code], value) if code == _SPO2 else None
        bad = judge(scene, code, limited, limit, eased=called and not grave, before=before)
    if scene.late:
        state.doubtful = state.doubtful | 1 << code if bad else state.doubtful & ~(1 << code)


def _before(track: Track | None, value: float) -> float | None:
    """Return what a metric was within the last half-hour, or before it."""
    return None if track is None else track.rolling.before(value)


def _history(sight: Sight, track: Track, code: int, value: float) -> None:
    scene = sight.scene
    _, _, rolled, _, _ = TREATMENT[code]
    if rolled:
        track.rolling.add(value, scene.time_ms)
    if code == _O2:
        return
    if code == _WEIGHT:
        remember(sight.state, scene.time_ms, value, track.t_ms - scene.policy.known_ms)
    late = scene.late
    scene.late = late or not beyond(critical_limit(scene, code), value)
    grave = critical(scene, code, value)  # out of order, yet never silent
    scene.late = True
    if not grave:
        judge(scene, code, value, limit_of(code, sight.plan, scene))
    scene.late = late
