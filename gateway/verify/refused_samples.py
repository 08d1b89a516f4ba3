"""Check that each sample marked as refused really had to be refused.

A reading could be taken out of the record by noting it as refused. So each refusal must follow
from what is stored: the value, the times and the device's use. The gateway's limits are settings,
and may have been others when the frame came; what is asked here holds under any of them, but for
the age from which a reading is too old, which the reader of the proof has to know.

Pure.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from analytics.domain.vitals import METRIC_BY_NAME
from analytics.rules.implausible import ever_suspect
from gateway import wire
from gateway.admission.clock_offset import ClockState
from gateway.admission.registry import Device
from gateway.admission.samples import REFUSAL_CODES, SampleRules, readings
from gateway.recovery.message_replay import DOUBTED
from gateway.store.evidence import EvidenceFrame
from gateway.wire import Refusal

_BOUNDLESS_MS = 2**80
_ANY_TIME = SampleRules(too_old_ms=_BOUNDLESS_MS, future_ms=_BOUNDLESS_MS)
_ANY_DEVICE = Device(0, "", 0, revoked=False, bound_from_ms=-_BOUNDLESS_MS, bound_to_ms=None)


class _Judged(NamedTuple):
    """What a refusal is judged by; times in ward milliseconds."""

    t_ms: int
    outside: bool
    frame: EvidenceFrame
    too_old_ms: int


def _too_old(one: _Judged) -> bool:
    return one.t_ms < one.frame.time_us // 1000 - one.too_old_ms


def _from_the_future(one: _Judged) -> bool:
    return one.t_ms > one.frame.time_us // 1000


def _not_bound(one: _Judged) -> bool:
    start, end = one.frame.bound_from_us, one.frame.bound_to_us
    if start is None or one.t_ms <= start // 1000:
        return True
    return end is not None and one.t_ms >= end // 1000


def _out_of_range(one: _Judged) -> bool:
    return one.outside


_GROUNDS: dict[int, tuple[Refusal, Callable[[_Judged], bool]]] = {
    REFUSAL_CODES[reason]: (reason, holds)
    for reason, holds in (
        (Refusal.OUT_OF_RANGE, _out_of_range),
        (Refusal.TOO_OLD, _too_old),
        (Refusal.FROM_THE_FUTURE, _from_the_future),
        (Refusal.NOT_BOUND, _not_bound),
    )
}


def unfounded(frame: EvidenceFrame, message: wire.DeviceMessage, too_old_ms: int) -> Iterator[str]:
    """Why refusals noted with a frame do not follow from it, in words.

    Args:
        frame: as it is stored.
        message: what its signed bytes say.
        too_old_ms: the least age at which this ward ever refused a reading as too old.
    """
    noted = frame.refused
    if not noted:
        return
    times = _times(message, frame.offset_ms or 0)
    outside, doubtful = _outside(message), _doubtful(message)
    if len(noted) % 2 or len(set(noted[::2])) < len(noted) // 2:
        yield "the note of its refused readings is not in pairs, or names one twice"
    for number, code in zip(noted[::2], noted[1::2], strict=False):
        if code == DOUBTED and number not in outside and number in doubtful:
            continue  # it stands, as questionable
        if code not in _GROUNDS or not 0 <= number < len(times):
            yield f"says that reading {number} was refused for reason {code}; there is none such"
            continue
        reason, holds = _GROUNDS[code]
        if not holds(_Judged(times[number], number in outside, frame, too_old_ms)):
            yield f"says that reading {number} was refused as {reason.value}, which it is not"


def _times(message: wire.DeviceMessage, offset: int) -> list[int]:
    """The ward times of a message's readings, by their number."""
    if not isinstance(message, wire.Vitals):
        return []
    return [sample.t + offset for sample in message.samples for _ in sample.readings()]


def _outside(message: wire.DeviceMessage) -> frozenset[int]:
    """The numbers of readings whose value alone is refused, as the gateway judges it."""
    if not isinstance(message, wire.Vitals):
        return frozenset()
    made = readings(message, ClockState.STANDS, 0, 0, device=_ANY_DEVICE, rules=_ANY_TIME)
    return frozenset(made.refused[::2])


def _doubtful(message: wire.DeviceMessage) -> frozenset[int]:
    """The numbers of readings that evidence can speak against, whatever came before them."""
    if not isinstance(message, wire.Vitals):
        return frozenset()
    named = [one for sample in message.samples for one in sample.readings()]
    return frozenset(
        number
        for number, (name, value) in enumerate(named)
        if ever_suspect(int(METRIC_BY_NAME[name]), value)
    )
