"""What is usual for the person, judged at a moment, and how good what comes is."""

from analytics.lane.assessment import AssessmentQuality, Usual
from analytics.lane.state import LaneState
from analytics.policy import Policy
from analytics.risk.baseline import FLOORS, WEEK_MS
from analytics.rules import news2_bands, patient_rules
from analytics.rules.hysteresis import Scene, calls, supersede
from analytics.rules.limits import speaks

_FLOORS = tuple(FLOORS.items())
_ALL_GOOD = AssessmentQuality(1.0)


def _spoken_for(scene: Scene, code: int, single_3: tuple[int, ...]) -> bool:
    """Whether a limit or a single 3 calls for the number: what is usual says no more of it."""
    by = speaks(scene, code) if scene.on else None
    if by is None and code in single_3 and calls(scene, news2_bands.SINGLE_NAME):
        by = news2_bands.SINGLE_NAME
    if by is None:
        return False
    supersede(scene, patient_rules.BASELINE_NAMES[code], by)
    return True


def baselines(
    state: LaneState, scene: Scene, policy: Policy, fresh: int, single_3: tuple[int, ...] = ()
) -> tuple[Usual, ...]:
    """Return what is usual of each metric, judging what was measured just now by it.

    Args:
        state: the lane's.
        scene: the moment.
        policy: in force.
        fresh: mask (by code) of metrics with a new current value.
        single_3: codes that certainly score 3.
    """
    found: list[Usual] = []
    ages, other = policy.max_age_ms, policy.other_age_ms
    now, tracks = state.asof_ms, state.tracks
    for code, floor in _FLOORS:
        track = tracks[code]
        if track is None:
            continue
        age_ms = now - track.t_ms
        if age_ms and age_ms > ages.get(code, other):
            continue
        own = track.baseline
        if not own.ready:
            found.append(Usual(code, own.readings))
            continue
        centre, deviation, by_hour = own.compare(track.value, track.t_ms, floor)
        told = round(centre, 3), round(deviation, 3), by_hour
        recent = own.moved_ms and now - own.moved_ms < WEEK_MS
        before, since = (own.moved_from, own.moved_ms) if recent else (None, 0)
        unit = round(own.unit(floor), 3)
        found.append(Usual(code, own.readings, *told, before, since, unit))
        if fresh >> code & 1 and not _spoken_for(scene, code, single_3):
            patient_rules.baseline(scene, code, centre, deviation)
    return tuple(found)


def judge_usual(
    state: LaneState, scene: Scene, policy: Policy, fresh: int, single_3: tuple[int, ...]
) -> None:
    """Judge what was measured just now by what is usual, as :func:`baselines` does; say no more."""
    ages, other = policy.max_age_ms, policy.other_age_ms
    now, tracks = state.asof_ms, state.tracks
    for code, floor in _FLOORS:
        track = tracks[code]
        if track is None or not fresh >> code & 1 or not track.baseline.ready:
            continue
        age_ms = now - track.t_ms
        if age_ms and age_ms > ages.get(code, other):
            continue
        centre, deviation, _ = track.baseline.compare(track.value, track.t_ms, floor)
        if not _spoken_for(scene, code, single_3):
            patient_rules.baseline(scene, code, centre, deviation)


def quality(state: LaneState, scene: Scene) -> AssessmentQuality:
    """Return how good what comes is, and what is told of the equipment."""
    shares = state.shares
    if not scene.on and not shares.bad and shares.good:
        return _ALL_GOOD
    doubts = tuple(sorted(name for name in scene.on if "/" in name)) if scene.on else ()
    share = shares.share
    return AssessmentQuality(None if share is None else round(share, 3), doubts)
