"""Whether a score calls: by what was measured just now, and by single parameters alone."""

from collections.abc import Sequence

from analytics.domain.vitals import Metric
from analytics.lane.reading_context import Visit
from analytics.lane.state import LaneState
from analytics.news2.score import PARAMETERS, URGENT, News2, score
from analytics.rules import news2_bands
from analytics.rules.hysteresis import Scene
from analytics.rules.limits import limit_of, told, waits_s

CODES = tuple(int(metric) for metric in PARAMETERS)
AT = {code: at for at, code in enumerate(CODES)}
O2_AT = AT[int(Metric.O2)]
_SPO2 = int(Metric.SPO2)
_O2_POINTS = 2
_NO_OTHERS = (None,) * (len(PARAMETERS) - 2)


def called(
    state: LaneState,
    scene: Scene,
    visit: Visit,
    fresh: int,
    scored: tuple[News2, Sequence[float | None]],
) -> bool:
    """Judge a score; return whether it calls anyone."""
    news, values = scored
    heard = _heard(visit, news, values, fresh)
    scene.pace_ms = _pace(state, fresh)
    return news2_bands.news2(scene, news, _alone(scene, visit, news, values), heard)


def _alone(
    scene: Scene, visit: Visit, news: News2, values: Sequence[float | None]
) -> news2_bands.Alone:
    """Return the single parameters that no limit speaks for, with the delay of their numbers."""
    if not news.single_3:
        return news2_bands.NONE_ALONE
    codes: tuple[int, ...] = ()
    waits: list[float] = []
    for code in news.single_3:
        limit, value = limit_of(code, visit.plan, scene), values[AT[code]]
        if value is not None and not told(scene, code, value, limit):
            codes += (code,)
            waits.append(waits_s(code, value, limit, scene.policy))
    soonest = min(waits, default=0.0)
    return news2_bands.Alone(codes, max(scene.policy.single_3_s, soonest))


def _heard(visit: Visit, news: News2, values: Sequence[float | None], fresh: int) -> int:
    """Return what was measured just now without an SpO2 that has no points but its oxygen's."""
    if news.low < URGENT or not fresh >> _SPO2 & 1:
        return fresh
    spo2, oxygen = values[AT[_SPO2]], values[O2_AT]
    pair = score((*_NO_OTHERS, spo2, oxygen), visit.plan.spo2_scale)
    return fresh if pair.low > (_O2_POINTS if oxygen else 0) else fresh & ~(1 << _SPO2)


def _pace(state: LaneState, fresh: int) -> int:
    """Return what usually lies between two readings of what was measured just now."""
    least, tracks = None, state.tracks
    for code in CODES:
        if not fresh >> code & 1:
            continue
        track = tracks[code]
        if track is not None and (least is None or track.every_ms < least):
            least = track.every_ms
    return least or 0
