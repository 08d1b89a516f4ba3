"""On and off of a condition: what makes a violation a finding, and a finding end.

Hysteresis keeps an alert from chattering. A condition that has not persisted yet is dropped
when the value has been back inside for some seconds; one that has persisted ends only after it
has been clearly inside for minutes. Back-fill touches none of this: it is written down as
history and nothing else. All times are event times.
"""

from msgspec.structs import replace

from analytics.domain.alerts import CLOSED_BECAUSE, SUPERSEDED_BY, Finding, FindingChange
from analytics.rules.moment import ActiveCondition, Alarm, Scene

__all__ = [
    "HISTORY_MS",
    "ActiveCondition",
    "Alarm",
    "Scene",
    "calls",
    "clear_condition",
    "condition_of",
    "raise_condition",
    "release_measured",
    "supersede",
    "withdraw",
]

HISTORY_MS = 10 * 60_000
"""Back-fill says the same condition at most this often."""
UNCONFIRMED = "unconfirmed_deterioration"
"""The newest of back-fill is bad, and nothing fresh has followed."""
FLICKER_PERSIST_S = 120.0
"""Up to this persistence (proposed) a violation that comes and goes often enough, within two
minutes or three persistences, waits no longer: good readings between bad ones must not hide them
(Nellcor: three violations in 60 s alarm whatever their depth; the times are settings). Spot
readings, whose persistence is longer, are repeated by a person instead."""


def condition_of(name: str) -> str:
    """Return the alert's condition: of ``sensor/stuck_hr`` and the like the part before the stroke.

    Such names tell apart what may be wrong with the equipment at once; people see one alert.
    """
    return name.partition("/")[0]


def _beside(scene: Scene, name: str) -> bool:
    """Whether another cause of the same alert is on."""
    what = condition_of(name)
    return what != name and any(condition_of(other) == what for other in scene.on)


def _say(scene: Scene, alarm: Alarm, change: FindingChange, silent_ms: int | None = None) -> None:
    if scene.uncertain:
        alarm.detail["clock_uncertain"] = True
    scene.findings.append(
        Finding(
            condition=condition_of(alarm.name),
            change=change,
            priority=alarm.priority,
            measured_ms=scene.time_ms,
            received_ms=scene.received_ms,
            late=scene.late,
            value=alarm.value,
            persist_s=alarm.persist_s,
            silent_ms=silent_ms,
            pace_ms=scene.pace_ms,
            message=alarm.message,
            rule=alarm.rule,
            detail=alarm.detail,
        )
    )


def raise_condition(scene: Scene, alarm: Alarm) -> None:
    """Note a violation; say it if it started, worsened, or was last said a while ago."""
    if scene.late:
        _note_history(scene, alarm)
        return
    condition = scene.on.get(alarm.name)
    if condition is None:
        alarm = _flickering(scene, alarm)
        begins = FindingChange.STARTED
        if _beside(scene, alarm.name):  # a further cause calls, a mere question does not
            begins = FindingChange.WORSENED if alarm.firm else FindingChange.PERSISTS
        scene.on[alarm.name] = _started(scene.time_ms, alarm)
        _say(scene, alarm, begins)
        return
    silent_ms = scene.time_ms - (condition.seen_ms or condition.bad_ms)
    condition.bad_ms = scene.time_ms
    condition.inside_ms = 0
    if alarm.heard:
        condition.seen_ms = scene.time_ms
    condition.known = condition.known & ~alarm.seen | alarm.known
    if alarm.firm and not condition.firm:  # the repeat that was asked for: it waits no longer
        alarm = replace(alarm, persist_s=0.0)
    change = _change(scene, condition, alarm)
    if change is not None:
        condition.emitted_ms = scene.time_ms
        _say(scene, alarm, change, silent_ms)


def _flickering(scene: Scene, alarm: Alarm) -> Alarm:
    """Count a start; one that came back often enough counts as having persisted."""
    if not alarm.firm or not 0 < alarm.persist_s <= FLICKER_PERSIST_S:
        return alarm  # good readings between end a mere question
    now = scene.time_ms
    since = now - max(scene.policy.flicker_ms, 3 * int(alarm.persist_s * 1000))
    recent = [at for at in scene.starts.get(alarm.name, ()) if since <= at <= now]
    most = scene.policy.flicker_starts
    starts = scene.starts[alarm.name] = [*recent, now][-most:]
    return replace(alarm, persist_s=0.0) if len(starts) == most else alarm


