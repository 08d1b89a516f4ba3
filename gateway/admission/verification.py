"""Decoding and verification of one frame's signature: pure, whatever a stranger may send.

``decode_frame`` turns bytes into a verified message or a refusal; it raises on no input. Whether
that key counts, and the number is new, is for ``verdicts``.
"""

import json
from contextlib import suppress
from typing import NamedTuple

import msgspec
from nacl.exceptions import CryptoError

from gateway import wire
from gateway.admission.registry import KEYS_TRIED, Device, DeviceKey, Registry
from gateway.wire import Refusal

Number = tuple[int, int]
"""(boot, seq)."""


class Authenticated(NamedTuple):
    """What a signature says of a frame, whatever the frame says.

    Attributes:
        device: whose topic it came on.
        key: of that device, under which the signature held; whether it counts is not said.
        frame: the signed frame, opened if it was sealed.
        number: None if it could not be read.
    """

    device: Device
    key: DeviceKey
    frame: bytes
    number: Number | None


class DecodedFrame(NamedTuple):
    """A frame whose signature held under one of its device's keys, and what it says."""

    device: Device
    key: DeviceKey
    frame: bytes
    message: wire.DeviceMessage

    @property
    def vouched(self) -> Authenticated:
        """What the signature says of it."""
        number = (self.message.boot, self.message.seq)
        return Authenticated(self.device, self.key, self.frame, number)

    def unknown_members(self) -> int:
        """How many members of the message this version does not know, and ignored."""
        return wire.count_ignored(wire.unverified_message(self.frame), self.message)


class RefusedFrame(NamedTuple):
    """A frame that does not count.

    Attributes:
        reason: the word on the wire.
        device: whose topic it came on, if it is known.
        vouched: if a signature of that device held; under a key that counts, such a frame is
            covered by acks once it is in quarantine, if its number could be read.
        detail: for the reader of the quarantine.
    """

    reason: Refusal
    device: Device | None = None
    vouched: Authenticated | None = None
    detail: str = ""

    @property
    def number(self) -> Number | None:
        """Its boot and sequence number, if a signature held and they could be read."""
        return None if self.vouched is None else self.vouched.number


class _Identity(msgspec.Struct):
    device: str
    boot: wire.messages.Boot
    seq: wire.messages.Seq


class _Named(msgspec.Struct):
    device: str


_identity = msgspec.json.Decoder(_Identity)
_named = msgspec.json.Decoder(_Named)


def unseal(payload: bytes, device: Device, box_private: bytes) -> bytes | Refusal:
    """The signed frame in a payload; a sealed one is opened with the device's box keys."""
    kind = wire.frame_kind(payload)
    if kind is wire.FrameKind.SIGNED or isinstance(kind, Refusal):
        return payload if kind is wire.FrameKind.SIGNED else kind
    for key in device.keys[:KEYS_TRIED]:
        shared = _shared(key, box_private)
        if shared is not None:
            inner = wire.open_sealed(payload, shared)
            if inner is not Refusal.UNSEALABLE:
                return inner
    return Refusal.UNSEALABLE


def _shared(key: DeviceKey, box_private: bytes) -> bytes | None:
    """The box key of this device and the gateway, made at its first sealed frame."""
    if key.shared is None and key.box_public is not None:
        try:
            key.shared = wire.box_key(key.box_public, box_private)
        except (CryptoError, ValueError):
            key.box_public = None
    return key.shared


def verify_signature(frame: bytes, device: Device) -> tuple[DeviceKey, bytes] | Refusal:
    """The key under which a signed frame holds, and its message."""
    for key in device.keys[:KEYS_TRIED]:
        message = wire.open_signed(frame, key.sign_public)
        if not isinstance(message, Refusal):
            return key, message
    return Refusal.BAD_SIGNATURE


def decode_frame(
    frame: bytes, topic: wire.Topic, device: Device, registry: Registry
) -> DecodedFrame | RefusedFrame:
    """Verify and decode a signed frame that came on ``topic``.

    Args:
        frame: claims to be signed (``unseal`` said so).
        topic: where it came.
        device: the topic's device.
        registry: all devices: a frame of another device on this topic is told apart.
    """
    held = verify_signature(frame, device)
    if isinstance(held, Refusal):
        return RefusedFrame(_whose(frame, device, registry), device)
    key, raw = held
    message = wire.decode_device_message(raw)
    if isinstance(message, Refusal):
        return _unreadable(message, raw, Authenticated(device, key, frame, None))
    if message.device != device.id:
        return RefusedFrame(Refusal.TOPIC_MISMATCH, device, detail=f"message of {message.device!r}")
    opened = DecodedFrame(device, key, frame, message)
    if not _kind_fits(message, topic):
        return RefusedFrame(
            Refusal.TOPIC_MISMATCH, device, opened.vouched, "message of another topic"
        )
    return opened


def _whose(frame: bytes, device: Device, registry: Registry) -> Refusal:
    """Why the signature failed: forged, or another device's frame on this device's topic."""
    try:
        name = _named.decode(wire.unverified_message(frame)).device
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refusal.BAD_SIGNATURE
    other = registry.devices.get(name)
    if other is None or other is device or isinstance(verify_signature(frame, other), Refusal):
        return Refusal.BAD_SIGNATURE
    return Refusal.TOPIC_MISMATCH


def _unreadable(reason: Refusal, raw: bytes, vouched: Authenticated) -> RefusedFrame:
    """A signed message that cannot be read; its number may still be legible."""
    said, device = _number_of(raw), vouched.device
    if said is None:
        return RefusedFrame(reason, device, vouched)
    if said.device != device.id:
        return RefusedFrame(Refusal.TOPIC_MISMATCH, device, detail=f"message of {said.device!r}")
    return RefusedFrame(reason, device, vouched._replace(number=(said.boot, said.seq)))


def _number_of(raw: bytes) -> _Identity | None:
    """Who says what is no message; NaN is no JSON, yet what stands beside it can be read.

    A device that cannot be told which frame was refused would send it again for ever.
    """
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _identity.decode(raw)
    with suppress(msgspec.ValidationError, ValueError, RecursionError):
        return msgspec.convert(json.loads(raw), _Identity)
    return None


def _kind_fits(message: wire.DeviceMessage, topic: wire.Topic) -> bool:
    receipt = isinstance(message, wire.Receipt)
    return receipt == (topic.kind is wire.TopicKind.RECEIPTS)
