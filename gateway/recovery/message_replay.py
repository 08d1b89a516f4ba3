"""The readings of a message again, as they were taken when it came, and what evidence said of them.

What was refused of a frame is stored by number with its reason, so that a replay of the lane and
a proof of the record see what the running state saw. A reading that evidence spoke against as it
was folded is noted there too: it stands, and its quality in the record is questionable.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from analytics.domain.acceptance import NONE
from analytics.readings import Measurement
from gateway import wire
from gateway.admission.clock_offset import ClockState
from gateway.admission.samples import (
    QUALITY,
    QUESTIONABLE,
    REFUSAL_CODES,
    UNSYNCHRONISED,
    Readings,
    doubtful_in,
    take_sample,
)
from gateway.wire import Refusal

DOUBTED = 5
"""In the place of a reason: the reading stands, and evidence spoke against it as it was folded."""
_REASONS = {code: reason for reason, code in REFUSAL_CODES.items()}


def replayed(
    message: wire.Vitals, state: ClockState, offset: int | None, refused: list[int]
) -> Readings:
    """The readings of a stored message as they were accepted and refused, in the same order."""
    noted = dict(zip(refused[::2], refused[1::2], strict=False))
    unsynchronised = state is ClockState.UNSYNCHRONISED
    made = Readings.none()
    doubtful = doubtful_in(message, state)
    number = 0
    for sample in message.samples:
        quality = UNSYNCHRONISED if unsynchronised else QUALITY[sample.q]
        t_ms, against = sample.t + (offset or 0), doubtful.get(sample.t, NONE)
        number = take_sample(sample, t_ms, quality, number, made, against=against)
    return _as_noted(made, noted) if noted else made


def _as_noted(made: Readings, noted: dict[int, int]) -> Readings:
    """Leave out what the store says was refused; what was out of range is left out already."""
    again = Readings.none()
    accepted, dropped = iter(zip(made.accepted, made.device_ms, strict=True)), iter(made.dropped)
    outside = set(made.refused[::2])
    for number in range(len(made.accepted) + len(outside)):
        reason = _REASONS.get(noted.get(number, 0))
        if number in outside:
            _drop(again, number, next(dropped), reason or Refusal.OUT_OF_RANGE)
            continue
        sample, device_ms = next(accepted)
        if reason is None:
            again.accepted.append(sample)
            again.device_ms.append(device_ms)
        else:
            _drop(again, number, sample, reason)
    return again


def _numbers(made: Readings) -> list[int]:
    """The numbers of the accepted readings in their message."""
    outside = set(made.refused[::2])
    return [n for n in range(len(made.accepted) + len(outside)) if n not in outside]


def _drop(made: Readings, number: int, sample: Measurement, reason: Refusal) -> None:
    made.refused.extend((number, REFUSAL_CODES[reason]))
    made.reasons.append(reason)
    made.dropped.append(sample)


def doubt(made: Readings, doubted: Collection[Measurement]) -> list[int]:
    """Grade the readings that evidence spoke against as questionable; return their note.

    Args:
        made: of one message, accepted readings are changed in place.
        doubted: some of them, the very objects.

    Returns:
        Pairs of number and :data:`DOUBTED`, flat, for the note of what was refused.
    """
    if not doubted:
        return []
    ids = {id(sample) for sample in doubted}
    numbers = _numbers(made)
    places = [at for at, sample in enumerate(made.accepted) if id(sample) in ids]
    for at in places:
        made.accepted[at] = replace(made.accepted[at], quality=QUESTIONABLE)
    return [part for at in places for part in (numbers[at], DOUBTED)]


def as_stored(made: Readings, noted: Sequence[int]) -> list[Measurement]:
    """The accepted readings of a replay with the qualities under which they were stored."""
    doubted = {
        number for number, code in zip(noted[::2], noted[1::2], strict=False) if code == DOUBTED
    }
    if not doubted:
        return made.accepted
    numbers = _numbers(made)
    return [
        replace(sample, quality=QUESTIONABLE) if number in doubted else sample
        for number, sample in zip(numbers, made.accepted, strict=True)
    ]
