"""The devices' own account of what they made, to be held against what is stored.

Kept by the test, outside of everything under test: what was signed, and what ``acks`` let the
device forget.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from gateway import wire

FrameName = tuple[str, int, int]
"""Device, boot, seq."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One frame as its device made it; ``readings`` are (device time in ms, metric, value)."""

    patient: UUID
    frame: bytes
    readings: tuple[tuple[int, str, float], ...]


def readings_in(frame: bytes) -> tuple[tuple[int, str, float], ...]:
    """What a signed frame of our own says was measured."""
    message = wire.decode_device_message(wire.unverified_message(frame))
    if not isinstance(message, wire.Vitals):
        return ()
    return tuple(
        (sample.t, name, value) for sample in message.samples for name, value in sample.readings()
    )


@dataclass(slots=True)
class FrameLedger:
    """Entered by the devices' thread, read by the test."""

    entries: dict[FrameName, Entry] = field(default_factory=dict)
    covered: set[FrameName] = field(default_factory=set)
    resent: set[FrameName] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def made(self, name: FrameName, patient: UUID, frame: bytes) -> None:
        """A frame was signed; it must be the first of its name."""
        entry = Entry(patient=patient, frame=frame, readings=readings_in(frame))
        with self._lock:
            assert name not in self.entries, f"{name} was signed twice"
            self.entries[name] = entry

    def cover(self, names: Iterable[FrameName]) -> None:
        """The gateway said that these are handled."""
        with self._lock:
            self.covered.update(names)

    def again(self, name: FrameName) -> None:
        """A frame was sent once more: it may fill a hole behind later ones."""
        with self._lock:
            self.resent.add(name)

    def sent_again(self) -> set[FrameName]:
        """What was sent more than once by its device."""
        with self._lock:
            return set(self.resent)

    def account(self) -> tuple[dict[FrameName, Entry], set[FrameName]]:
        """What was made and what was covered, at this moment."""
        with self._lock:
            return dict(self.entries), set(self.covered)
