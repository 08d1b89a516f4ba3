"""Counting what was ignored: members and metrics that this version does not know."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import msgspec

from gateway.wire.messages import (
    METRIC_NAMES,
    Clock,
    ClockEcho,
    DeviceMessage,
    Receipt,
    Sample,
    SampleQuality,
    Vitals,
)


def _map(names: Iterable[str], **inner: dict[str, Any]) -> dict[str, Any]:
    """Known member names, each with the map of its own members where it has any."""
    return {**dict.fromkeys(("type", *names)), **inner}


_KNOWN: dict[type, dict[str, Any]] = {
    Vitals: _map(Vitals.__struct_fields__, samples=dict.fromkeys(Sample.__struct_fields__)),
    Clock: _map(Clock.__struct_fields__, echo=dict.fromkeys(ClockEcho.__struct_fields__)),
    Receipt: _map(Receipt.__struct_fields__),
}

_values = attrgetter(*METRIC_NAMES)
_ALWAYS = 4  # type, device, boot, seq


def members(message: Vitals) -> int:
    """How many members our encoding of vitals holds: what is not measured is left out."""
    samples = message.samples
    count = _ALWAYS + bool(samples) + bool(message.dropped)
    for sample in samples:
        absent: int = _values(sample).count(None)
        count += 1 + len(METRIC_NAMES) - absent + (sample.q is not SampleQuality.OK)
    return count


def _unknown(value: object, known: dict[str, Any]) -> int:
    """How many members of a decoded value are not in the (nested) map of known ones."""
    if isinstance(value, list):
        return sum(_unknown(item, known) for item in value)
    if not isinstance(value, dict):
        return 0
    here = sum(1 for name in value if name not in known)
    nested = ((value[name], inner) for name, inner in known.items() if inner and name in value)
    return here + sum(_unknown(item, inner) for item, inner in nested)


def count_ignored(raw: bytes, message: DeviceMessage) -> int:
    """How many members of an accepted message were ignored because they are not known.

    Every member has one colon and the message holds no member that the bytes do not, so equal
    counts mean that nothing was ignored (the usual case, 0.5 us); else the members are counted out
    in full. What cannot be decoded lies in a member that nobody looked at: one.
    """
    if type(message) is Vitals and raw.count(b":") == members(message):
        return 0
    try:
        return _unknown(msgspec.json.decode(raw), _KNOWN[type(message)])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 1
