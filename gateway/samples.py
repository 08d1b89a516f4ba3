"""From a message's samples to readings on ward time, each accepted or refused on its own.

The rest of a frame stands when one reading of it does not. Readings are numbered in the order of
the message (samples, then metrics), and what was refused is stored by that number, so that a
replay of the lane sees what the running state saw.
"""

from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from analytics.domain.vitals import FACTS, METRIC_BY_NAME, Metric, Quality
from analytics.readings import Sample
from gateway import wire
from gateway.clocks import ClockState, Mapping
from gateway.registry import Device
from gateway.wire import Refusal

DAY_MS = 86_400_000
LEAST_PULSE_PRESSURE = 10.0
REFUSAL_CODES: dict[Refusal, int] = {
    Refusal.OUT_OF_RANGE: 1,
    Refusal.TOO_OLD: 2,
    Refusal.FROM_THE_FUTURE: 3,
    Refusal.NOT_BOUND: 4,
}

_values = attrgetter(*wire.METRIC_NAMES)
_METRICS = tuple(METRIC_BY_NAME[name] for name in wire.METRIC_NAMES)
_CHECKS = tuple(
    (int(metric), *FACTS[metric].reject, *FACTS[metric].plausible) for metric in _METRICS
)
_WHOLE = frozenset({int(Metric.ACVPU), int(Metric.O2)})
_QUALITY = {
    wire.SampleQuality.OK: int(Quality.OK),
    wire.SampleQuality.MANUAL: int(Quality.MANUAL),
    wire.SampleQuality.POOR: int(Quality.POOR),
    wire.SampleQuality.CALIBRATING: int(Quality.CALIBRATING),
}
_SCORED = (int(Quality.OK), int(Quality.MANUAL))
_QUESTIONABLE = int(Quality.QUESTIONABLE)
_UNSYNCHRONISED = int(Quality.UNSYNCHRONISED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRules:
    """Limits on a sample's ward time, in milliseconds.

    Attributes:
        too_old_ms: older than this at arrival is refused.
        future_ms: further ahead than this is refused.
        binding_slack_ms: tolerance of the clock at the ends of a binding.
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
    """

    accepted: list[Sample]
    device_ms: list[int]
    refused: list[int]
    reasons: list[Refusal]


def newest_ms(message: wire.Vitals) -> int | None:
    """The newest time in a message, on the device's clock; None for a heartbeat."""
    samples = message.samples
    if not samples:
        return None
    return samples[0].t if len(samples) == 1 else max(sample.t for sample in samples)


def offset_of(mapping: Mapping, newest: int | None, received_ms: int) -> int | None:
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
    made = Readings([], [], [], [])
    number = 0
    for sample in message.samples:
        t_ms = sample.t + (offset or 0)
        refusal = _time_refusal(t_ms, received_ms, device, rules)
        quality = _UNSYNCHRONISED if state is ClockState.UNSYNCHRONISED else _QUALITY[sample.q]
        number = _take(sample, t_ms, quality, number, made, refusal=refusal)
    return made


def _take(
    sample: wire.Sample,
    t_ms: int,
    quality: int,
    number: int,
    made: Readings,
    *,
    refusal: Refusal | None = None,
) -> int:
    """Put one sample's readings where they belong; return the next number."""
    doubtful = quality in _SCORED and _narrow(sample)
    for (metric, least, most, low, high), value in zip(_CHECKS, _values(sample), strict=True):
        if value is None:
            continue
        outside = not least <= value <= most or (metric in _WHOLE and value != int(value))
        reason = refusal or (Refusal.OUT_OF_RANGE if outside else None)
        if reason is not None:
            made.refused.extend((number, REFUSAL_CODES[reason]))
            made.reasons.append(reason)
        else:
            odd = not low <= value <= high or (doubtful and metric in _PRESSURES)
            graded = _QUESTIONABLE if odd and quality in _SCORED else quality
            made.accepted.append(Sample(metric, t_ms, value, graded))
            made.device_ms.append(sample.t)
        number += 1
    return number


_PRESSURES = (int(Metric.SBP), int(Metric.DBP))


def _narrow(sample: wire.Sample) -> bool:
    """Whether two pressures of one cuff cannot both be right."""
    if sample.sbp is None or sample.dbp is None:
        return False
    return sample.sbp - sample.dbp < LEAST_PULSE_PRESSURE


def _time_refusal(
    t_ms: int, received_ms: int, device: Device, rules: SampleRules
) -> Refusal | None:
    if t_ms > received_ms + rules.future_ms:
        return Refusal.FROM_THE_FUTURE
    if t_ms < received_ms - rules.too_old_ms:
        return Refusal.TOO_OLD
    slack = rules.binding_slack_ms
    if device.bound_from_ms is None or t_ms < device.bound_from_ms - slack:
        return Refusal.NOT_BOUND
    if device.bound_to_ms is not None and t_ms >= device.bound_to_ms + slack:
        return Refusal.NOT_BOUND
    return None


def replayed(
    message: wire.Vitals, state: ClockState, offset: int | None, refused: list[int]
) -> list[Sample]:
    """The readings that were accepted of a stored message, in the same order."""
    skipped = frozenset(refused[::2])
    unsynchronised = state is ClockState.UNSYNCHRONISED
    made = Readings([], [], [], [])
    number = 0
    for sample in message.samples:
        quality = _UNSYNCHRONISED if unsynchronised else _QUALITY[sample.q]
        number = _take(sample, sample.t + (offset or 0), quality, number, made)
    if not skipped:
        return made.accepted
    return _without(made, skipped)


def _without(made: Readings, skipped: frozenset[int]) -> list[Sample]:
    """Leave out what the store says was refused; what was out of range is left out already."""
    out_of_range = set(made.refused[::2])
    numbers = range(len(made.accepted) + len(out_of_range))
    kept = [number for number in numbers if number not in out_of_range]
    pairs = zip(kept, made.accepted, strict=True)
    return [sample for number, sample in pairs if number not in skipped]
