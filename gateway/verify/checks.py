"""Checks of one stored frame, one key, one person's entry, and the readings of each.

Pure: rows in, faults out. Nothing here trusts a row to be what the gateway wrote; whatever is
stored is answered with a fault that names it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from gateway import wire
from gateway.admission.clock_offset import ClockState
from gateway.admission.registry import OVERLAP_MS
from gateway.admission.samples import newest_ms
from gateway.admission.staff_entries import entered_samples
from gateway.recovery.message_replay import as_stored, replayed
from gateway.store.evidence import EvidenceEntry, EvidenceFrame, EvidenceReading
from gateway.verify.refused_samples import unfounded

_KINDS: dict[type, int] = {wire.Vitals: 1, wire.Clock: 2, wire.Receipt: 3}
_MS = 1000
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What stored content can raise that the gateway did not write."""


class Fault(NamedTuple):
    """Something that does not hold.

    Attributes:
        what: ``frame``, ``key``, ``row``, ``entry`` or ``device``.
        where: its id; of a row the frame's id with the reading's metric and time.
        why: in words.
    """

    what: str
    where: str
    why: str

    def line(self) -> str:
        """For the reader of the report."""
        return f"{self.what} {self.where}: {self.why}"


def key_fault(frame: EvidenceFrame) -> str | None:
    """Why the named key was not valid for this frame when it came, or None."""
    at_ms, revoked, enrolled = frame.time_us // _MS, frame.revoked_us, frame.enrolled_us
    checks = (
        (frame.sign_public is None, "is not there"),
        (frame.key_device != frame.device_no, "belongs to another device"),
        (revoked is not None and revoked // _MS <= at_ms, "was revoked before this frame came"),
        (enrolled is not None and enrolled // _MS > at_ms, "was enrolled after this frame came"),
        (_superseded(frame), "was superseded by a newer key"),
    )
    return next((f"frame {frame.frame_id}: this key {why}" for wrong, why in checks if wrong), None)


def _superseded(frame: EvidenceFrame) -> bool:
    """Whether a newer key had ended this one for this frame's number."""
    boot, seq = frame.superseded_boot, frame.superseded_seq
    if frame.superseded_us is None or boot is None or seq is None:
        return False
    since_ms = frame.time_us // _MS - frame.superseded_us // _MS
    if since_ms <= 0:
        return False
    return (frame.boot, frame.seq) >= (boot, seq) or since_ms > OVERLAP_MS


def signed_bytes(frame: EvidenceFrame) -> bytes | None:
    """The message, if the signature over it holds under the key that is named."""
    if frame.sign_public is None or wire.frame_kind(frame.frame) is not wire.FrameKind.SIGNED:
        return None
    raw = wire.open_signed(frame.frame, frame.sign_public)
    return None if isinstance(raw, wire.Refusal) else raw


def message_of(frame: EvidenceFrame, raw: bytes | None) -> wire.DeviceMessage | str:
    """What the signed bytes say, or why they do not bear out the row."""
    if raw is None:
        return _unsigned(frame)
    message = wire.decode_device_message(raw)
    if isinstance(message, wire.Refusal):
        return "the signed bytes are no message"
    said = (message.device, message.boot, message.seq, _KINDS[type(message)])
    if said != (frame.device, frame.boot, frame.seq, frame.kind):
        return f"the signed bytes say {said}, the row says otherwise"
    if frame.belongs_to != frame.patient_no:
        return "the device belongs to another patient"
    return _clock_fault(frame, message) or message


def _unsigned(frame: EvidenceFrame) -> str:
    if frame.sign_public is None:
        return "no key to check the signature with"
    if wire.frame_kind(frame.frame) is not wire.FrameKind.SIGNED:
        return "the stored bytes are no signed frame"
    return f"the signature does not hold under key {frame.key_id}"


def _clock_fault(frame: EvidenceFrame, message: wire.DeviceMessage) -> str | None:
    """Why the offset cannot be what the clock's state makes it, or None."""
    offset, state = frame.offset_ms, frame.clock_state
    newest = newest_ms(message) if isinstance(message, wire.Vitals) else None
    by_arrival = None if newest is None else frame.time_us // _MS - newest
    right = {
        ClockState.STANDS: offset == 0,
        ClockState.MAPPED: offset is not None,
        ClockState.UNCERTAIN: offset == by_arrival,
        ClockState.UNSYNCHRONISED: offset is None,
    }
    if state not in right:
        return f"clock state {state} is none"
    return None if right[ClockState(state)] else f"clock state {state} has no offset of {offset} ms"


_Reading = tuple[int, int, int | None, int, float]
"""(metric, time and device's time in microseconds, quality, value)."""


def _reading(row: EvidenceReading) -> _Reading:
    return row.metric, row.time_us, row.device_us, row.quality, row.value


def derived(frame: EvidenceFrame, message: wire.DeviceMessage) -> list[_Reading]:
    """The readings that this frame gives, as they must be stored."""
    if not isinstance(message, wire.Vitals):
        return []
    offset = frame.offset_ms or 0
    made = replayed(message, ClockState(frame.clock_state), frame.offset_ms, frame.refused)
    return [
        (one.metric, one.t_ms * _MS, (one.t_ms - offset) * _MS, one.quality, one.value)
        for one in as_stored(made, frame.refused)
    ]


def frame_faults(
    frame: EvidenceFrame,
    raw: bytes | None,
    stored: Sequence[EvidenceReading],
    too_old_ms: int,
) -> Iterator[Fault]:
    """What does not hold of a frame and its readings; content that nobody wrote so included."""
    where = str(frame.frame_id)
    try:
        message = message_of(frame, raw)
        if isinstance(message, str):
            yield Fault("frame", where, message)
            return
        for why in unfounded(frame, message, too_old_ms):
            yield Fault("frame", where, why)
        yield from _row_faults(frame, message, stored)
    except UNREADABLE as error:
        yield Fault("frame", where, f"cannot be read: {type(error).__name__}: {error}")


def _row_faults(
    frame: EvidenceFrame, message: wire.DeviceMessage, stored: Iterable[EvidenceReading]
) -> Iterator[Fault]:
    """What differs between the stored readings of a frame and what the frame gives."""
    wanted = Counter(derived(frame, message))
    owner = (frame.device_no, frame.time_us, None)
    for row in stored:
        owned = (row.device_no, row.received_us, row.entered_by) == owner
        if not _taken(row, wanted, owned=owned):
            yield Fault("row", place(row), "the signed frame does not give this reading")
    yield from _missing(frame.frame_id, wanted, "the signed frame gives")


def entry_faults(entry: EvidenceEntry, stored: Sequence[EvidenceReading]) -> Iterator[Fault]:
    """What differs between the readings under a person's entry and what they entered."""
    try:
        wanted = Counter(_given(entry))
    except UNREADABLE as error:
        why = f"cannot be read: {type(error).__name__}: {error}"
        yield Fault("entry", str(entry.id), why)
        wanted = Counter()
    entered_us = entry.entered_us // _MS * _MS
    if entry.folded_us != entered_us:
        yield Fault("entry", str(entry.id), "was folded at another time than it was entered")
    for row in stored:
        owned = (row.received_us, row.entered_by) == (entered_us, entry.entered_by)
        if not _taken(row, wanted, owned=owned):
            yield Fault("row", place(row), f"entry {entry.id} does not give this reading")
    yield from _missing(entry.frame_id, wanted, f"entry {entry.id} gives")


def _given(entry: EvidenceEntry) -> list[_Reading]:
    if not isinstance(entry.payload, dict):
        raise TypeError("the entry is no object")
    samples = entered_samples(entry.payload)
    return [(one.metric, one.t_ms * _MS, None, one.quality, one.value) for one in samples]


def _taken(row: EvidenceReading, wanted: "Counter[_Reading]", *, owned: bool) -> bool:
    """Whether a row is one of those that are wanted, which it then no longer is."""
    one = _reading(row)
    if not owned or wanted[one] < 1:
        return False
    wanted[one] -= 1
    return True


def _missing(frame_id: int, wanted: "Counter[_Reading]", who: str) -> Iterator[Fault]:
    for metric, time_us, _, _, value in sorted(wanted.elements(), key=lambda one: one[:2]):
        where = f"{frame_id} metric {metric} at {_instant(time_us)}"
        yield Fault("row", where, f"{who} {value}, which is not stored")


def place(row: EvidenceReading) -> str:
    """Where a row is, for the reader of the report."""
    return f"{row.frame_id} metric {row.metric} at {_instant(row.time_us)} value {row.value}"


def _instant(at_us: int) -> str:
    """A time in words; one that no calendar holds as the number it is."""
    try:
        moment = datetime.fromtimestamp(at_us / 1_000_000, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{at_us} us"
    return moment.isoformat(timespec="milliseconds")
