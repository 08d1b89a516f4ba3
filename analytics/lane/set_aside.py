"""Readings that count for nothing: set aside, told to whoever owns the equipment, or asked about.

A value that evidence explains (another unit, a code for "no reading", another person on the scale)
or that was refused is a technical matter: the score loses the metric at once, since the value
before it is no news of now, and the coordinator is told after two minutes without a good reading. A
value that nothing explains stays a clinical question (``analytics.rules.measure_again``). A good
reading ends either; what came between good ones is told as a passing fault.
"""

from collections.abc import Mapping

from analytics.domain.alerts import Priority
from analytics.domain.vitals import FACTS, Metric
from analytics.domain.wording import LABELS, amount, lasting, worded
from analytics.lane.reading_context import UNITS_NAMES, Sight
from analytics.lane.state import Unused
from analytics.readings import RefusedValue
from analytics.rules.hysteresis import Alarm, clear_condition, raise_condition
from analytics.rules.implausible import (
    FUTURE,
    NO_VALUE,
    ODD,
    OUT_OF_RANGE,
    UNITS,
    Explanation,
    Known,
    explained,
)
from analytics.rules.limits import beyond, limit_of
from analytics.rules.measure_again import doubt

RULE = "evidence/1"
_UNSEEN = frozenset({int(Metric.BATTERY), int(Metric.STEPS)})
_SENSOR: Mapping[int, str] = {int(metric): f"sensor/{metric.wire_name}" for metric in Metric}
_SPIKE: Mapping[int, str] = {int(metric): f"sensor/spike_{metric.wire_name}" for metric in Metric}
_REFUSED: Mapping[int, str] = {int(metric): f"refused/{metric.wire_name}" for metric in Metric}
_ENDED_BY_GOOD: Mapping[int, tuple[str, ...]] = {
    int(metric): (_SENSOR[metric], UNITS_NAMES[metric], _REFUSED[metric]) for metric in Metric
}


def set_aside(sight: Sight, code: int, value: float, verdict: Explanation, *, lost: bool) -> Unused:
    """Remember a value that counts for nothing; an older one than a good reading changes nothing.

    Args:
        sight: the moment.
        code: of the metric.
        value: as it was sent.
        verdict: why.
        lost: whether the score loses the metric, unless another device gives it now.
    """
    state, now = sight.state, sight.scene.time_ms
    before = state.unused.get(code)
    lost = lost and not sight.elsewhere(code)
    made = Unused(now, now, 1, value, verdict.reason, verdict.hint, sight.device, lost)
    if before is not None:
        made.since_ms = min(before.since_ms, now)
        made.t_ms = max(before.t_ms, now)
        made.count = before.count + 1
        made.lost = lost or before.lost
    if sight.newest(code):
        state.unused[code] = made
        sight.scene.reassess = sight.scene.reassess or made.lost
    return made


def refuse(sight: Sight, refused: RefusedValue) -> None:
    """Take note of a value that was refused."""
    code, value = refused.metric, refused.value
    if code in _UNSEEN or not sight.newest(code):
        return
    known = sight.known(code)
    verdict = Explanation(FUTURE, "its time lies ahead of the ward's")
    if refused.reason == OUT_OF_RANGE:
        found = explained(code, value, known, sight.scene.policy, told=sight.unit_told(code))
        low, high = FACTS[Metric(code)].reject
        outside = Explanation(OUT_OF_RANGE, f"outside {low:g} to {amount(code, high)}")
        verdict = found or outside
    reason = OUT_OF_RANGE if verdict.reason == NO_VALUE else verdict.reason
    made = set_aside(
        sight,
        code,
        value,
        Explanation(reason, verdict.hint, verdict.ours, verdict.certain),
        lost=True,
    )
    tell(sight, code, made, known)
    if verdict.reason == UNITS:
        ask_about_unit(sight, code, value, verdict)


def mistaken(sight: Sight, code: int, value: float, verdict: Explanation) -> None:
    """Take note of a value that evidence explains, and ask when it is bad either way."""
    if not sight.newest(code):
        return
    known = sight.known(code)
    tell(sight, code, set_aside(sight, code, value, verdict, lost=True), known)
    if verdict.reason == UNITS:
        ask_about_unit(sight, code, value, verdict)


def tell(sight: Sight, code: int, unused: Unused, known: Known | None) -> None:
    """Tell whoever owns the equipment what was set aside and what came before it."""
    label, by = LABELS[code], f" by {unused.device}" if unused.device else ""
    again = f" ({unused.count} times in {lasting(unused.t_ms - unused.since_ms)})"
    said = f"{label} {unused.value:g}{by}{again if unused.count > 1 else ''}"
    name, asks = _SENSOR[code], "check the sensor"
    if unused.reason == UNITS:
        name, asks = UNITS_NAMES[code], "unit?"
    elif unused.reason in (OUT_OF_RANGE, FUTURE):
        name, said = _REFUSED[code], f"{said} refused"
    alarm = Alarm(
        name=name,
        priority=Priority.LOW if _comes_and_goes(sight, code, unused) else Priority.MEDIUM,
        depth=1,
        value=unused.value,
        message=f"{said}: {unused.hint}{_was(code, known)}; {asks}",
        rule=RULE,
        persist_s=sight.scene.policy.repeat_s,
        firm=False,
        detail=_detail(sight, code, unused, known)
        | {"repeat": name not in sight.scene.on and _SPIKE[code] not in sight.scene.on},
    )
    raise_condition(sight.scene, alarm)
    if name in sight.scene.on:
        sight.state.faulty[code] = sight.device


