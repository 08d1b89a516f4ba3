"""From a message's samples to readings on ward time, each accepted or refused on its own.

The rest of a frame stands when one reading of it does not. Readings are numbered in the order of
the message (samples, then metrics), and what was refused is stored by that number, so that a
replay of the lane sees what the running state saw.
"""

from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from analytics.domain.acceptance import NONE, SURELY, ValueVerdict, contradicted, narrow, verdict
from analytics.domain.vitals import METRIC_BY_NAME, Quality
from analytics.readings import Measurement, RefusedValue
from gateway import wire
from gateway.admission.clock_offset import ClockMapping, ClockState
from gateway.admission.registry import Device
from gateway.wire import Refusal

DAY_MS = 86_400_000
REFUSAL_CODES: dict[Refusal, int] = {
    Refusal.OUT_OF_RANGE: 1,
    Refusal.TOO_OLD: 2,
    Refusal.FROM_THE_FUTURE: 3,
    Refusal.NOT_BOUND: 4,
}
_TELLING = frozenset({Refusal.OUT_OF_RANGE, Refusal.FROM_THE_FUTURE})

_GOOD, _REFUSED = ValueVerdict.GOOD, ValueVerdict.REFUSED
_values = attrgetter(*wire.METRIC_NAMES)
_METRICS = tuple(int(METRIC_BY_NAME[name]) for name in wire.METRIC_NAMES)
_SURELY = tuple((metric, *SURELY[metric]) for metric in _METRICS)
QUALITY = {
    wire.SampleQuality.OK: int(Quality.OK),
    wire.SampleQuality.MANUAL: int(Quality.MANUAL),
    wire.SampleQuality.POOR: int(Quality.POOR),
    wire.SampleQuality.CALIBRATING: int(Quality.CALIBRATING),
}
_SCORED = (int(Quality.OK), int(Quality.MANUAL))
QUESTIONABLE = int(Quality.QUESTIONABLE)
UNSYNCHRONISED = int(Quality.UNSYNCHRONISED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRules:
    """Limits on a sample's ward time, in milliseconds.

    Attributes:
        too_old_ms: older than this at arrival is refused.
        future_ms: further ahead than this is refused.
        binding_slack_ms: tolerance of the clock at the beginning of a device's use; its end is
            exact, since what comes after it is of somebody who has left.
    """

    too_old_ms: int = 7 * DAY_MS
    future_ms: int = 120_000
    binding_slack_ms: int = 2_000


class Readings(NamedTuple):
    """What one message measured.

    Attributes:
        accepted: on ward time.
        device_ms: the device's own time of each accepted reading.
        refused: pairs of number and code of reason, flat.
        reasons: of those that were refused.
        dropped: those that were refused, as readings.
    """

    accepted: list[Measurement]
    device_ms: list[int]
    refused: list[int]
    reasons: list[Refusal]
    dropped: list[Measurement]

    @classmethod
    def none(cls) -> "Readings":
        """Nothing yet."""
        return cls([], [], [], [], [])

    def telling(self) -> tuple[RefusedValue, ...]:
        """The refused values that say of a metric that it is not measured now, in order."""
        if not self.dropped:
            return ()
        return tuple(
            RefusedValue(one.metric, one.t_ms, one.value, reason.value)
            for one, reason in zip(self.dropped, self.reasons, strict=True)
            if reason in _TELLING and one.quality != UNSYNCHRONISED
        )


def newest_ms(message: wire.Vitals) -> int | None:
    """The newest time in a message, on the device's clock; None for a heartbeat."""
    samples = message.samples
    if not samples:
        return None
    return samples[0].t if len(samples) == 1 else max(sample.t for sample in samples)


def offset_of(mapping: ClockMapping, newest: int | None, received_ms: int) -> int | None:
    """What to add to the device's times; a frame of an uncertain clock counts by its arrival."""
    if mapping.state is ClockState.UNCERTAIN and newest is not None:
        return received_ms - newest
    return mapping.offset


def readings(
    message: wire.Vitals,
    state: ClockState,
    offset: int | None,
    received_ms: int,
    *,
    device: Device,
    rules: SampleRules,
) -> Readings:
    """Map and check every reading of a message.

    Args:
        message: as the device said it.
        state: of its clock.
        offset: to add to its times; None: unknown, they stay as they are.
        received_ms: ward time of arrival.
        device: for the time in which it was the patient's.
        rules: limits.
    """
    made = Readings.none()
    doubtful = doubtful_in(message, state)
    number = 0
    for sample in message.samples:
        t_ms = sample.t + (offset or 0)
        refusal = _time_refusal(t_ms, received_ms, device, rules)
        quality = UNSYNCHRONISED if state is ClockState.UNSYNCHRONISED else QUALITY[sample.q]
        against = doubtful.get(sample.t, NONE)
        number = take_sample(sample, t_ms, quality, number, made, against=against, refusal=refusal)
    return made


def doubtful_in(message: wire.Vitals, state: ClockState) -> dict[int, frozenset[int]]:
    """The metrics that contradict each other, by the device's time; only what may be scored."""
    found: dict[int, frozenset[int]] = {}
    if state is ClockState.UNSYNCHRONISED or _lone(message.samples):
        return found
    together: dict[int, list[wire.Sample]] = {}
    for sample in message.samples:
        if QUALITY[sample.q] in _SCORED:
            together.setdefault(sample.t, []).append(sample)
    for t, samples in together.items():
        if _lone(samples):
            continue
        against = contradicted([pair for sample in samples for pair in _measured(sample)])
        if against:
            found[t] = against
    return found


def _lone(samples: list[wire.Sample]) -> bool:
    """Whether nothing here can contradict anything: the common case, told at once."""
    if len(samples) != 1:
        return False
    sbp, dbp = samples[0].sbp, samples[0].dbp
    return sbp is None or dbp is None or not narrow(sbp, dbp)


def _measured(sample: wire.Sample) -> list[tuple[int, float]]:
    values = zip(_METRICS, _values(sample), strict=True)
    return [(metric, value) for metric, value in values if value is not None]


def take_sample(
    sample: wire.Sample,
    t_ms: int,
    quality: int,
    number: int,
    made: Readings,
    *,
    against: frozenset[int],
    refusal: Refusal | None = None,
) -> int:
    """Put one sample's readings where they belong; return the next number.

    Args:
        sample: what was measured.
        t_ms: on ward time.
        quality: as the device and its clock make it.
        number: of its first reading.
        made: where they belong.
        against: metrics that something else of the same moment contradicts.
        refusal: why none of it is taken.
    """
    for (metric, low, high), value in zip(_SURELY, _values(sample), strict=True):
        if value is None:
            continue
        judged = _GOOD if low <= value <= high else verdict(metric, value)
        reason = refusal or (Refusal.OUT_OF_RANGE if judged is _REFUSED else None)
        if reason is not None:
            made.refused.extend((number, REFUSAL_CODES[reason]))
            made.reasons.append(reason)
            made.dropped.append(Measurement(metric, t_ms, value, quality))
        else:
            odd = judged is not _GOOD or metric in against
            graded = QUESTIONABLE if odd and quality in _SCORED else quality
            made.accepted.append(Measurement(metric, t_ms, value, graded))
            made.device_ms.append(sample.t)
        number += 1
    return number


def _time_refusal(
    t_ms: int, received_ms: int, device: Device, rules: SampleRules
) -> Refusal | None:
    if device.bound_to_ms is not None and t_ms >= device.bound_to_ms:
        return Refusal.NOT_BOUND
    if t_ms > received_ms + rules.future_ms:
        return Refusal.FROM_THE_FUTURE
    if t_ms < received_ms - rules.too_old_ms:
        return Refusal.TOO_OLD
    if device.bound_from_ms is None or t_ms < device.bound_from_ms - rules.binding_slack_ms:
        return Refusal.NOT_BOUND
    return None
