"""The warning that glucose will be low within half an hour, as a condition of its own.

It adds to the limit of glucose and takes nothing from it: once glucose is low the limit speaks. Its
priority is low: it is shown and called once, climbs no ladder, and the low that follows calls anew.
Late readings make no warning, since their half hour is over.
"""

from analytics.domain.alerts import Priority
from analytics.domain.vitals import Metric
from analytics.domain.wording import worded
from analytics.glucose.forecast import LEVEL_1, WARNED_BELOW, chance_low
from analytics.lane.reading_context import Sight
from analytics.rules.hysteresis import Alarm, clear_condition, raise_condition, supersede
from analytics.rules.limits import CRITICAL_NAMES, LOW_NAMES

NAME = "glucose_low_soon"
RULE = "glucose_low_soon/1"
_CODE = int(Metric.GLUCOSE)
_GRAVER = (CRITICAL_NAMES[_CODE], LOW_NAMES[_CODE])


def foresee(sight: Sight, value: float) -> None:
    """Take a good glucose that is the newest, after its limits have judged it.

    Args:
        sight: the moment.
        value: mg/dL.
    """
    scene = sight.scene
    row = sight.state.glucose.note(scene.time_ms, value)
    if scene.late:
        return
    if scene.on and NAME in scene.on:
        by = next((name for name in _GRAVER if name in scene.on), None)
        if by is not None:
            supersede(scene, NAME, by)
            return
    if row is None and value < WARNED_BELOW:
        return  # too few readings to say more, or too near the last one
    chance = 0.0 if row is None else chance_low(sight.forecaster, row)
    least = scene.policy.low_soon_chance
    if chance >= least:
        _warn(sight, value, chance)
    elif scene.on:
        clear_condition(scene, NAME, clear=chance < least / 2, value=value)


def _warn(sight: Sight, value: float, chance: float) -> None:
    alarm = Alarm(
        name=NAME,
        priority=Priority.LOW,
        depth=1,
        value=value,
        message=f"{worded(_CODE, value)}: below {LEVEL_1:g} within 30 min is likely ({chance:.0%})",
        rule=RULE,
        persist_s=sight.scene.policy.low_soon_s,
        detail={"metric": Metric.GLUCOSE.wire_name, "chance": round(chance, 3)},
    )
    raise_condition(sight.scene, alarm)
