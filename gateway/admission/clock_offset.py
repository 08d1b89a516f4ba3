"""Offset of a device's clock to the ward's: bounds that narrow, for each boot (as in NTP).

The offset (ward minus device) of a boot lies between two bounds that every message tightens.
From above: nothing arrives before it was made, so the offset is at most ``received - device
time``. From below: a device cannot have heard an acknowledgement before it was sent, so it is at
least ``echo.gateway - echo.heard``. A delay alone never moves the interval: a clock that was set
back by an hour looks like an hour of delay, and a filter on delay would silence its patient. So
time that runs backwards within a boot, an echo that the device heard later than its clock reads
now, or bounds that contradict each other, start the interval anew, count as a jump, and leave the
clock uncertain until the next echo. A step back shorter than the silence before it shows none of
these: it is delay to the last millisecond, so a ``clock/1`` that ``lags`` is asked about.

Pure: times come in as integer milliseconds, ward time and device time.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class ClockState(IntEnum):
    """What is known of a clock; the value is its code in the database."""

    STANDS = 0
    MAPPED = 1
    UNCERTAIN = 2
    UNSYNCHRONISED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """Tolerances in ward milliseconds.

    Attributes:
        stands_ms: within this of the ward's clock the device's time stands as it is.
        uncertain_ms: an interval wider than this, or a step back of more, is not known.
    """

    stands_ms: int = 2_000
    uncertain_ms: int = 30_000

    @classmethod
    def at_rate(cls, rate: float) -> "ClockRules":
        """The tolerances on a ward clock that runs ``rate`` times as fast: delay is real time."""
        factor = max(1.0, rate)
        return cls(stands_ms=round(2_000 * factor), uncertain_ms=round(30_000 * factor))


class OffsetBounds(NamedTuple):
    """What is known of one boot's clock.

    Attributes:
        low: the offset is at least this (ms); None: no echo yet.
        high: the offset is at most this (ms); None: nothing heard yet.
        last_ms: the device's clock at its newest message, in the device's time.
        jumps: how often the clock was found to have been set.
    """

    low: int | None = None
    high: int | None = None
    last_ms: int | None = None
    jumps: int = 0


class Echo(NamedTuple):
    """The ward's time of an acknowledgement, and the device's clock when it came."""

    gateway: int
    heard: int


class ClockMapping(NamedTuple):
    """How one frame's times become ward time: add ``offset``; None leaves them as they are."""

    state: ClockState
    offset: int | None


UNKNOWN = OffsetBounds()


def _restarted(interval: OffsetBounds, bound: int, device_ms: int) -> OffsetBounds:
    return OffsetBounds(None, bound, device_ms, interval.jumps + 1)


def heard(
    interval: OffsetBounds, device_ms: int, received_ms: int, rules: ClockRules
) -> OffsetBounds:
    """Learn from a frame in sequence whose newest sample was taken at ``device_ms``."""
    low, high, last, jumps = interval
    bound = received_ms - device_ms
    if last is not None and device_ms < last - rules.uncertain_ms:
        return _restarted(interval, bound, device_ms)
    if low is not None and bound < low - rules.stands_ms:
        return _restarted(interval, bound, device_ms)
    newest = device_ms if last is None or device_ms > last else last
    if low is not None and bound < low:
        return OffsetBounds(bound, bound, newest, jumps)
    if high is None or bound < high:
        return OffsetBounds(low, bound, newest, jumps)
    return OffsetBounds(low, high, newest, jumps)


def told(
    interval: OffsetBounds, now_ms: int, echo: Echo | None, received_ms: int, rules: ClockRules
) -> OffsetBounds:
    """Learn from a ``clock/1`` in sequence: the device's clock read ``now_ms`` when it was made."""
    bound = received_ms - now_ms
    if echo is not None and echo.heard > now_ms + rules.stands_ms:
        return _restarted(interval, bound, now_ms)
    floor = echo.gateway - echo.heard if echo is not None and echo.heard <= now_ms else None
    if floor is not None and floor > bound:
        floor = bound if floor <= bound + rules.stands_ms else None
    last = interval.last_ms
    if last is not None and now_ms < last - rules.stands_ms:
        return _restarted(interval, bound, now_ms)._replace(low=floor)
    if _contradicts(interval, floor, bound, rules):
        return _restarted(interval, bound, now_ms)._replace(low=floor)
    low, high = _met(interval, floor, bound)
    newest = now_ms if last is None or now_ms > last else last
    return OffsetBounds(low, high, newest, interval.jumps)


def lags(interval: OffsetBounds, now_ms: int, received_ms: int, rules: ClockRules) -> bool:
    """Whether a ``clock/1`` seems long under way, or else its clock was set back: ask.

    A device answers with a fresh echo, and a bound from below owes nothing to delay.
    """
    high = interval.high
    return high is not None and received_ms - now_ms > high + rules.uncertain_ms


def _contradicts(interval: OffsetBounds, floor: int | None, bound: int, rules: ClockRules) -> bool:
    """Whether the clock was set: the new bounds and the old ones leave nothing between them."""
    low, high = interval.low, interval.high
    ahead = low is not None and bound < low - rules.stands_ms
    behind = floor is not None and high is not None and floor > high + rules.stands_ms
    return ahead or behind


def _met(interval: OffsetBounds, floor: int | None, bound: int) -> tuple[int | None, int]:
    """Where old and new bounds agree; where they just miss (drift), the new ones."""
    low = interval.low if floor is None else floor
    if floor is not None and interval.low is not None:
        low = max(floor, interval.low)
    high = bound if interval.high is None else min(bound, interval.high)
    if low is not None and low > high:
        return (bound if floor is None else floor), bound
    return low, high


def mapping(interval: OffsetBounds, rules: ClockRules, *, current: bool) -> ClockMapping:
    """How times of this boot become ward time.

    Args:
        interval: what is known.
        rules: the tolerances.
        current: whether this is the device's newest boot; an earlier one whose clock was never
            known cannot be known any more (``UNSYNCHRONISED``: for charts only).

    Returns:
        ``UNCERTAIN`` without an offset: the caller counts such a frame by its arrival.
    """
    low, high, _, _ = interval
    if low is None or high is None or high - low > rules.uncertain_ms:
        return _UNCERTAIN if current else _UNSYNCHRONISED
    if low <= rules.stands_ms and high >= -rules.stands_ms:
        return _STANDS
    return ClockMapping(ClockState.MAPPED, (low + high) // 2)


_STANDS = ClockMapping(ClockState.STANDS, 0)
_UNCERTAIN = ClockMapping(ClockState.UNCERTAIN, None)
_UNSYNCHRONISED = ClockMapping(ClockState.UNSYNCHRONISED, None)
