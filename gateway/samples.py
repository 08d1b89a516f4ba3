"""From a message's samples to readings on ward time, each accepted or refused on its own.

The rest of a frame stands when one reading of it does not. Readings are numbered in the order of
the message (samples, then metrics), and what was refused is stored by that number, so that a
replay of the lane sees what the running state saw.
"""

from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from analytics.acceptance import NONE, Verdict, contradicted, verdict
from analytics.domain.vitals import METRIC_BY_NAME, Quality
from analytics.readings import Sample
from gateway import wire
from gateway.clocks import ClockState, Mapping
from gateway.registry import Device
from gateway.wire import Refusal

DAY_MS = 86_400_000
REFUSAL_CODES: dict[Refusal, int] = {
    Refusal.OUT_OF_RANGE: 1,
    Refusal.TOO_OLD: 2,
    Refusal.FROM_THE_FUTURE: 3,
    Refusal.NOT_BOUND: 4,
}

_values = attrgetter(*wire.METRIC_NAMES)
_METRICS = tuple(int(METRIC_BY_NAME[name]) for name in wire.METRIC_NAMES)
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
    doubtful = _doubtful(message, state)
    number = 0
    for sample in message.samples:
        t_ms = sample.t + (offset or 0)
        refusal = _time_refusal(t_ms, received_ms, device, rules)
        quality = _UNSYNCHRONISED if state is ClockState.UNSYNCHRONISED else _QUALITY[sample.q]
        against = doubtful.get(sample.t, NONE)
        number = _take(sample, t_ms, quality, number, made, against=against, refusal=refusal)
    return made


def _doubtful(message: wire.Vitals, state: ClockState) -> dict[int, frozenset[int]]:
    """The metrics that contradict each other, by the device's time; only what may be scored."""
    found: dict[int, frozenset[int]] = {}
    if state is ClockState.UNSYNCHRONISED or _lone(message.samples):
        return found
    together: dict[int, list[wire.Sample]] = {}
    for sample in message.samples:
        if _QUALITY[sample.q] in _SCORED:
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
    return len(samples) == 1 and (samples[0].sbp is None or samples[0].dbp is None)


def _measured(sample: wire.Sample) -> list[tuple[int, float]]:
    values = zip(_METRICS, _values(sample), strict=True)
    return [(metric, value) for metric, value in values if value is not None]


def _take(
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
    for metric, value in _measured(sample):
        judged = verdict(metric, value)
        reason = refusal or (Refusal.OUT_OF_RANGE if judged is Verdict.REFUSED else None)
        if reason is not None:
            made.refused.extend((number, REFUSAL_CODES[reason]))
            made.reasons.append(reason)
        else:
            odd = judged is Verdict.QUESTIONABLE or metric in against
            graded = _QUESTIONABLE if odd and quality in _SCORED else quality
            made.accepted.append(Sample(metric, t_ms, value, graded))
            made.device_ms.append(sample.t)
        number += 1
    return number


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
    doubtful = _doubtful(message, state)
    number = 0
    for sample in message.samples:
        quality = _UNSYNCHRONISED if unsynchronised else _QUALITY[sample.q]
        against = doubtful.get(sample.t, NONE)
        number = _take(sample, sample.t + (offset or 0), quality, number, made, against=against)
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
