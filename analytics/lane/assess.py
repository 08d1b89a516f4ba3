"""From the lane's current values to one assessment: NEWS2, risk, baselines, waiting labels.

Every measurement has an age limit; one that is too old is missing, and missing is never normal.
Oxygen and consciousness may come from the staff or the record; older than some minutes they are
shown as assumed.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct

from analytics.domain.care import CarePlan, Unscored
from analytics.domain.vitals import Metric
from analytics.lane import usual
from analytics.lane.assessment import Assessment, RefusedMetric
from analytics.lane.state import LaneState
from analytics.news2.score import PARAMETERS, URGENT, News2, score
from analytics.policy import Policy
from analytics.readings import Reading
from analytics.risk import labels
from analytics.risk.features import SPEC, vector
from analytics.risk.model import Example, PopulationModel
from analytics.rules import news2_bands, patient_rules
from analytics.rules.hysteresis import Scene
from analytics.rules.limits import limit_of, told, waits_s

_CODES = tuple(int(metric) for metric in PARAMETERS)
_AT = {code: at for at, code in enumerate(_CODES)}
_SEEN = tuple((code, _AT[code]) for code, _, _, _ in SPEC)
_RECORDED = frozenset({int(Metric.ACVPU), int(Metric.O2)})
_SPO2, _O2 = int(Metric.SPO2), int(Metric.O2)
_O2_AT = _AT[_O2]
_O2_POINTS = 2
_NO_OTHERS = (None,) * (len(PARAMETERS) - 2)


class Visit(Struct):
    """What one fold was given, and what it has found so far."""

    reading: Reading
    plan: CarePlan
    population: PopulationModel
    in_episode: bool
    policy: Policy
    examples: list[Example]


def _current(state: LaneState, policy: Policy) -> tuple[list[float | None], tuple[int, ...]]:
    """Return the NEWS2 values that are not too old, and the codes that are assumed."""
    now = state.asof_ms
    tracks = state.tracks
    ages = policy.max_age_ms
    lost = lost_codes(state)
    values: list[float | None] = []
    assumed: tuple[int, ...] = ()
    for code in _CODES:
        track = tracks[code]
        if track is None or code in lost:
            values.append(None)
            continue
        age_ms = now - track.t_ms
        if age_ms and age_ms > ages[code]:
            values.append(None)
            continue
        values.append(track.value)
        if code in _RECORDED and (track.staff or age_ms > policy.fresh_ms):
            assumed += (code,)
    return values, assumed


def _used(values: Sequence[float | None]) -> tuple[tuple[int, float], ...]:
    """Return the values that are known, each with its code."""
    return tuple(
        [(code, value) for code, value in zip(_CODES, values, strict=True) if value is not None]
    )


def lost_codes(state: LaneState) -> Collection[int]:
    """The metrics after whose newest good reading came what was no measurement."""
    if not state.unused:
        return ()
    return [code for code, unused in state.unused.items() if unused.lost]


def assess(state: LaneState, scene: Scene, visit: Visit, fresh: int) -> tuple[Assessment, bool]:
    """Assess the patient now; return the assessment and whether NEWS2 calls anyone.

    Args:
        state: the lane's, changed in place (waiting labels).
        scene: the moment, at the newest event time.
        visit: the fold's inputs.
        fresh: mask (by code) of metrics with a new current value.
    """
    values, assumed = _current(state, visit.policy)
    unscored = visit.plan.scoring.unscored_at(state.asof_ms)
    if unscored is not None:
        return _unscored(state, scene, visit, fresh, unscored), False
    news = score(values, visit.plan.spo2_scale)
    seen = [None if values[at] is None else state.tracks[code] for code, at in _SEEN]
    state.trajectory.see(news.low, state.asof_ms)
    features = vector(seen, news, state.trajectory, oxygen=bool(values[_O2_AT]))
    probability = visit.population.predict(features)
    _label(state, visit, news, features, probability)
    heard = _heard(visit, news, values, fresh)
    scene.pace_ms = _pace(state, fresh)
    calls = news2_bands.news2(scene, news, _alone(scene, visit, news, values), heard)
    model = visit.population
    drivers = model.explain(features)
    patient_rules.risk(scene, probability, news.low, model, drivers)
    usuals = usual.baselines(state, scene, visit.policy, fresh, news.single_3)
    made = Assessment(
        time_ms=state.asof_ms,
        received_ms=visit.reading.received_ms,
        frame_id=visit.reading.frame_id,
        late=scene.late,
        clock_uncertain=visit.reading.clock_uncertain,
        score=news.score,
        low=news.low,
        high=news.high,
        band=news.band,
        single_3=news.single_3,
        missing=news.missing,
        assumed=assumed,
        settles=news.settles,
        values=_used(values),
        risk=probability,
        risk_proven=model.proven,
        horizon_minutes=visit.policy.horizon_minutes,
        model_version=model.version,
        plan_revision=visit.plan.revision,
        in_episode=visit.in_episode,
        drivers=drivers,
        baselines=usuals,
        refused=_refused(state, scene.policy) if state.unused else (),
        adult_assumed=visit.plan.scoring.adult_assumed,
        quality=usual.quality(state, scene),
    )
    return made, calls


def _unscored(
    state: LaneState, scene: Scene, visit: Visit, fresh: int, why: Unscored
) -> Assessment:
    """Return what is said of somebody to whom NEWS2 does not apply: the reason, no score.

    Nor does the model, which has learnt from scores, and learns nothing from them.
    """
    news2_bands.unscored(scene, why)
    state.pending, state.assessed_ms = [], state.asof_ms
    values, _ = _current(state, visit.policy)
    return Assessment(
        time_ms=state.asof_ms,
        received_ms=visit.reading.received_ms,
        frame_id=visit.reading.frame_id,
        late=scene.late,
        clock_uncertain=visit.reading.clock_uncertain,
        values=_used(values),
        horizon_minutes=visit.policy.horizon_minutes,
        model_version=visit.population.version,
        plan_revision=visit.plan.revision,
        in_episode=visit.in_episode,
        baselines=usual.baselines(state, scene, visit.policy, fresh),
        refused=_refused(state, scene.policy) if state.unused else (),
        unscored=why,
        quality=usual.quality(state, scene),
    )


def _alone(
    scene: Scene, visit: Visit, news: News2, values: Sequence[float | None]
) -> news2_bands.Alone:
    """Return the single parameters that no limit speaks for, with the delay of their numbers."""
    if not news.single_3:
        return news2_bands.NONE_ALONE
    codes: tuple[int, ...] = ()
    waits: list[float] = []
    for code in news.single_3:
        limit, value = limit_of(code, visit.plan, scene), values[_AT[code]]
        if value is not None and not told(scene, code, value, limit):
            codes += (code,)
            waits.append(waits_s(code, value, limit, scene.policy))
    soonest = min(waits, default=0.0)
    return news2_bands.Alone(codes, max(scene.policy.single_3_s, soonest))


def _heard(visit: Visit, news: News2, values: Sequence[float | None], fresh: int) -> int:
    """Return what was measured just now without an SpO2 that has no points but its oxygen's."""
    if news.low < URGENT or not fresh >> _SPO2 & 1:
        return fresh
    spo2, oxygen = values[_AT[_SPO2]], values[_O2_AT]
    pair = score((*_NO_OTHERS, spo2, oxygen), visit.plan.spo2_scale)
    return fresh if pair.low > (_O2_POINTS if oxygen else 0) else fresh & ~(1 << _SPO2)


