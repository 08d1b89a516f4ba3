"""Conditions of the equipment and the staffing, computed from what was last heard; pure.

A device is silent by its own schedule, not by a fixed time: a scale that speaks once a day is not
silent for a day; one without a schedule is silent after a day. Many silent at once, or a gateway
that gives no sign of life, is one alert about the ward; single alerts are held back while it
lasts, and every device has its grace again after.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analytics.domain.alerts import Finding, FindingChange, Priority
from analytics.domain.equipment import EquipmentPolicy
from api.alerting.subjects import Subject

SILENT, COVERAGE = "silent", "coverage"
WARD_OUTAGE, NOBODY = "ward_outage", "nobody_on_shift"
CONDITIONS = (SILENT, COVERAGE, WARD_OUTAGE, NOBODY)
RULE = "equipment/1"
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen:
    """What is known of one device of a watched patient.

    Attributes:
        expected: seconds between readings, by metric; empty: nothing was said of it.
        since_ms: when it began to be in use.
        heard_ms: newest arrival of anything from it, None for never.
        latest_ms: event time of the patient's newest reading good enough to be scored, by metric.
    """

    device: str
    device_no: int
    patient_no: int
    ward: str
    expected: Mapping[str, float]
    since_ms: int
    heard_ms: int | None = None
    latest_ms: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WardSeen:
    """What is known of one ward with watched patients.

    Attributes:
        staffed: whether anybody is on shift.
        outage_ended_ms: when its last outage ended.
        in_outage: whether one was still going on when last looked at.
    """

    ward: str
    patients: int
    staffed: bool
    outage_ended_ms: int = 0
    in_outage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCondition:
    """A condition that holds now; ``hold`` keeps an open alert but raises no new one."""

    subject: Subject
    finding: Finding
    hold: bool = False


def standing(
    now_ms: int,
    wards: Sequence[WardSeen],
    devices: Sequence[DeviceSeen],
    *,
    gateway_alive: bool,
    slack_s: float,
    policies: Callable[[str], EquipmentPolicy],
) -> list[StandingCondition]:
    """Return every technical condition that holds now.

    Args:
        now_ms: ward time.
        wards: wards with at least one watched patient.
        devices: their devices.
        gateway_alive: whether the gateway's heartbeat is fresh.
        slack_s: seconds of the ward's clock that delivery may take.
        policies: what a ward has set of its equipment.
    """
    found: list[StandingCondition] = []
    for ward in wards:
        own = [device for device in devices if device.ward == ward.ward]
        policy = policies(ward.ward)
        found += _of_ward(
            now_ms, ward, own, gateway_alive=gateway_alive, slack_s=slack_s, settings=policy
        )
    return found


def _of_ward(
    now_ms: int,
    ward: WardSeen,
    devices: Sequence[DeviceSeen],
    *,
    gateway_alive: bool,
    slack_s: float,
    settings: EquipmentPolicy,
) -> list[StandingCondition]:
    found = [] if ward.staffed else [_nobody(now_ms, ward)]
    floor = ward.outage_ended_ms
    silent = [d for d in devices if _silent(now_ms, d, floor, slack_s, settings)]
    many = max(settings.outage_minimum, settings.outage_fraction * len(devices))
    outage = (not gateway_alive and bool(devices)) or len(silent) >= many
    if outage:
        found.append(_outage(now_ms, ward, len(silent), len(devices), gateway_alive=gateway_alive))
    hold = outage or ward.in_outage  # one that is just over gives every device its grace again
    found += [_silence(now_ms, own, hold=hold) for own in _by_patient(silent)]
    heard = {d.device_no for d in devices} - {d.device_no for d in silent}
    for own in _by_patient([d for d in devices if d.device_no in heard]):
        missing = _missing(now_ms, own, floor, slack_s, settings)
        if missing:
            found.append(_uncovered(now_ms, own[0], missing, settings, hold=hold))
    return found


def _silent(
    now_ms: int, device: DeviceSeen, floor_ms: int, slack_s: float, settings: EquipmentPolicy
) -> bool:
    shortest = min(device.expected.values(), default=settings.unscheduled_s)
    grace = max(settings.silent_multiple * shortest, settings.silent_grace_s) + slack_s
    last = max(device.heard_ms or device.since_ms, floor_ms)
    return now_ms - last > grace * 1000


def _missing(
    now_ms: int,
    devices: Sequence[DeviceSeen],
    floor_ms: int,
    slack_s: float,
    settings: EquipmentPolicy,
) -> dict[str, int]:
    """Return the overdue metrics of a patient with the seconds since their last reading."""
    found = {}
    for device in devices:
        for metric, seconds in device.expected.items():
            grace = max(settings.coverage_multiple * seconds, settings.coverage_grace_s) + slack_s
            last = max(device.latest_ms.get(metric, device.since_ms), floor_ms)
            if now_ms - last > grace * 1000:
                found[metric] = (now_ms - last) // 1000
    return found


def _by_patient(devices: Iterable[DeviceSeen]) -> list[list[DeviceSeen]]:
    grouped: dict[int, list[DeviceSeen]] = {}
    for device in devices:
        grouped.setdefault(device.patient_no, []).append(device)
    return list(grouped.values())


def _finding(
    condition: str,
    priority: Priority,
    now_ms: int,
    message: str,
    detail: dict[str, object],
    *,
    persist_s: float = 0.0,
) -> Finding:
    return Finding(
        condition=condition,
        change=FindingChange.STARTED,
        priority=priority,
        measured_ms=now_ms,
        received_ms=now_ms,
        persist_s=persist_s,
        message=message,
        rule=RULE,
        detail=detail,
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / _MINUTE:.0f} min" if seconds >= _MINUTE else f"{seconds:.0f} s"


def _nobody(now_ms: int, ward: WardSeen) -> StandingCondition:
    message = f"Nobody is on shift in ward {ward.ward}: {ward.patients} watched"
    detail: dict[str, object] = {"patients": ward.patients}
    finding = _finding(NOBODY, Priority.HIGH, now_ms, message, detail)
    return StandingCondition(subject=Subject(ward=ward.ward), finding=finding)


def _outage(
    now_ms: int, ward: WardSeen, silent: int, devices: int, *, gateway_alive: bool
) -> StandingCondition:
    if gateway_alive:
        message = f"{silent} of {devices} devices of ward {ward.ward} have fallen silent at once"
    else:
        message = f"The gateway gives no sign of life: nothing is heard from ward {ward.ward}"
    detail: dict[str, object] = {
        "silent": silent,
        "devices": devices,
        "gateway": "alive" if gateway_alive else "missing",
    }
    finding = _finding(WARD_OUTAGE, Priority.HIGH, now_ms, message, detail)
    return StandingCondition(subject=Subject(ward=ward.ward), finding=finding)


def _silence(now_ms: int, devices: Sequence[DeviceSeen], *, hold: bool) -> StandingCondition:
    first = devices[0]
    last = max(device.heard_ms or device.since_ms for device in devices)
    ago = _minutes((now_ms - last) / 1000)
    message = f"Nothing heard from {', '.join(d.device for d in devices)} for {ago}"
    detail: dict[str, object] = {
        "devices": [device.device for device in devices],
        "last_heard_ms": last,
        "expected": dict(first.expected),
    }
    finding = _finding(SILENT, Priority.MEDIUM, now_ms, message, detail)
    subject = Subject(ward=first.ward, patient_no=first.patient_no, device_no=first.device_no)
    return StandingCondition(subject=subject, finding=finding, hold=hold)


def _uncovered(
    now_ms: int,
    device: DeviceSeen,
    missing: Mapping[str, int],
    settings: EquipmentPolicy,
    *,
    hold: bool,
) -> StandingCondition:
    said = ", ".join(f"{metric} for {_minutes(ago)}" for metric, ago in sorted(missing.items()))
    finding = _finding(
        COVERAGE,
        Priority.LOW,
        now_ms,
        f"Expected readings are missing: {said}",
        {"missing_s": dict(missing)},
        persist_s=settings.coverage_persist_s,
    )
    subject = Subject(ward=device.ward, patient_no=device.patient_no, device_no=device.device_no)
    return StandingCondition(subject=subject, finding=finding, hold=hold)
