"""MQTT 5 packets by hand: the few that every frame pays for."""

from collections.abc import Sequence
from struct import pack
from typing import NamedTuple

_PUBLISH, PUBACK = 0x30, 0x40
_RETAIN, _QOS_SHIFT, _QOS = 0x01, 1, 0x03
_MORE, _DIGIT, _MOST_DIGITS = 0x80, 0x7F, 4


class MalformedError(ValueError):
    """The broker sent what is no MQTT 5."""


class PublishPacket(NamedTuple):
    """One PUBLISH; ``mid`` is 0 when it needs no acknowledgement."""

    topic: str
    payload: bytes
    retain: bool
    mid: int


def number(data: bytes, at: int) -> tuple[int, int] | None:
    """A variable byte integer and where it ends; None: it is not all here.

    Raises:
        MalformedError: it is longer than four bytes.
    """
    value = 0
    for place in range(_MOST_DIGITS):
        if at + place >= len(data):
            return None
        digit = data[at + place]
        value |= (digit & _DIGIT) << 7 * place
        if digit < _MORE:
            return value, at + place + 1
    raise MalformedError("a length of more than four bytes")


def publish(head: int, data: bytes, start: int, end: int) -> PublishPacket:
    """Take a PUBLISH of MQTT 5 apart; its properties say nothing to us.

    Raises:
        MalformedError: it is longer than it says, or of QoS 2, which is not subscribed to.
    """
    qos = head >> _QOS_SHIFT & _QOS
    at = start + 2 + int.from_bytes(data[start : start + 2], "big")
    topic = data[start + 2 : at].decode(errors="replace")
    mid = 0
    if qos:
        mid = int.from_bytes(data[at : at + 2], "big")
        at += 2
    if at < end and not data[at]:
        at += 1  # no properties, as of nearly every frame
    else:
        at = _behind_properties(data, at)
    if at > end or qos > 1:
        raise MalformedError("a PUBLISH longer than it says")
    return PublishPacket(topic, data[at:end], bool(head & _RETAIN), mid)


def _behind_properties(data: bytes, at: int) -> int:
    properties = number(data, at)
    if properties is None:
        raise MalformedError("a PUBLISH that cannot be read")
    return properties[1] + properties[0]


def pubacks(mids: Sequence[int]) -> bytes:
    """The PUBACKs of these messages, in order."""
    return b"".join(pack(">BBH", PUBACK, 2, mid) for mid in mids)


def telling(topic: str, payload: bytes) -> bytes:
    """A retained PUBLISH of QoS 0 without properties."""
    name = topic.encode()
    left = 3 + len(name) + len(payload)
    head = bytearray((_PUBLISH | _RETAIN,))
    while left >= _MORE:
        head.append(left & _DIGIT | _MORE)
        left >>= 7
    head.append(left)
    return b"".join((head, pack(">H", len(name)), name, b"\x00", payload))
