"""A questionable reading that is bad is never silent: it asks, and calls if nothing better comes.

It feeds no score and no baseline. Not a medical device.
"""

from msgspec.structs import replace

from analytics.domain.care import Limit
from analytics.policy import Policy
from analytics.rules.hysteresis import Alarm, Scene, calls, raise_condition
from analytics.rules.limits import (
    CRITICAL_NAMES,
    HIGH_NAMES,
    LOW_NAMES,
    above,
    asks,
    below,
    beyond,
    critical_alarm,
    critical_limit,
    give_way,
)


def doubt(
    scene: Scene,
    code: int,
    value: float,
    limit: Limit,
    *,
    scores_3: bool,
    words: str = "",
    repeats: bool = True,
) -> bool:
    """Judge a questionable value; return whether it is bad.

    It feeds nothing, but is never silent: beyond an absolute limit, scoring 3 in NEWS2 (a narrow
    pulse pressure is itself a sign of shock) or outside the patient's limits it asks for a
    repeat at once, and calls if it is repeated, by whatever rule found the first one bad, or if
    nothing better comes within two minutes.

    Args:
        scene: the moment.
        code: of the metric.
        value: in its unit.
        limit: the limits in force for this patient.
        scores_3: whether NEWS2 would give it 3.
        words: what is said in place of the number and its limit.
        repeats: whether the same again proves it at once.
    """
    grave = scores_3 or beyond(critical_limit(scene, code), value)
    if not grave and not beyond(limit, value):
        return False
    names = (CRITICAL_NAMES[code], LOW_NAMES[code], HIGH_NAMES[code])
    asked = [scene.on[name].since_ms for name in names if name in scene.on]
    again = bool(asked) and scene.time_ms - min(asked) >= scene.policy.repeat_gap_ms
    firm = again and repeats
    if grave or CRITICAL_NAMES[code] in scene.on:
        alarm = critical_alarm(code, value, scene.policy, trusted=False, firm=firm)
    else:
        alarm = _doubtful(code, value, limit, scene.policy, firm=firm)
    if words:
        alarm = replace(alarm, message=words + asks(firm=firm))
    raise_condition(scene, alarm)
    if calls(scene, CRITICAL_NAMES[code]):
        give_way(scene, code)
    return True


def _doubtful(code: int, value: float, limit: Limit, policy: Policy, *, firm: bool) -> Alarm:
    """The alarm of a trusted value, but for the time that it waits and what it asks."""
    low, high = limit.low, limit.high
    under = low is not None and value < low
    side, at = (below, low) if under else (above, high)
    alarm = side(code, value, at or 0.0, policy)
    return replace(
        alarm,
        message=alarm.message + asks(firm=firm),
        persist_s=0.0 if firm else policy.repeat_s,
        firm=firm,
        detail={**alarm.detail, "repeat": not firm, "trusted": False},
    )
