"""``homeward verify``: hold every stored reading against the signed bytes it came from.

For each frame: its bytes are a signed frame, the signature holds under the key that is named; the
key belonged to the device, and was valid for this frame at that time; the bytes say the device,
boot, number and kind that the row says; what was refused of it follows from it. For each reading:
its frame, or the named person's entry, gives exactly this reading, once; and none that they give
is missing. No number is stored twice, and as many frames of each boot are stored as the gateway
counted. Whatever fails is named, and the walk goes on.

What cannot be proved so is said where an operator looks (``homeward verify --help``,
docs/security.md): what people entered is not signed, and assessments are derived.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import TextIO

from gateway.admission.samples import DAY_MS
from gateway.errors import GatewayError
from gateway.store import evidence
from gateway.store.evidence import EvidenceEntry, EvidenceFrame, EvidenceReading, Range
from gateway.verify.checks import Fault, entry_faults, frame_faults, key_fault, place, signed_bytes

TOO_OLD_DAYS = 7.0
_lane_order = attrgetter("patient_no", "frame_id")


@dataclass(slots=True)
class Tally:
    """How much was looked at, and what was wrong."""

    frames: int = 0
    readings: int = 0
    faults: int = 0


@dataclass(slots=True)
class _KeyTally:
    """How many frames name a key, and of how many its signature holds."""

    device: str | None
    frames: int = 0
    held: int = 0


@dataclass(slots=True)
class _Group:
    """What is stored under one number of one lane: a frame or an entry, and readings."""

    frames: list[EvidenceFrame] = field(default_factory=list)
    entries: list[EvidenceEntry] = field(default_factory=list)
    measured: list[EvidenceReading] = field(default_factory=list)
    entered: list[EvidenceReading] = field(default_factory=list)

    def put(self, one: EvidenceFrame | EvidenceEntry | EvidenceReading) -> None:
        """Put one row where it belongs."""
        if isinstance(one, EvidenceFrame):
            self.frames.append(one)
        elif isinstance(one, EvidenceEntry):
            self.entries.append(one)
        else:
            (self.entered if one.device_no is None else self.measured).append(one)


class Verifier:
    """Walks frames, entries and readings side by side, as they were at one moment."""

    def __init__(self, url: str, span: Range, too_old_days: float = TOO_OLD_DAYS) -> None:
        self._connection = evidence.snapshot(url)
        self._span = span
        self._too_old_ms = round(too_old_days * DAY_MS)
        self._keys: dict[int, _KeyTally] = {}
        self._boots: Counter[tuple[int, int]] = Counter()
        self.tally = Tally()

    def faults(self) -> Iterator[Fault]:
        """Everything that does not hold, in the order of the walk."""
        for fault in self._found():
            self.tally.faults += 1
            yield fault

    def _found(self) -> Iterator[Fault]:
        for _, rows in groupby(self._rows(), _lane_order):
            group = _Group()
            for row in rows:
                group.put(row)
            yield from self._judged(group)
        yield from self._key_faults()
        yield from self._doubled()
        if self._span.whole:
            yield from self._uncounted()

    def _rows(self) -> "Iterator[EvidenceFrame | EvidenceEntry | EvidenceReading]":
        """All that is stored, in the lanes' order."""
        return merge(
            evidence.readings(self._connection, self._span),
            evidence.frames(self._connection, self._span),
            evidence.entries(self._connection, self._span),
            key=_lane_order,
        )

    def _judged(self, group: _Group) -> Iterator[Fault]:
        self.tally.readings += len(group.measured) + len(group.entered)
        for place_, frame in enumerate(group.frames):
            yield from self._framed(frame, [] if place_ else group.measured)
        for place_, entry in enumerate(group.entries):
            yield from entry_faults(entry, [] if place_ else group.entered)
        if not group.frames:
            yield from _orphans(group.measured, "no signed frame gave it")
        if not group.entries:
            yield from _orphans(group.entered, "no person entered it")

    def _framed(self, frame: EvidenceFrame, rows: list[EvidenceReading]) -> Iterator[Fault]:
        self.tally.frames += 1
        self._boots[frame.device_no, frame.boot] += 1
        key = self._keys.setdefault(frame.key_id, _KeyTally(frame.device))
        key.frames += 1
        raw = signed_bytes(frame)
        key.held += raw is not None
        why = key_fault(frame)
        if why is not None:
            yield Fault("key", f"{frame.key_id} of device {frame.device}", why)
        yield from frame_faults(frame, raw, rows, self._too_old_ms)

    def _key_faults(self) -> Iterator[Fault]:
        """Keys under which nothing holds: more likely the key was changed than every frame."""
        for key_id, key in self._keys.items():
            if not key.held:
                why = f"none of its {key.frames} frames holds"
                yield Fault("key", f"{key_id} of device {key.device}", why)

    def _doubled(self) -> Iterator[Fault]:
        for device, boot, seq, frame_ids in evidence.doubled(self._connection, self._span):
            others = ", ".join(str(frame_id) for frame_id in frame_ids[1:])
            why = f"boot {boot} seq {seq} of device {device} is stored again as {others}"
            yield Fault("frame", str(frame_ids[0]), why)

    def _uncounted(self) -> Iterator[Fault]:
        """Boots of which fewer frames are stored than the gateway counted as it stored them."""
        for device_no, device, boot, stored in evidence.counted(self._connection, self._span):
            found = self._boots[device_no, boot]
            if found < stored:
                why = f"the gateway stored {stored} frames, {found} are there"
                yield Fault("device", f"{device} boot {boot}", why)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _orphans(rows: Iterable[EvidenceReading], why: str) -> Iterator[Fault]:
    for row in rows:
        yield Fault("row", place(row), why)


def run(
    url: str, span: Range, out: TextIO = sys.stdout, *, too_old_days: float = TOO_OLD_DAYS
) -> int:
    """Verify what is stored, say what fails, and return the exit code.

    Args:
        url: the database, by a login that may read frames, keys and readings.
        span: which part of it.
        out: where to say it.
        too_old_days: the least age at which this ward ever refused a reading as too old.

    Returns:
        0: all holds; 1: something fails; 2: it could not look, or not at all of it.
    """
    try:
        verifier = Verifier(url, span, too_old_days)
    except GatewayError as error:
        return _cannot(error, out)
    try:
        for fault in verifier.faults():
            print(fault.line(), file=out)
    except GatewayError as error:
        return _cannot(error, out)
    finally:
        verifier.close()
    tally = verifier.tally
    print(
        f"{tally.frames} frames and {tally.readings} readings verified, {tally.faults} faults",
        file=out,
    )
    return 1 if tally.faults else 0


def _cannot(error: GatewayError, out: TextIO) -> int:
    print(f"cannot verify: {str(error).splitlines()[0]}", file=out)
    return 2
