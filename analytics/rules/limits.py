"""Rules about one metric: the patient's limits, the absolute ones, glucose and battery.

SpO2 is graded by depth (Pater 2020), pulse and breathing are judged on the median of a window.
Not a medical device.
"""

from analytics.domain.alerts import EASED_FROM, Priority
from analytics.domain.care import CarePlan, Limit
from analytics.domain.vitals import Acvpu, Metric
from analytics.domain.wording import worded
from analytics.policy import Policy
from analytics.rules.hysteresis import (
    Alarm,
    Scene,
    calls,
    clear_condition,
    raise_condition,
    release_measured,
    supersede,
)

RULE = "limit/1"
CRITICAL_RULE = "critical/1"
BATTERY_MARGIN = 5.0
NONE = Limit()

LOW_NAMES: dict[int, str] = {int(m): f"limit_{m.wire_name}_low" for m in Metric}
HIGH_NAMES: dict[int, str] = {int(m): f"limit_{m.wire_name}_high" for m in Metric}
LOW_NAMES[Metric.GLUCOSE] = "glucose_low"
HIGH_NAMES[Metric.GLUCOSE] = "glucose_high"
CRITICAL_NAMES: dict[int, str] = {int(m): f"critical_{m.wire_name}" for m in Metric}
_METRICS: dict[int, Metric] = {int(metric): metric for metric in Metric}


def critical_limit(scene: Scene, code: int) -> Limit:
    """Return the absolute limit of a metric."""
    return scene.policy.critical.get(code, NONE)


def limit_of(code: int, plan: CarePlan, scene: Scene) -> Limit:
    """Return the limits in force for a metric in a moment."""
    return limit_in_force(code, plan, scene.policy)


def limit_in_force(code: int, plan: CarePlan, policy: Policy) -> Limit:
    """Return the limits in force for a metric: the patient's own, else the ward's, side by side."""
    if plan.limits:
        own = plan.limits.get(_METRICS[code])
        if own is not None:
            left = plan.left.get(_METRICS[code])
            return own if left is None else _with_wards(own, left, policy, code, plan)
    return ward_limit(policy, code, plan.spo2_scale)


def _with_wards(
    own: Limit, left: tuple[bool, bool], policy: Policy, code: int, plan: CarePlan
) -> Limit:
    """Fill the sides that were left to the ward: who sets one must not take away the other."""
    ward = ward_limit(policy, code, plan.spo2_scale)
    return Limit(low=ward.low if left[0] else own.low, high=ward.high if left[1] else own.high)


def ward_limit(policy: Policy, code: int, scale: int) -> Limit:
    """Return the ward's limits for a metric, for a patient on this oxygen scale."""
    if scale != 1 and code == Metric.SPO2:
        return Limit(low=policy.scale_2_low)
    return policy.limits.get(code, NONE)


def give_way(scene: Scene, code: int) -> None:
    """End the patient's limits of a metric: its absolute limit speaks for the same number."""
    if scene.on:
        supersede(scene, LOW_NAMES[code], CRITICAL_NAMES[code])
        supersede(scene, HIGH_NAMES[code], CRITICAL_NAMES[code])


def speaks(scene: Scene, code: int) -> str | None:
    """Return the limit of a metric that is on and calls, the gravest first."""
    names = (CRITICAL_NAMES[code], LOW_NAMES[code], HIGH_NAMES[code])
    return next((name for name in names if calls(scene, name)), None)


def judge(
    scene: Scene,
    code: int,
    value: float,
    limit: Limit,
    *,
    eased: bool = False,
    before: float | None = None,
) -> bool:
    """Judge a good value against its limits; return whether it violates one.

    Args:
        scene: the moment.
        code: of the metric.
        value: in its unit.
        limit: in force.
        eased: whether the absolute limit of the metric has just ended.
        before: what SpO2 was within the last half-hour; None: not known.
    """
    low, high = limit.low, limit.high
    alarm = None
    if low is not None and value < low:
        alarm = below(code, value, low, scene.policy, before)
    elif high is not None and value > high:
        alarm = above(code, value, high, scene.policy)
    if alarm is not None:
        if eased:
            alarm.detail[EASED_FROM] = CRITICAL_NAMES[code]
        raise_condition(scene, alarm)
        return True
    if scene.on:
        _release_both(scene, code, value, limit)
    return False


def _release_both(scene: Scene, code: int, value: float, limit: Limit) -> None:
    session_ms = scene.policy.session_ms.get(code, 0)
    if session_ms:
        for name in (LOW_NAMES[code], HIGH_NAMES[code]):
            release_measured(scene, name, value=value, session_ms=session_ms)
        return
    margin = scene.policy.margins.get(code, 0.0)
    clear_low = limit.low is None or value >= limit.low + margin
    clear_high = limit.high is None or value <= limit.high - margin
    clear_condition(scene, LOW_NAMES[code], clear=clear_low, value=value)
    clear_condition(scene, HIGH_NAMES[code], clear=clear_high, value=value)


