"""Rules about one metric: the patient's limits, the absolute ones, glucose and battery.

SpO2 is graded by depth (Pater 2020; proposed 60 s, 30 s, at once), pulse and breathing are
judged on the median of a window. A reading beyond an absolute limit is never silent, even if it
is questionable: it asks for a repeat at once, and pages if it is repeated or nothing better
comes within two minutes. Not a medical device.
"""

from analytics.conditions import Alarm, Scene, hold, release
from analytics.domain.alerts import Priority
from analytics.domain.care import CarePlan, Limit
from analytics.domain.vitals import FACTS, Metric

RULE = "limit/1"
CRITICAL_RULE = "critical/1"
STREAM_S = 30.0
SPOT_S = 300.0
GLUCOSE_HIGH_S = 900.0
SPO2_DEEP = 80.0
GLUCOSE_DEEP = 54.0
"""ADA level 2 hypoglycaemia: below 54 mg/dL."""
BATTERY_MARGIN = 5.0
NONE = Limit()

LOW_NAMES: dict[int, str] = {int(m): f"limit_{m.wire_name}_low" for m in Metric}
HIGH_NAMES: dict[int, str] = {int(m): f"limit_{m.wire_name}_high" for m in Metric}
LOW_NAMES[Metric.GLUCOSE] = "glucose_low"
HIGH_NAMES[Metric.GLUCOSE] = "glucose_high"
CRITICAL_NAMES: dict[int, str] = {int(m): f"critical_{m.wire_name}" for m in Metric}
_WORDS: dict[int, str] = {int(m): facts.label for m, facts in FACTS.items()}
_READ_AS = {"mm[Hg]": "mmHg", "Cel": "°C"}
"""UCUM is for programs; a message is read by people."""
_UNITS: dict[int, str] = {
    int(m): _READ_AS.get(facts.unit, facts.unit.strip("{}")) for m, facts in FACTS.items()
}
_METRICS: dict[int, Metric] = {int(metric): metric for metric in Metric}


def limit_of(code: int, plan: CarePlan, scene: Scene) -> Limit:
    """Return the limits in force for a metric: the patient's own, else the ward's."""
    if plan.limits:
        own = plan.limits.get(_METRICS[code])
        if own is not None:
            return own
    if plan.spo2_scale != 1 and code == Metric.SPO2:
        return Limit(low=scene.policy.scale_2_low)
    return scene.policy.limits.get(code, NONE)


def judge(scene: Scene, code: int, value: float, limit: Limit) -> bool:
    """Judge a good value against its limits; return whether it violates one."""
    low, high = limit.low, limit.high
    if low is not None and value < low:
        hold(scene, _below(code, value, low))
        return True
    if high is not None and value > high:
        hold(scene, _above(code, value, high))
        return True
    if scene.on:
        _release_both(scene, code, value, limit)
    return False


def _release_both(scene: Scene, code: int, value: float, limit: Limit) -> None:
    margin = scene.policy.margins.get(code, 0.0)
    clear_low = limit.low is None or value >= limit.low + margin
    clear_high = limit.high is None or value <= limit.high - margin
    release(scene, LOW_NAMES[code], clear=clear_low, value=value)
    release(scene, HIGH_NAMES[code], clear=clear_high, value=value)


def _said(code: int, value: float, side: str, limit: float) -> str:
    return f"{_WORDS[code]} {value:g} {_UNITS[code]}, {side} {limit:g}"


def _below(code: int, value: float, low: float) -> Alarm:
    if code == Metric.SPO2:
        depth, persist_s = _spo2_depth(value, low)
    elif code == Metric.GLUCOSE:
        depth, persist_s = (3, 0.0) if value < GLUCOSE_DEEP else (1, SPOT_S)
    else:
        depth, persist_s = 1, _persistence(code)
    deep = depth == 3  # noqa: PLR2004 - the deepest of three
    return Alarm(
        name=LOW_NAMES[code],
        priority=Priority.HIGH if deep else Priority.MEDIUM,
        depth=depth,
        value=value,
        message=_said(code, value, "below", low),
        rule=RULE,
        persist_s=persist_s,
        detail={"metric": _METRICS[code].wire_name, "limit": low, "repeat": not deep},
    )


def _spo2_depth(value: float, low: float) -> tuple[int, float]:
    if value < SPO2_DEEP or value < low - 11:
        return 3, 0.0
    return (2, 30.0) if value < low - 4 else (1, 60.0)


def _above(code: int, value: float, high: float) -> Alarm:
    persist_s = GLUCOSE_HIGH_S if code == Metric.GLUCOSE else _persistence(code)
    return Alarm(
        name=HIGH_NAMES[code],
        priority=Priority.MEDIUM,
        depth=1,
        value=value,
        message=_said(code, value, "above", high),
        rule=RULE,
        persist_s=persist_s,
        detail={"metric": _METRICS[code].wire_name, "limit": high, "repeat": True},
    )


def _persistence(code: int) -> float:
    return STREAM_S if code in (Metric.HR, Metric.RR) else SPOT_S


def critical(scene: Scene, code: int, value: float, *, trusted: bool) -> bool:
    """Judge a value against the absolute limits; return whether it is beyond one.

    A questionable value must be repeated, or go unanswered, before it pages.
    """
    limit = scene.policy.critical.get(code)
    if limit is None:
        return False
    if beyond(limit, value):
        hold(scene, _critical_alarm(scene, code, value, trusted=trusted))
        return True
    if trusted and scene.on:
        release(scene, CRITICAL_NAMES[code], clear=True, value=value, at_once=True)
    return False


def beyond(limit: Limit, value: float) -> bool:
    """Return whether a value lies outside a limit."""
    low, high = limit.low, limit.high
    return (low is not None and value < low) or (high is not None and value > high)


def _critical_alarm(scene: Scene, code: int, value: float, *, trusted: bool) -> Alarm:
    name = CRITICAL_NAMES[code]
    before = scene.on.get(name)
    gap = 0 if before is None else scene.time_ms - before.since_ms
    firm = trusted or gap >= scene.policy.repeat_gap_ms
    return Alarm(
        name=name,
        priority=Priority.HIGH,
        depth=1,
        value=value,
        message=f"{_WORDS[code]} {value:g} {_UNITS[code]}, critical"
        + ("" if firm else ": repeat at once"),
        rule=CRITICAL_RULE,
        persist_s=0.0 if firm else scene.policy.repeat_s,
        firm=firm,
        detail={"metric": _METRICS[code].wire_name, "repeat": not firm, "trusted": trusted},
    )


def battery(scene: Scene, value: float) -> None:
    """Judge a device's battery, in percent."""
    if value < scene.policy.battery_low:
        alarm = Alarm(
            name="battery",
            priority=Priority.LOW,
            depth=1,
            value=value,
            message=f"Battery at {value:g} %",
            rule="battery/1",
        )
        hold(scene, alarm)
    else:
        clear = value >= scene.policy.battery_low + BATTERY_MARGIN
        release(scene, "battery", clear=clear, value=value)