def _started(now: int, alarm: Alarm) -> ActiveCondition:
    return ActiveCondition(
        since_ms=now,
        due_ms=now + int(alarm.persist_s * 1000),
        emitted_ms=now,
        bad_ms=now,
        inside_ms=0,
        depth=alarm.depth,
        known=alarm.known,
        firm=alarm.firm,
        priority=alarm.priority,
        seen_ms=now,
    )


def _change(scene: Scene, condition: ActiveCondition, alarm: Alarm) -> FindingChange | None:
    now = scene.time_ms
    due = now + int(alarm.persist_s * 1000)
    sooner = due < condition.due_ms
    if sooner:
        condition.due_ms = due
    condition.firm = condition.firm or alarm.firm
    if alarm.depth > condition.depth:
        condition.depth = alarm.depth
        condition.priority = alarm.priority
        return FindingChange.WORSENED
    a_while = now - condition.emitted_ms >= scene.policy.repeat_emit_ms
    again = sooner or (a_while and alarm.heard)
    return FindingChange.PERSISTS if again else None


def _note_history(scene: Scene, alarm: Alarm) -> None:
    said = scene.history.get(alarm.name)
    if said is None or abs(scene.time_ms - said) >= HISTORY_MS:
        scene.history[alarm.name] = scene.time_ms
        _say(scene, alarm, FindingChange.STARTED)


def clear_condition(scene: Scene, name: str, *, clear: bool, value: float) -> None:
    """Note that a condition is not violated, and say so once it has ended.

    Args:
        scene: the moment.
        name: the condition.
        clear: whether the value is far enough inside to count towards the end.
        value: the value now, in its unit.
    """
    condition = scene.on.get(name)
    if condition is None or scene.late:
        return
    now = condition.seen_ms = scene.time_ms
    pending = now < condition.due_ms
    settled = now - condition.bad_ms >= scene.policy.settle_ms or not condition.firm
    if pending and settled:  # a mere question ends with one better reading
        _end(scene, name, condition, value)
    elif not clear:
        condition.inside_ms = 0
    elif condition.inside_ms == 0:
        condition.inside_ms = now
    elif now - condition.inside_ms >= scene.policy.clear_ms and not pending:
        _end(scene, name, condition, value)


def release_measured(scene: Scene, name: str, *, value: float, session_ms: int) -> None:
    """Note that a measurement is within limits that is taken now and then, each for itself.

    Readings so near a bad one are one measurement with it: a better repeat takes nothing back. A
    good measurement after that is another one, and ends what the former had raised.

    Args:
        scene: the moment.
        name: the condition.
        value: the value now, in its unit.
        session_ms: how near.
    """
    condition = scene.on.get(name)
    if condition is None or scene.late:
        return
    condition.seen_ms = scene.time_ms
    if scene.time_ms - condition.bad_ms > session_ms:
        _end(scene, name, condition, value)


def calls(scene: Scene, name: str) -> bool:
    """Whether a condition is on and has persisted: it has called somebody."""
    condition = scene.on.get(name)
    return condition is not None and condition.firm and scene.time_ms >= condition.due_ms


def supersede(scene: Scene, name: str, by: str) -> None:
    """End a condition because a graver one of the same patient speaks for it."""
    condition = scene.on.get(name)
    if condition is not None and not scene.late:
        _end(scene, name, condition, None, detail={SUPERSEDED_BY: by})


def _end(
    scene: Scene,
    name: str,
    condition: ActiveCondition,
    value: float | None,
    *,
    why: str = "back inside",
    detail: dict[str, object] | None = None,
) -> None:
    del scene.on[name]
    if _beside(scene, name):
        return  # another cause of the same alert goes on
    ended = Alarm(
        name=name,
        priority=condition.priority,
        depth=0,
        value=value,
        message=why,
        rule="",
        detail=detail or {},
    )
    _say(scene, ended, FindingChange.CLEARED)


def withdraw(scene: Scene, name: str, why: str) -> None:
    """End a condition at once: the rule that it came from does not apply to the person.

    Args:
        scene: the moment.
        name: the condition.
        why: said in place of "back inside".
    """
    condition = scene.on.get(name)
    if condition is not None and not scene.late:
        _end(scene, name, condition, 0.0, why=why, detail={CLOSED_BECAUSE: why})