def _said(code: int, value: float, side: str, limit: float) -> str:
    if code == Metric.ACVPU:
        return f"Consciousness: {Acvpu(int(value)).name.lower()}, not alert"
    return f"{worded(code, value)}, {side} {limit:g}"


def below(
    code: int, value: float, low: float, policy: Policy, before: float | None = None
) -> Alarm:
    """Return the alarm of a trusted value below its limit; a rapid fall waits for no delay."""
    said = _said(code, value, "below", low)
    if code == Metric.SPO2:
        depth, persist_s = _spo2_depth(value, low, policy)
        if before is not None and before - value >= policy.rapid_fall:
            persist_s = min(persist_s, policy.rapid_s)
            said += f", rapidly down from {before:.0f}"
    elif code == Metric.GLUCOSE:
        deeply = value < policy.glucose_deep
        depth, persist_s = (3, policy.glucose_deep_s) if deeply else (1, policy.spot_s)
    else:
        depth, persist_s = 1, _persistence(code, policy)
    deep = depth == 3  # noqa: PLR2004 - the deepest of three
    return Alarm(
        name=LOW_NAMES[code],
        priority=Priority.HIGH if deep else Priority.MEDIUM,
        depth=depth,
        value=value,
        message=said,
        rule=RULE,
        persist_s=persist_s,
        detail={"metric": _METRICS[code].wire_name, "limit": low, "repeat": not deep},
    )


def waits_s(code: int, value: float, limit: Limit, policy: Policy) -> float:
    """Return for how long a value of this metric must last before a rule may call by it alone.

    Another rule about the same number waits at least as long: it must not undercut the delay.
    """
    if code == Metric.SPO2:
        low = limit.low
        return _spo2_depth(value, value if low is None else max(low, value), policy)[1]
    return 0.0 if code == Metric.ACVPU else _persistence(code, policy)


def told(scene: Scene, code: int, value: float, limit: Limit) -> bool:
    """Return whether a limit, the patient's or an absolute one, already speaks for a number."""
    return beyond(limit, value) or beyond(critical_limit(scene, code), value)


def _spo2_depth(value: float, low: float, policy: Policy) -> tuple[int, float]:
    if value < policy.spo2_deep or value < low - 11:
        return 3, 0.0
    return (2, policy.spo2_deeper_s) if value < low - 4 else (1, policy.spo2_s)


def above(code: int, value: float, high: float, policy: Policy) -> Alarm:
    """Return the alarm of a trusted value above its limit."""
    glucose = code == Metric.GLUCOSE
    persist_s = policy.glucose_high_s if glucose else _persistence(code, policy)
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


def _persistence(code: int, policy: Policy) -> float:
    if code == Metric.ACVPU:
        return 0.0
    return policy.stream_s if code in (Metric.HR, Metric.RR) else policy.spot_s


def critical(scene: Scene, code: int, value: float) -> bool:
    """Judge a trusted value against the absolute limits; return whether it is beyond one."""
    limit = scene.policy.critical.get(code, NONE)
    if beyond(limit, value):
        raise_condition(scene, critical_alarm(code, value, scene.policy, trusted=True, firm=True))
        return True
    if scene.on:
        clear_condition(scene, CRITICAL_NAMES[code], clear=True, value=value)
    return False


def beyond(limit: Limit, value: float) -> bool:
    """Return whether a value lies outside a limit."""
    low, high = limit.low, limit.high
    return (low is not None and value < low) or (high is not None and value > high)


def critical_alarm(code: int, value: float, policy: Policy, *, trusted: bool, firm: bool) -> Alarm:
    """Return the alarm of a value beyond an absolute limit.

    Args:
        code: of the metric.
        value: in its unit.
        policy: the ward's settings.
        trusted: whether the reading is good.
        firm: whether it is proved, and waits no longer.
    """
    return Alarm(
        name=CRITICAL_NAMES[code],
        priority=Priority.HIGH,
        depth=1,
        value=value,
        message=f"{worded(code, value)}, critical" + asks(firm=firm),
        rule=CRITICAL_RULE,
        persist_s=0.0 if firm else policy.repeat_s,
        firm=firm,
        detail={"metric": _METRICS[code].wire_name, "repeat": not firm, "trusted": trusted},
    )


def asks(*, firm: bool) -> str:
    """Return what a message asks for: a repeat, unless it is proved."""
    return "" if firm else ": repeat at once"


def battery(scene: Scene, device: str, value: float) -> None:
    """Judge the battery of one of the patient's devices, in percent.

    Each device has its own: another's full battery ends nothing, and one alert tells them all.
    """
    name = f"battery/{device}"
    if value < scene.policy.battery_low:
        alarm = Alarm(
            name=name,
            priority=Priority.LOW,
            depth=1,
            value=value,
            message=f"Battery{f' of {device}' if device else ''} at {value:g} %",
            rule="battery/1",
            detail={"device": device},
        )
        raise_condition(scene, alarm)
        return
    clear = value >= scene.policy.battery_low + BATTERY_MARGIN
    for own in (name, "battery"):  # the latter: from a snapshot of before each had its own
        clear_condition(scene, own, clear=clear, value=value)
