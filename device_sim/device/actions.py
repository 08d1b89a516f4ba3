"""Actions that the device's core asks of the world around it, and the moments it is asked at."""

from typing import NamedTuple

from gateway import wire


class TwoClocks(NamedTuple):
    """One moment on two clocks.

    ``clock_ms`` is what the device's own clock reads (milliseconds since 1970; it may be wrong or
    jump) and goes into messages; ``timer_s`` only ever grows and drives waiting and resending.
    """

    clock_ms: int
    timer_s: float


class Made(NamedTuple):
    """A frame with so many readings was signed and spooled."""

    boot: int
    seq: int
    frame: bytes
    readings: int


class Publish(NamedTuple):
    """Publish this payload (QoS 1, not retained); ``resend`` if it was sent before."""

    kind: wire.TopicKind
    payload: bytes
    boot: int
    seq: int
    resend: bool


class Forgot(NamedTuple):
    """The frame left the spool: covered by ``acks``, or ``dropped`` for want of room."""

    boot: int
    seq: int
    dropped: bool


class Obey(NamedTuple):
    """Carry out a command (measure, message, interval, rotate_key), then call ``finished``."""

    command: wire.Command


Action = Made | Publish | Forgot | Obey


def made_of(message: wire.DeviceMessage, frame: bytes) -> Made:
    """Say that a message became a frame."""
    samples = message.samples if isinstance(message, wire.Vitals) else []
    readings = sum(len(sample.readings()) for sample in samples)
    return Made(message.boot, message.seq, frame, readings)
