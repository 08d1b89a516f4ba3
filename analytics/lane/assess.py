"""From the lane's current values to one assessment: NEWS2, risk, baselines, waiting labels.

Every measurement has an age limit; one that is too old is missing, and missing is never normal.
Oxygen and consciousness may come from the staff or the record; older than some minutes they are
shown as assumed.
"""

from collections.abc import Collection, Sequence

from analytics.domain.care import Unscored
from analytics.domain.vitals import Metric
from analytics.lane import usual
from analytics.lane.assessment import Assessment, RefusedMetric
from analytics.lane.reading_context import Visit
from analytics.lane.score_calls import AT, CODES, O2_AT, called
from analytics.lane.state import LaneState
from analytics.news2.score import URGENT, News2, score
from analytics.policy import Policy
from analytics.risk import labels
from analytics.risk.features import SPEC, vector
from analytics.rules import news2_bands, patient_rules
from analytics.rules.hysteresis import Scene

_SEEN = tuple((code, AT[code]) for code, _, _, _ in SPEC)
_RECORDED = frozenset({int(Metric.ACVPU), int(Metric.O2)})
NO_MODEL = 0
"""In the place of a model's version: it was assessed by the rules alone."""


def _current(state: LaneState, policy: Policy) -> tuple[list[float | None], tuple[int, ...]]:
    """Return the NEWS2 values that are not too old, and the codes that are assumed."""
    now = state.asof_ms
    tracks = state.tracks
    ages = policy.max_age_ms
    lost = lost_codes(state)
    values: list[float | None] = []
    assumed: tuple[int, ...] = ()
    for code in CODES:
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
        [(code, value) for code, value in zip(CODES, values, strict=True) if value is not None]
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
    model = visit.population
    if model is None:
        return _by_rules(state, scene, visit, fresh, (news, values, assumed))
    seen = [None if values[at] is None else state.tracks[code] for code, at in _SEEN]
    state.trajectory.see(news.low, state.asof_ms)
    features = vector(seen, news, state.trajectory, oxygen=bool(values[O2_AT]))
    probability = model.predict(features)
    _label(state, visit, (news, features, probability), model.version)
    calls = called(state, scene, visit, fresh, (news, values))
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


def _by_rules(
    state: LaneState,
    scene: Scene,
    visit: Visit,
    fresh: int,
    scored: tuple[News2, Sequence[float | None], tuple[int, ...]],
) -> tuple[Assessment, bool]:
    """Assess by the rules alone; nothing is kept or told that only a model or a page reads."""
    news, values, assumed = scored
    calls = called(state, scene, visit, fresh, (news, values))
    usual.judge_usual(state, scene, visit.policy, fresh, news.single_3)
    state.assessed_ms = state.asof_ms
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
        values=(),
        horizon_minutes=visit.policy.horizon_minutes,
        model_version=NO_MODEL,
        plan_revision=visit.plan.revision,
        in_episode=visit.in_episode,
        baselines=(),
        adult_assumed=visit.plan.scoring.adult_assumed,
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
        model_version=NO_MODEL if visit.population is None else visit.population.version,
        plan_revision=visit.plan.revision,
        in_episode=visit.in_episode,
        baselines=usual.baselines(state, scene, visit.policy, fresh),
        refused=_refused(state, scene.policy) if state.unused else (),
        unscored=why,
        quality=usual.quality(state, scene),
    )


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
    said: tuple[News2, tuple[float, ...], float],
    version: int,
) -> None:
    """Keep what a model said until its label is known, and learn what those before came to."""
    news, features, probability = said
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
        state.pending.append(labels.Pending(now, features, probability, version, news.low))
        del state.pending[: -labels.MOST_PENDING]
        state.example_ms = now
    state.assessed_ms = now
