"""``homeward verify``: hold every stored reading against the signed bytes it came from.

For each frame: the signature holds under the key that is named; the key belonged to the device,
and was valid for this frame at that time; the bytes say the device, boot, number and kind that the
row says. For each reading: its frame (or the named person's entry) gives exactly this reading.
Whatever fails is named.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TextIO

from gateway import wire
from gateway.clocks import ClockState
from gateway.errors import GatewayError
from gateway.registry import OVERLAP_MS
from gateway.samples import replayed
from gateway.staff import entered_samples
from gateway.store import evidence
from gateway.store.evidence import EvidenceFrame, EvidenceReading, Range
from gateway.store.session import connect

_KINDS: dict[type, int] = {wire.Vitals: 1, wire.Clock: 2, wire.Receipt: 3}


class Fault(NamedTuple):
    """Something that does not hold.

    Attributes:
        what: ``frame``, ``key`` or ``row``.
        where: the frame's id, with the reading's metric and time for a row.
        why: in words.
    """

    what: str
    where: str
    why: str

    def line(self) -> str:
        """For the reader of the report."""
        return f"{self.what} {self.where}: {self.why}"


@dataclass(slots=True)
class Tally:
    """How much was looked at, and what was wrong."""

    frames: int = 0
    readings: int = 0
    faults: int = 0


def key_fault(frame: EvidenceFrame) -> str | None:
    """Why the named key was not valid for this frame when it came, or None."""
    at_ms, revoked, enrolled = frame.time_ms, frame.revoked_ms, frame.enrolled_ms
    checks = (
        (frame.sign_public is None, "is not there"),
        (frame.key_device != frame.device_no, "belongs to another device"),
        (revoked is not None and revoked <= at_ms, "was revoked before this frame came"),
        (enrolled is not None and enrolled > at_ms, "was enrolled after this frame came"),
        (_superseded(frame), "was superseded by a newer key"),
    )
    return next((f"key {frame.key_id} {why}" for wrong, why in checks if wrong), None)


def _superseded(frame: EvidenceFrame) -> bool:
    """Whether a newer key had ended this one for this frame's number."""
    ended_ms, ended_at = frame.superseded_ms, frame.superseded_at
    if ended_ms is None or ended_at is None or frame.time_ms <= ended_ms:
        return False
    return (frame.boot, frame.seq) >= ended_at or frame.time_ms - ended_ms > OVERLAP_MS


def message_of(frame: EvidenceFrame) -> wire.DeviceMessage | str:
    """What the signed bytes say, or why they do not bear out the row."""
    if frame.sign_public is None:
        return "no key to check the signature with"
    raw = wire.open_signed(frame.frame, frame.sign_public)
    if isinstance(raw, wire.Refusal):
        return f"the signature does not hold under key {frame.key_id}"
    message = wire.decode_device_message(raw)
    if isinstance(message, wire.Refusal):
        return "the signed bytes are no message"
    said = (message.device, message.boot, message.seq, _KINDS[type(message)])
    if said != (frame.device, frame.boot, frame.seq, frame.kind):
        return f"the signed bytes say {said}, the row says otherwise"
    if frame.belongs_to != frame.patient_no:
        return "the device belongs to another patient"
    return message


_Derived = tuple[int, int, int, float]
"""(metric, event ms, quality, value)."""


def derived(frame: EvidenceFrame, message: wire.DeviceMessage) -> list[_Derived]:
    """The readings that this frame gives, as they must be stored."""
    if not isinstance(message, wire.Vitals):
        return []
    state = ClockState(frame.clock_state)
    samples = replayed(message, state, frame.offset_ms, frame.refused)
    return sorted((one.metric, one.t_ms, one.quality, one.value) for one in samples)


