"""The decision whether one frame counts: pure, and without a clock of its own.

``admit`` holds what a signature vouches for against the key's standing, the patient's bucket and
the device's replay window, and a message that cannot be read no less than one that can: whatever
takes a number must have the right to.
"""

from collections.abc import Collection
from dataclasses import dataclass

from gateway import wire
from gateway.admission.registry import OVERLAP_MS, Device, DeviceKey
from gateway.admission.replay_window import ReplayWindow, SeqStatus
from gateway.admission.verification import Authenticated, Number, RefusedFrame
from gateway.wire import Refusal


@dataclass(frozen=True, slots=True)
class Accepted:
    """A frame that counts, for the first time."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A frame that was handled before: acknowledged again, and nothing more."""


ACCEPTED = Accepted()
DUPLICATE = Duplicate()


def key_refusal(device: Device, key: DeviceKey, number: Number | None, now_ms: int) -> str | None:
    """Why a key does not count for this frame, or None.

    From the first stored frame under a newer key, the older one counts only for frames with a
    lower (boot, seq), and for seven days; so for none whose number cannot be read.
    """
    if device.revoked or (key.revoked_ms is not None and key.revoked_ms <= now_ms):
        return "revoked"
    if key.superseded_at is None or key.superseded_ms is None:
        return None
    if number is None or number >= key.superseded_at:
        return "superseded by a newer key"
    return "superseded over 7 days ago" if now_ms - key.superseded_ms > OVERLAP_MS else None


def admit(
    said: Authenticated,
    topic: wire.Topic,
    bucket: str | None,
    *,
    refused: RefusedFrame | None,
    window: ReplayWindow | None,
    kept: Collection[bytes],
    now_ms: int,
) -> Accepted | Duplicate | RefusedFrame:
    """Whether a frame whose signature held counts; a refusal without ``vouched`` covers nothing.

    Args:
        said: whose it is, and its number.
        topic: where it came.
        bucket: the patient's.
        refused: why its message does not count, if it does not.
        window: of its boot; None: the first frame of a boot.
        kept: the signed frames stored or in quarantine under the same (device, boot, seq), if the
            window does not show the number as fresh.
        now_ms: ward time.
    """
    why = key_refusal(said.device, said.key, said.number, now_ms)
    if why is not None:
        return RefusedFrame(Refusal.REVOKED_KEY, said.device, detail=why)
    if bucket != topic.bucket:
        return RefusedFrame(
            Refusal.TOPIC_MISMATCH, said.device, detail="bucket is not the patient's"
        )
    before = None if said.number is None else _before(said, said.number[1], window, kept)
    return before or refused or ACCEPTED


def _before(
    said: Authenticated, seq: int, window: ReplayWindow | None, kept: Collection[bytes]
) -> Duplicate | RefusedFrame | None:
    """What its number's past makes of a frame; None: it has none."""
    if kept:
        known = said.frame in kept
        return DUPLICATE if known else RefusedFrame(Refusal.CONFLICT, said.device, said)
    place = SeqStatus.FRESH if window is None else window.status(seq)
    if place is SeqStatus.BELOW:
        return RefusedFrame(Refusal.REPLAYED, said.device, said)
    return DUPLICATE if place is SeqStatus.HANDLED else None
