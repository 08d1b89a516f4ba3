"""Messages: what is inside a frame, as typed structs with strict decoding.

msgspec decodes straight into the structs (about 1 us for a frame of six readings). Strict means: a
time is a JSON integer, NaN and infinities are not JSON, an unknown ``type`` is ``malformed``. A
repeated member counts as its last; since the typed decoder judges each occurrence, what it refuses
gets a second look through a plain dictionary. ``null`` for a metric means that it was not measured.

Times are integer milliseconds since 1970; their upper bound (end of the year 9999) keeps every
accepted time representable as a ``datetime``.
"""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from gateway.wire.refusals import Refusal

MAX_SAMPLES = 1_000
MAX_BOOT = 2**32 - 1
MAX_SEQ = 2**53 - 1
MAX_TIME_MS = 253_402_300_799_999
MAX_BOOTS = 4
MAX_ALSO_RANGES = 32
_ID_CHARS = 128
_TEXT_CHARS = 4_096

Millis = Annotated[int, Meta(ge=0, le=MAX_TIME_MS)]
Boot = Annotated[int, Meta(ge=0, le=MAX_BOOT)]
Seq = Annotated[int, Meta(ge=1, le=MAX_SEQ)]
UpTo = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
Count = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
DeviceId = Annotated[str, Meta(max_length=63)]
ShortText = Annotated[str, Meta(max_length=_ID_CHARS, pattern=r"^[^\x00]*$")]
"""Text for the store, which takes no NUL. A device id needs no such look: it must be known."""


class SampleQuality(StrEnum):
    """The device's own word on a sample; ``poor`` and ``calibrating`` are never scored."""

    OK = "ok"
    MANUAL = "manual"
    POOR = "poor"
    CALIBRATING = "calibrating"


class CommandName(StrEnum):
    """The closed list of commands."""

    MEASURE = "measure"
    MESSAGE = "message"
    INTERVAL = "interval"
    CLOCK = "clock"
    ROTATE_KEY = "rotate_key"
    TRUST = "trust"


class ReceiptState(StrEnum):
    """How far a command has come."""

    DELIVERED = "delivered"
    SEEN = "seen"
    DONE = "done"
    DECLINED = "declined"


class Sample(Struct, frozen=True, omit_defaults=True, gc=False):
    """Readings taken at one moment ``t``; ``None`` is not measured. Units: docs/device-protocol."""

    t: Millis
    hr: float | None = None
    spo2: float | None = None
    rr: float | None = None
    temp: float | None = None
    sbp: float | None = None
    dbp: float | None = None
    glucose: float | None = None
    weight: float | None = None
    steps: float | None = None
    acvpu: float | None = None
    o2: float | None = None
    battery: float | None = None
    q: SampleQuality = SampleQuality.OK

    def readings(self) -> list[tuple[str, float]]:
        """The (metric name, value) pairs that were measured, in the order of METRIC_NAMES."""
        values = ((name, getattr(self, name)) for name in METRIC_NAMES)
        return [(name, value) for name, value in values if value is not None]


METRIC_NAMES: tuple[str, ...] = tuple(
    name for name in Sample.__struct_fields__ if name not in {"t", "q"}
)


class Vitals(Struct, tag="vitals/1", tag_field="type", frozen=True, omit_defaults=True):
    """Measurements; no samples is a heartbeat. ``dropped``: frames the spool had to give up."""

    device: DeviceId
    boot: Boot
    seq: Seq
    samples: list[Sample] = []
    dropped: Count = 0


class ClockEcho(Struct, frozen=True):
    """The ``time`` of the last live acks heard in this boot, and the device's clock just then."""

    gateway: Millis
    heard: Millis


class Clock(Struct, tag="clock/1", tag_field="type", frozen=True):
    """What the device's clock reads now, and how many frames it still holds."""

    device: DeviceId
    boot: Boot
    seq: Seq
    now: Millis
    spooled: Count = 0
    echo: ClockEcho | msgspec.UnsetType = msgspec.UNSET


class Receipt(Struct, tag="receipt/1", tag_field="type", frozen=True):
    """What became of a command, by the device's clock."""

    device: DeviceId
    boot: Boot
    seq: Seq
    command_id: ShortText
    state: ReceiptState
    at: Millis


class BootAcks(Struct, frozen=True):
    """What is handled of one boot: up to ``upto``, the ``also`` ranges, and the ``refused``."""

    boot: Boot
    upto: UpTo
    also: list[tuple[Seq, Seq]] = []
    refused: list[tuple[Seq, ShortText]] = []


class Acks(Struct, tag="acks/1", tag_field="type", frozen=True):
    """The gateway's acknowledgement, for the latest boots with news; ``time`` is the gateway's."""

    device: DeviceId
    time: Millis
    boots: list[BootAcks] = []


class Command(Struct, tag="command/1", tag_field="type", frozen=True):
    """A command; ``args`` by its name. A name the device does not know is declined, not refused."""

    device: DeviceId
    id: ShortText
    issued: Millis
    expires: Millis
    command: ShortText
    args: dict[ShortText, Annotated[str, Meta(max_length=_TEXT_CHARS)] | int | float] = {}


DeviceMessage = Vitals | Clock | Receipt
GatewayMessage = Acks | Command

_encoder = msgspec.json.Encoder()
_device_decoder: msgspec.json.Decoder[DeviceMessage] = msgspec.json.Decoder(DeviceMessage)
_gateway_decoder: msgspec.json.Decoder[GatewayMessage] = msgspec.json.Decoder(GatewayMessage)


def encode(message: DeviceMessage | GatewayMessage) -> bytes:
    """The message's bytes (UTF-8 JSON, no spaces), to be framed. Values must be finite."""
    return _encoder.encode(message)


def _is_utf8(raw: bytes) -> bool:
    """Whether all of it is UTF-8: the decoder does not look inside members that it skips."""
    if raw.isascii():
        return True
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _second_look(raw: bytes, kind: Any) -> Any:  # noqa: ANN401 -- msgspec's own signature
    """Decode with the last of repeated members counting, at several times the cost."""
    try:
        return msgspec.convert(msgspec.json.decode(raw), kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Refusal.MALFORMED


def decode_device_message(raw: bytes) -> DeviceMessage | Refusal:
    """Decode what a device signed: ``malformed``, or ``oversized`` over 1,000 samples."""
    message: DeviceMessage | Refusal
    try:
        message = _device_decoder.decode(raw)
    except msgspec.ValidationError:
        message = _second_look(raw, DeviceMessage)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Refusal.MALFORMED
    if isinstance(message, Vitals) and len(message.samples) > MAX_SAMPLES:
        return Refusal.OVERSIZED
    return message if _is_utf8(raw) else Refusal.MALFORMED


def decode_gateway_message(raw: bytes) -> GatewayMessage | Refusal:
    """Decode what the gateway signed, or ``malformed``."""
    try:
        return _gateway_decoder.decode(raw)
    except msgspec.ValidationError:
        looked: GatewayMessage | Refusal = _second_look(raw, GatewayMessage)
        return looked
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Refusal.MALFORMED
