"""Weight over days: fluid that is gained, and a weight that is another person's.

Sudden gain is the early sign of heart failure getting worse: over 2 kg in three days, or 1 kg in
a day (heart-failure guidance, as home-monitoring programs quote it). A day of weighing is at least
half a day and at most a day and a half apart, since nobody weighs to the hour and a person is
heavier in the evening. A weight far from the last ones is doubted: somebody else of the household
on the scale, or pounds. It counts for nothing unless the same comes again on another day.
"""

from analytics.domain.alerts import Priority
from analytics.domain.vitals import Metric
from analytics.lane.reading_context import Sight
from analytics.lane.state import LaneState
from analytics.lane.trends import weighed
from analytics.rules.drift import DAY_MS
from analytics.rules.hysteresis import Alarm, clear_condition, raise_condition
from analytics.rules.implausible import ANOTHER, Explanation, explained

RULE = "weight/1"
NAME = "weight_gain"
MOST = 32
_CODE = int(Metric.WEIGHT)
_HALF_DAY_MS = DAY_MS // 2
_SAME = 0.03
"""Two weights of one person on two days differ by less than this share (proposed)."""


def foreign(sight: Sight, value: float) -> Explanation | None:
    """Return why a weight is hardly this person's; None: it may be."""
    known, policy = sight.known(_CODE), sight.scene.policy
    if known is None or abs(value - known.value) <= policy.weight_share * known.value:
        return None
    unit = explained(_CODE, value, known, policy)
    if unit is not None:
        return unit
    return (
        None if _came_before(sight, value) else Explanation(ANOTHER, "another person on the scale?")
    )


def _came_before(sight: Sight, value: float) -> bool:
    """Whether the same doubtful weight was measured on another day: then it is true."""
    unused = sight.state.unused.get(_CODE)
    if unused is None or sight.scene.time_ms - unused.since_ms < _HALF_DAY_MS:
        return False
    return abs(value - unused.value) <= _SAME * value


def remember(state: LaneState, t_ms: int, value: float, oldest_ms: int) -> None:
    """Keep a good weight with those of the last days, whenever it comes."""
    kept = [one for one in state.weights if one[0] >= oldest_ms and one[0] != t_ms]
    state.weights = sorted([*kept, (t_ms, value)])[-MOST:]


def weigh(sight: Sight, value: float, *, known: bool) -> None:
    """Judge a good weight that is the newest, before it takes the place of the last, and keep it.

    Args:
        sight: the moment.
        value: in kg.
        known: whether there was one before.
    """
    state, scene = sight.state, sight.scene
    policy, now = scene.policy, scene.time_ms
    before = sight.known(_CODE) if known else None
    anew = before is not None and abs(value - before.value) > policy.weight_share * before.value
    if anew:
        state.weights = []  # another level, proved by another day: nothing was gained in days
    three_days = 3 * DAY_MS + policy.gain_slack_ms
    day = DAY_MS + policy.gain_slack_ms
    slow = _gain(state, value, now - three_days, now)
    fast = _gain(state, value, now - day, now - _HALF_DAY_MS)
    remember(state, now, value, now - policy.known_ms)
    if slow[0] > policy.gain_3_days:
        _tell(sight, value, slow, policy.gain_3_days, "3 days")
    elif fast[0] > policy.gain_day:
        _tell(sight, value, fast, policy.gain_day, "a day")
    elif NAME in scene.on:
        margin = policy.margins.get(_CODE, 0.0)
        below = value <= state.gained_from + policy.gain_day - margin
        clear_condition(scene, NAME, clear=below, value=value)
        if NAME not in scene.on:
            state.gained_from = 0.0
    weighed(sight, value, anew=anew)


def _gain(state: LaneState, value: float, since_ms: int, until_ms: int) -> tuple[float, float]:
    """How much was gained on the lowest weight of a stretch of time, and that weight."""
    there = [kg for t_ms, kg in state.weights if since_ms <= t_ms <= until_ms]
    least = min(there, default=value)
    return round(value - least, 3), least


def _tell(sight: Sight, value: float, gain: tuple[float, float], limit: float, within: str) -> None:
    gained, least = gain
    state = sight.state
    if NAME not in sight.scene.on:
        state.gained_from = least
    alarm = Alarm(
        name=NAME,
        priority=Priority.MEDIUM,
        depth=int(gained),
        value=value,
        message=f"Weight {value:g} kg: {gained:.1f} kg gained in {within} (from {least:g} kg)",
        rule=RULE,
        detail={"metric": "weight", "gained": gained, "from": least, "limit": limit},
    )
    raise_condition(sight.scene, alarm)