def _comes_and_goes(sight: Sight, code: int, unused: Unused) -> bool:
    """Whether passing faults of the metric are told already, and this may be one more."""
    lasting_ms = sight.scene.policy.repeat_s * 1000
    return _SPIKE[code] in sight.scene.on and unused.t_ms - unused.since_ms < lasting_ms


def _was(code: int, known: Known | None) -> str:
    return "" if known is None else f" ({amount(code, known.value)} before)"


def _detail(sight: Sight, code: int, unused: Unused, known: Known | None) -> dict[str, object]:
    return {
        "metric": Metric(code).wire_name,
        "device": sight.device,
        "trusted": False,
        "reason": unused.reason,
        "count": unused.count,
        "since_ms": unused.since_ms,
        "value": unused.value,
        "before": None if known is None else known.value,
    }


def ask_about_unit(sight: Sight, code: int, value: float, verdict: Explanation) -> None:
    """A value that is bad in the other unit as well is a clinical question, in neutral words."""
    ours = verdict.ours
    if ours is None:
        return
    scene, plan = sight.scene, sight.plan
    limit = limit_of(code, plan, scene)
    words = f"{LABELS[code]}: {verdict.hint}"
    if verdict.certain:
        three = sight.scores_3(code, ours)
        bad = doubt(scene, code, ours, limit, scores_3=three, words=words)
    else:
        bad = beyond(limit, ours) or sight.scores_3(code, ours)
        if bad:
            words = f"{LABELS[code]} {value:g} as sent, {amount(code, ours)} if in another unit"
            doubt(scene, code, value, limit, scores_3=True, words=words)
    if bad and scene.late and sight.newest(code):
        sight.state.doubtful |= 1 << code


def ask_about(sight: Sight, code: int, value: float, *, repeats: bool, lost: bool) -> bool:
    """Judge a value that nothing explains; return whether it is bad (late, it must be confirmed).

    Args:
        sight: the moment.
        code: of the metric.
        value: in its unit.
        repeats: whether the same again proves it; a 0 proves nothing but by lasting.
        lost: whether the score loses the metric meanwhile.
    """
    scene = sight.scene
    known = sight.known(code)
    hint = "hardly to be believed" if repeats else "none, or no reading of it"
    words = "" if repeats else f"{worded(code, value)}{_was(code, known)}: {hint}"
    limit = limit_of(code, sight.plan, scene)
    three = not repeats or sight.scores_3(code, value)  # no pulse is grave at every age
    bad = doubt(scene, code, value, limit, scores_3=three, words=words, repeats=repeats)
    if not bad:
        return False
    set_aside(sight, code, value, Explanation(ODD, hint), lost=lost)
    if scene.late and sight.newest(code):
        sight.state.doubtful |= 1 << code
    return True


def recovered(sight: Sight, code: int, value: float, before: float | None) -> None:
    """A good reading: nothing is set aside any more, and what was ends.

    Args:
        sight: the moment.
        code: of the metric.
        value: the good reading.
        before: the good reading before what was set aside; None: there was none.
    """
    scene = sight.scene
    if scene.on:
        if sight.state.faulty.get(code, sight.device) == sight.device:
            _works_again(sight, code, value)
        spike = scene.on.get(_SPIKE[code])
        if spike is not None:
            over = scene.time_ms - spike.bad_ms >= scene.policy.spike_ms
            clear_condition(scene, _SPIKE[code], clear=over, value=value)
    unused = sight.state.unused.get(code)
    if unused is None or scene.time_ms < unused.t_ms:
        return
    del sight.state.unused[code]
    scene.reassess = scene.reassess or unused.lost
    lasted_ms = scene.time_ms - unused.since_ms
    passing = lasted_ms <= scene.policy.repeat_s * 1000 and unused.reason != UNITS
    if before is not None and passing and not scene.late:
        _spike(sight, code, unused, before, value)


def _works_again(sight: Sight, code: int, value: float) -> None:
    """A good reading of the very device that gave what was set aside."""
    scene = sight.scene
    for name in _ENDED_BY_GOOD[code]:
        if name in scene.on:
            clear_condition(scene, name, clear=True, value=value)
    if not any(name in scene.on for name in _ENDED_BY_GOOD[code]):
        sight.state.faulty.pop(code, None)


def _spike(sight: Sight, code: int, unused: Unused, before: float, after: float) -> None:
    by = f" by {unused.device}" if unused.device else ""
    alarm = Alarm(
        name=_SPIKE[code],
        priority=Priority.LOW,
        depth=1,
        value=unused.value,
        message=f"{LABELS[code]} {unused.value:g}{by} between {before:g} and "
        f"{amount(code, after)}: check the sensor",
        rule=RULE,
        detail={
            "metric": Metric(code).wire_name,
            "device": unused.device,
            "reason": unused.reason,
            "value": unused.value,
            "before": before,
            "after": after,
        },
    )
    raise_condition(sight.scene, alarm)
