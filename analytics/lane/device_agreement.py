"""Agreement of devices: two that disagree on one metric, one that is stuck.

Where two devices give one metric at the same time and disagree, the worse reading is the current
one (a better one never ends what the worse began), and the coordinator is told which says what.
A device whose living signals have not moved for hours shows no person: 100 % for hours is common
in the well, so SpO2 alone proves that only after much longer. Its readings stay in the score; the
alert says that they may mean nothing.
"""

from collections.abc import Mapping

from analytics.domain.alerts import Priority
from analytics.domain.vitals import Metric
from analytics.domain.wording import LABELS, amount, lasting, worded
from analytics.lane.reading_context import Sight
from analytics.lane.state import MetricSource, Track
from analytics.rules.hysteresis import Alarm, clear_condition, raise_condition
from analytics.rules.limits import critical_limit, limit_of

RULE = "sources/1"
RUN_GAP_MS = 30 * 60_000
"""A gap of over half an hour breaks a run of equal values (proposed)."""
_LIVING = (int(Metric.HR), int(Metric.RR), int(Metric.SPO2), int(Metric.GLUCOSE))
"""Signals that move by themselves from minute to minute; temperature and cuff do not."""
_SPO2 = int(Metric.SPO2)
_FULL = 99.0
"""Beside a signal that lives, full saturation proves nothing however long it lasts."""
_STUCK: Mapping[int, str] = {int(metric): f"sensor/stuck_{metric.wire_name}" for metric in Metric}
_APART: Mapping[int, str] = {int(metric): f"sensor/apart_{metric.wire_name}" for metric in Metric}


def outdone(sight: Sight, track: Track, code: int, value: float) -> bool:
    """Take a device's good value; return whether another device has just given a worse one.

    Args:
        sight: the moment.
        track: of the metric; holds the reading before.
        code: of the metric.
        value: in its unit.
    """
    scene, sources = sight.scene, track.sources
    source, now = sources.get(sight.device), scene.time_ms
    if source is None:
        source = track.begin(sight.device, value, now)
    elif value == source.value and now - source.t_ms <= RUN_GAP_MS:
        source.t_ms = now
        source.count += 1
        if now - source.since_ms >= scene.policy.stuck_ms:
            _stuck(sight, code, source)
    else:
        sources[sight.device] = MetricSource(now, value, now)
        if scene.on and _STUCK[code] in scene.on:
            clear_condition(scene, _STUCK[code], clear=True, value=value)
    return len(sources) > 1 and _apart(sight, track, code, value)


def _stuck(sight: Sight, code: int, source: MetricSource) -> None:
    if code not in _LIVING or source.count < sight.scene.policy.stuck_readings:
        return
    policy, now = sight.scene.policy, sight.scene.time_ms
    still = _all_still(sight, now)
    alone = now - source.since_ms >= policy.stuck_alone_ms
    name = _STUCK[code]
    if still and still != [_SPO2]:
        name = _STUCK[still[0]]
        words = " and ".join(worded(other, _value(sight, other)) for other in still)
    elif alone and not (code == _SPO2 and source.value >= _FULL and not still):
        words = worded(code, source.value)
    else:
        return
    alarm = Alarm(
        name=name,
        priority=Priority.MEDIUM,
        depth=1,
        value=source.value,
        message=f"{sight.device} has given exactly {words} for "
        f"{lasting(now - source.since_ms)}: check the sensor",
        rule=RULE,
        detail={
            "metric": Metric(code).wire_name,
            "device": sight.device,
            "count": source.count,
            "since_ms": source.since_ms,
            "repeat": name not in sight.scene.on,
            "trusted": False,
        },
    )
    raise_condition(sight.scene, alarm)


def _all_still(sight: Sight, now: int) -> list[int]:
    """The living signals of the device if none of them has moved for long; else none."""
    policy = sight.scene.policy
    still: list[int] = []
    for code in _LIVING:
        track = sight.state.tracks[code]
        source = None if track is None else track.sources.get(sight.device)
        if source is None or now - source.t_ms > RUN_GAP_MS:
            continue
        if now - source.since_ms < policy.stuck_ms or source.count < policy.stuck_readings:
            return []
        still.append(code)
    return still


def _value(sight: Sight, code: int) -> float:
    track = sight.state.tracks[code]
    return 0.0 if track is None else track.sources[sight.device].value


def _apart(sight: Sight, track: Track, code: int, value: float) -> bool:
    """Whether another device says otherwise, and worse, at the same time."""
    scene, device = sight.scene, sight.device
    most = scene.policy.pair_apart.get(code)
    if most is None:
        return False
    since = scene.time_ms - scene.policy.pair_ms
    others = [
        (name, other.value)
        for name, other in track.sources.items()
        if name != device and other.t_ms >= since and abs(other.value - value) > most
    ]
    if not others:
        if scene.on and _APART[code] in scene.on:
            clear_condition(scene, _APART[code], clear=True, value=value)
        return False
    who, said = max(others, key=lambda one: _gravity(sight, code, one[1]))
    _tell_apart(sight, code, value, who, said)
    return _gravity(sight, code, said) > _gravity(sight, code, value)


def _tell_apart(sight: Sight, code: int, value: float, who: str, said: float) -> None:
    alarm = Alarm(
        name=_APART[code],
        priority=Priority.MEDIUM,
        depth=1,
        value=value,
        message=f"Two sensors disagree: {LABELS[code]} {amount(code, value)} by {sight.device}, "
        f"{amount(code, said)} by {who}; the worse one counts",
        rule=RULE,
        persist_s=sight.scene.policy.pair_s,
        detail={
            "metric": Metric(code).wire_name,
            "device": sight.device,
            "values": {sight.device: value, who: said},
            "repeat": _APART[code] not in sight.scene.on,
            "trusted": False,
        },
    )
    raise_condition(sight.scene, alarm)


def _gravity(sight: Sight, code: int, value: float) -> tuple[int, float]:
    """How bad a value is: by NEWS2's points if it applies, then by its way from mid-limits."""
    points = sight.alone(code, value).low if sight.scene.scored else 0
    limit, absolute = limit_of(code, sight.plan, sight.scene), critical_limit(sight.scene, code)
    low = absolute.low if limit.low is None else limit.low
    high = absolute.high if limit.high is None else limit.high
    if low is None or high is None:
        return points, -value if high is None else value
    return points, abs(value - (low + high) / 2)