def row_faults(
    frame: EvidenceFrame, message: wire.DeviceMessage, stored: Iterable[EvidenceReading]
) -> Iterator[Fault]:
    """What differs between the stored readings of a frame and what the frame gives."""
    wanted = derived(frame, message)
    for row in stored:
        one = (row.metric, row.time_ms, row.quality, row.value)
        right_owner = (row.device_no, row.patient_no) == (frame.device_no, frame.patient_no)
        if one in wanted and right_owner and row.received_ms == frame.time_ms:
            wanted.remove(one)
        else:
            yield Fault("row", _place(row), "the signed frame does not give this reading")
    for metric, t_ms, _, value in wanted:
        where = f"{frame.frame_id} metric {metric} at {_instant(t_ms)}"
        yield Fault("row", where, f"the signed frame gives {value}, which is not stored")


def _place(row: EvidenceReading) -> str:
    return f"{row.frame_id} metric {row.metric} at {_instant(row.time_ms)} value {row.value}"


def _instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


class Verifier:
    """Walks frames and readings side by side."""

    def __init__(self, url: str, span: Range) -> None:
        self._frames = connect(url, "homeward-verify")
        self._readings = connect(url, "homeward-verify")
        self._entries = connect(url, "homeward-verify")
        self._span = span
        self.tally = Tally()

    def faults(self) -> Iterator[Fault]:
        """Everything that does not hold, in the order of the walk."""
        stored = groupby(
            evidence.readings(self._readings, self._span), attrgetter("patient_no", "frame_id")
        )
        key, rows = _next(stored)
        for frame in evidence.frames(self._frames, self._span):
            while key is not None and key < (frame.patient_no, frame.frame_id):
                yield from self._counted(self._unframed(rows))
                key, rows = _next(stored)
            mine: list[EvidenceReading] = []
            if key == (frame.patient_no, frame.frame_id):
                mine = rows
                key, rows = _next(stored)
            yield from self._counted(self._framed(frame, mine))
        while key is not None:
            yield from self._counted(self._unframed(rows))
            key, rows = _next(stored)

    def _counted(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        for fault in faults:
            self.tally.faults += 1
            yield fault

    def _framed(self, frame: EvidenceFrame, rows: list[EvidenceReading]) -> Iterator[Fault]:
        self.tally.frames += 1
        self.tally.readings += len(rows)
        why = key_fault(frame)
        if why is not None:
            yield Fault("key", str(frame.frame_id), why)
        message = message_of(frame)
        if isinstance(message, str):
            yield Fault("frame", str(frame.frame_id), message)
        else:
            yield from row_faults(frame, message, rows)

    def _unframed(self, rows: list[EvidenceReading]) -> Iterator[Fault]:
        """Readings without a frame: a named person must have entered each."""
        self.tally.readings += len(rows)
        for row in rows:
            payload = None
            if row.entered_by is not None:
                payload = evidence.entered(self._entries, row.frame_id, row.entered_by)
            given = [(one.metric, one.t_ms, one.value) for one in entered_samples(payload or {})]
            if (row.metric, row.time_ms, row.value) not in given:
                yield Fault("row", _place(row), "neither a signed frame nor a person gave it")

    def close(self) -> None:
        """End the connections."""
        for connection in (self._frames, self._readings, self._entries):
            connection.close()


def _next(
    groups: "Iterator[tuple[tuple[int, int], Iterator[EvidenceReading]]]",
) -> tuple[tuple[int, int] | None, list[EvidenceReading]]:
    found = next(groups, None)
    return (None, []) if found is None else (found[0], list(found[1]))


def run(url: str, span: Range, out: TextIO = sys.stdout) -> int:
    """Verify what is stored, say what fails, and return the exit code (1: something fails).

    Args:
        url: the database, by a login that may read frames, keys and readings.
        span: which part of it.
        out: where to say it.
    """
    try:
        verifier = Verifier(url, span)
    except GatewayError as error:
        print(f"cannot verify: {str(error).splitlines()[0]}", file=out)
        return 2
    try:
        for fault in verifier.faults():
            print(fault.line(), file=out)
    finally:
        verifier.close()
    tally = verifier.tally
    print(
        f"{tally.frames} frames and {tally.readings} readings verified, {tally.faults} faults",
        file=out,
    )
    return 1 if tally.faults else 0
