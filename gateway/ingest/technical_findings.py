"""Findings about the equipment that the gateway itself makes; the clinical ones come from lanes."""

import msgspec

from analytics.domain.alerts import Finding, FindingChange, Priority
from gateway.admission.clock_offset import ClockMapping, ClockState, OffsetBounds
from gateway.store.write_set import OutboxRow

RULE = "ingest/1"
_encoder = msgspec.json.Encoder()


def outbox_row(
    finding: Finding, *, patient_no: int | None, device_no: int | None, frame_id: int | None
) -> OutboxRow:
    """A finding as a row of the outbox: its fields as JSON."""
    payload = _encoder.encode(finding)
    return OutboxRow(patient_no, device_no, frame_id, "finding", finding.received_ms, payload)


def risk_row(told: float, now: float, *, patient_no: int, frame_id: int, at_ms: int) -> OutboxRow:
    """That the risk of deterioration has risen notably, for the re-planner."""
    payload = _encoder.encode({"before": told, "risk": now})
    return OutboxRow(patient_no, None, frame_id, "risk", at_ms, payload)


def technical(
    condition: str, now_ms: int, message: str, *, device: str, detail: dict[str, object]
) -> Finding:
    """Something about a device that a coordinator must look at, for example ``forged``."""
    return Finding(
        condition=condition,
        change=FindingChange.STARTED,
        priority=Priority.MEDIUM,
        measured_ms=now_ms,
        received_ms=now_ms,
        message=message,
        rule=RULE,
        detail={"device": device, **detail},
    )


def clock_change(
    before: ClockMapping | None,
    after: ClockMapping,
    interval: OffsetBounds,
    now_ms: int,
    *,
    persist_s: float,
    again: bool,
) -> Finding | None:
    """A finding when a clock becomes unknown or known again; None while nothing changes.

    Two devices of one patient share one alert: what clears it for one must not silence the
    other, so a clock that stays unknown is said again.

    Args:
        before: what was known before this frame; None at the first frame of a boot.
        after: what is known now.
        interval: what it follows from.
        now_ms: ward time.
        persist_s: how long it must last before it is raised.
        again: whether a clock that is still unknown is to be said again.
    """
    unknown = after.state is ClockState.UNCERTAIN
    was_unknown = before is not None and before.state is ClockState.UNCERTAIN
    if unknown == was_unknown and not (unknown and again):
        return None
    begins = FindingChange.PERSISTS if was_unknown else FindingChange.STARTED
    return Finding(
        condition="clock",
        change=begins if unknown else FindingChange.CLEARED,
        priority=Priority.LOW,
        measured_ms=now_ms,
        received_ms=now_ms,
        persist_s=persist_s,
        message="The device's clock is not known" if unknown else "The device's clock is known",
        rule=RULE,
        detail={"jumps": interval.jumps, "low_ms": interval.low, "high_ms": interval.high},
    )
