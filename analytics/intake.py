"""One moment's samples into the lane's state: what counts, what is only history, what is bad.

A reading of poor quality, still calibrating or without a known time is for charts only. A
questionable one feeds nothing, yet is never silent if it is bad. A good one older than
the newest of its metric is history: it never changes the current value.
"""

from collections.abc import Sequence

from analytics.baseline import FLOORS
from analytics.conditions import Scene
from analytics.domain.care import CarePlan
from analytics.domain.vitals import FACTS, Metric, Quality
from analytics.features import SPEC
from analytics.lane_state import LaneState, Track
from analytics.limits import NONE, battery, beyond, critical, doubt, judge, keep_on, limit_of
from analytics.news2 import PARAMETERS, score
from analytics.readings import Sample

_END = max(Metric) + 1
_BATTERY = int(Metric.BATTERY)
_QUESTIONABLE = int(Quality.QUESTIONABLE)
_CHART_ONLY = frozenset({Quality.POOR, Quality.CALIBRATING, Quality.UNSYNCHRONISED})
_O2 = int(Metric.O2)
_WINDOWED = frozenset({Metric.HR, Metric.RR})
_ROLLED = frozenset(code for code, _, _, _ in SPEC)
_RANGES: list[tuple[float, float, float, float]] = [(1.0, 0.0, 1.0, 0.0)] * _END
for _metric, _facts in FACTS.items():
    _RANGES[_metric] = (*_facts.reject, *_facts.plausible)
_RANGES[Metric.STEPS] = (1.0, 0.0, 1.0, 0.0)
"""Reject and plausible ranges by metric code; nothing fits an unknown one, nor steps."""


def take(
    state: LaneState,
    scene: Scene,
    plan: CarePlan,
    samples: Sequence[Sample],
    *,
    staff: bool,
    learn: bool,
) -> int:
    """Take one moment's samples; return the mask (by code) of metrics with a new current value.

    Args:
        state: the lane's, changed in place.
        scene: the moment; its time is the samples' event time.
        plan: the patient's limits.
        samples: all of that event time.
        staff: whether a person entered them.
        learn: whether baselines may learn.
    """
    fresh = 0
    for sample in samples:
        code, value, quality = sample.metric, sample.value, sample.quality
        if quality in _CHART_ONLY or not 0 < code < _END:
            continue
        least, most, low, high = _RANGES[code]
        if not least <= value <= most:
            continue
        if quality == _QUESTIONABLE or not low <= value <= high:
            _questionable(state, scene, plan, code, value)
        elif code == _BATTERY:
            battery(scene, value)
        else:
            fresh |= _good(state, scene, plan, code, value, staff=staff, learn=learn)
    return fresh


def _questionable(state: LaneState, scene: Scene, plan: CarePlan, code: int, value: float) -> None:
    """Judge a value that feeds nothing; from back-fill, a bad one waits to be confirmed."""
    scores_3 = code in PARAMETERS and _scores_3(state, scene, plan, code, value)
    bad = doubt(scene, code, value, limit_of(code, plan, scene), scores_3=scores_3)
    track = state.tracks[code]
    newest = track is None or scene.time_ms >= track.t_ms
    if bad and scene.late and newest:
        state.doubtful |= 1 << code


def _scores_3(state: LaneState, scene: Scene, plan: CarePlan, code: int, value: float) -> bool:
    """Whether NEWS2 would certainly give the value 3, by what is known of the oxygen."""
    oxygen = state.tracks[_O2]
    values = [value if code == metric else None for metric in PARAMETERS]
    if oxygen is not None and scene.time_ms - oxygen.t_ms <= scene.policy.max_age_ms[_O2]:
        values[-1] = oxygen.value
    return code in score(values, plan.spo2_scale).single_3


def _good(
    state: LaneState,
    scene: Scene,
    plan: CarePlan,
    code: int,
    value: float,
    *,
    staff: bool,
    learn: bool,
) -> int:
    now = scene.time_ms
    track = state.tracks[code]
    if track is None:
        track = state.tracks[code] = Track(now, value, staff)
    elif now < track.t_ms:
        _history(scene, plan, track, code, value)
        return 0
    else:
        track.t_ms, track.value, track.staff = now, value, staff
    if code in _ROLLED:
        track.rolling.add(value, now)
    if learn and code in FLOORS:
        track.baseline.learn(value, now, FLOORS[code], scene.policy.baseline_level_ms)
    if code != _O2:
        _judge(state, scene, plan, track, code)
    return 1 << code


def _judge(state: LaneState, scene: Scene, plan: CarePlan, track: Track, code: int) -> None:
    value = track.value
    bad = critical(scene, code, value)
    limit = limit_of(code, plan, scene)
    if code in _WINDOWED:
        value = track.median(scene.policy.window_ms)
    if bad:  # one number makes one alert, and the absolute limit's is the graver
        keep_on(scene, code)
    elif limit is not NONE or scene.on:  # a limit taken away must end what it started
        bad = judge(scene, code, value, limit) or bad
    if scene.late:
        state.doubtful = state.doubtful | 1 << code if bad else state.doubtful & ~(1 << code)


def _history(scene: Scene, plan: CarePlan, track: Track, code: int, value: float) -> None:
    if code in _ROLLED:
        track.rolling.add(value, scene.time_ms)
    if code == _O2:
        return
    late = scene.late
    scene.late = late or not beyond(scene.policy.critical.get(code, NONE), value)
    grave = critical(scene, code, value)  # out of order, yet never silent
    scene.late = True
    if not grave:
        judge(scene, code, value, limit_of(code, plan, scene))
    scene.late = late