def _pace(state: LaneState, fresh: int) -> int:
    """Return what usually lies between two readings of what was measured just now."""
    least, tracks = None, state.tracks
    for code in _CODES:
        if not fresh >> code & 1:
            continue
        track = tracks[code]
        if track is not None and (least is None or track.every_ms < least):
            least = track.every_ms
    return least or 0


def _refused(state: LaneState, policy: Policy) -> tuple[RefusedMetric, ...]:
    """What is set aside, for people to see, until it is as old as what it would be held against."""
    oldest = state.asof_ms - policy.known_ms
    return tuple(
        RefusedMetric(code, one.count, one.since_ms, one.reason, one.value, one.hint, one.device)
        for code, one in sorted(state.unused.items())
        if one.lost and one.t_ms >= oldest
    )


def _label(
    state: LaneState,
    visit: Visit,
    news: News2,
    features: tuple[float, ...],
    probability: float,
) -> None:
    now = state.asof_ms
    policy = visit.policy
    bad = news.low >= URGENT
    if state.pending and (bad or labels.any_over(state.pending, now, policy)):
        state.pending, ready = labels.mature(
            state.pending, now, state.assessed_ms, policy, deteriorated=bad
        )
        visit.examples += ready
        for one in ready:
            state.trajectory.learn(deteriorated=one.deteriorated)
    if labels.due(news, now, state.example_ms, policy):
        version = visit.population.version
        state.pending.append(labels.Pending(now, features, probability, version, news.low))
        del state.pending[: -labels.MOST_PENDING]
        state.example_ms = now
    state.assessed_ms = now
