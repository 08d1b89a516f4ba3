"""The decision whether one frame counts: pure, and deaf to nothing that a stranger may send.

``open_frame`` turns bytes into a verified message or a refusal; ``admit`` holds the message
against the device's replay window. Neither raises on any input; neither reads a clock.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from nacl.exceptions import CryptoError

from gateway import wire
from gateway.registry import KEYS_TRIED, OVERLAP_MS, Device, Key, Registry
from gateway.windows import Place, Window
from gateway.wire import Refusal


class Opened(NamedTuple):
    """A frame whose signature held under one of its device's keys.

    Attributes:
        device: whose topic it came on.
        key: under which the signature held.
        frame: the signed frame, opened if it was sealed.
        message: what it says.
    """

    device: Device
    key: Key
    frame: bytes
    message: wire.DeviceMessage

    def unknown_members(self) -> int:
        """How many members of the message this version does not know, and ignored."""
        return wire.count_ignored(wire.unverified_message(self.frame), self.message)


class Refused(NamedTuple):
    """A frame that does not count.

    Attributes:
        reason: the word on the wire.
        device: whose topic it came on, if it is known.
        signed: whether a valid signature of that device held; such a frame is covered by acks
            once it is in quarantine, if its number could be read.
        boot: its boot and sequence number, if they could be read from a signed frame.
        seq: likewise.
        detail: for the reader of the quarantine.
    """

    reason: Refusal
    device: Device | None = None
    signed: bool = False
    boot: int | None = None
    seq: int | None = None
    detail: str = ""


class _Identity(msgspec.Struct):
    device: str
    boot: wire.messages.Boot
    seq: wire.messages.Seq


class _Named(msgspec.Struct):
    device: str


_identity = msgspec.json.Decoder(_Identity)
_named = msgspec.json.Decoder(_Named)


def unsealed(payload: bytes, device: Device, box_private: bytes) -> bytes | Refusal:
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


def _shared(key: Key, box_private: bytes) -> bytes | None:
    """The box key of this device and the gateway, made at its first sealed frame."""
    if key.shared is None and key.box_public is not None:
        try:
            key.shared = wire.box_key(key.box_public, box_private)
        except (CryptoError, ValueError):
            key.box_public = None
    return key.shared


def verified(frame: bytes, device: Device) -> tuple[Key, bytes] | Refusal:
    """The key under which a signed frame holds, and its message."""
    for key in device.keys[:KEYS_TRIED]:
        message = wire.open_signed(frame, key.sign_public)
        if not isinstance(message, Refusal):
            return key, message
    return Refusal.BAD_SIGNATURE


def open_frame(
    frame: bytes, topic: wire.Topic, device: Device, registry: Registry
) -> Opened | Refused:
    """Verify and decode a signed frame that came on ``topic``.

    Args:
        frame: claims to be signed (``unsealed`` said so).
        topic: where it came.
        device: the topic's device.
        registry: all devices: a frame of another device on this topic is told apart.
    """
    held = verified(frame, device)
    if isinstance(held, Refusal):
        return Refused(_whose(frame, device, registry), device)
    key, raw = held
    message = wire.decode_device_message(raw)
    if isinstance(message, Refusal):
        return _unreadable(message, raw, device)
    if message.device != device.id or not _kind_fits(message, topic):
        return Refused(Refusal.TOPIC_MISMATCH, device, detail=f"message of {message.device!r}")
    return Opened(device, key, frame, message)


def _whose(frame: bytes, device: Device, registry: Registry) -> Refusal:
    """Why the signature failed: forged, or another device's frame on this device's topic."""
    try:
        name = _named.decode(wire.unverified_message(frame)).device
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refusal.BAD_SIGNATURE
    other = registry.devices.get(name)
    if other is None or other is device or isinstance(verified(frame, other), Refusal):
        return Refusal.BAD_SIGNATURE
    return Refusal.TOPIC_MISMATCH


def _unreadable(reason: Refusal, raw: bytes, device: Device) -> Refused:
    """A signed message that cannot be read; its number may still be legible."""
    said = _number_of(raw)
    if said is None:
        return Refused(reason, device, signed=True)
    if said.device != device.id:
        return Refused(Refusal.TOPIC_MISMATCH, device)
    return Refused(reason, device, signed=True, boot=said.boot, seq=said.seq)


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


@dataclass(frozen=True, slots=True)
class Accepted:
    """A frame that counts, for the first time."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A frame that was handled before: acknowledged again, and nothing more."""


ACCEPTED = Accepted()
DUPLICATE = Duplicate()


def key_refusal(device: Device, key: Key, boot: int, seq: int, now_ms: int) -> str | None:
    """Why a key does not count for this frame, or None.

    From the first stored frame under a newer key, the older one counts only for frames with a
    lower (boot, seq), and for seven days.
    """
    if device.revoked or (key.revoked_ms is not None and key.revoked_ms <= now_ms):
        return "revoked"
    if key.superseded_at is None or key.superseded_ms is None:
        return None
    if (boot, seq) >= key.superseded_at:
        return "superseded by a newer key"
    return "superseded over 7 days ago" if now_ms - key.superseded_ms > OVERLAP_MS else None


def admit(
    opened: Opened,
    topic: wire.Topic,
    bucket: str | None,
    *,
    window: Window | None,
    stored: bytes | None,
    now_ms: int,
) -> Accepted | Duplicate | Refused:
    """Whether a verified frame counts.

    Args:
        opened: what ``open_frame`` made of it.
        topic: where it came.
        bucket: the patient's.
        window: of its boot; None: the first frame of a boot.
        stored: the frame kept under the same (device, boot, seq), if one is and the window does
            not show the number as fresh.
        now_ms: ward time.
    """
    device, key, frame, message = opened
    why = key_refusal(device, key, message.boot, message.seq, now_ms)
    if why is not None:
        return Refused(Refusal.REVOKED_KEY, device, detail=why)
    if bucket != topic.bucket:
        return Refused(Refusal.TOPIC_MISMATCH, device, detail="bucket is not the patient's")
    if stored is not None:
        if stored == frame:
            return DUPLICATE
        return Refused(Refusal.CONFLICT, device, True, message.boot, message.seq)  # noqa: FBT003
    place = Place.FRESH if window is None else window.place(message.seq)
    if place is Place.BELOW:
        return Refused(Refusal.REPLAYED, device, True, message.boot, message.seq)  # noqa: FBT003
    return ACCEPTED if place is Place.FRESH else DUPLICATE
