"""Write set of one batch, gathered while it is folded: plain buffers, no I/O.

One transaction writes all of it, so that frames, readings, scores, replay windows, findings and
snapshots stand or fall together (law 3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.admission.registry import DeviceKey
from gateway.admission.replay_window import ReplayWindow
from gateway.state.lanes import CachedLane


class OutboxRow(NamedTuple):
    """One finding for the alert engine; ``payload`` is JSON."""

    patient_no: int | None
    device_no: int | None
    frame_id: int | None
    kind: str
    at_ms: int
    payload: bytes


class QuarantineRow(NamedTuple):
    """One refused frame, with the bytes as they came."""

    at_ms: int
    device_no: int | None
    topic: str
    reason: str
    signed: bool
    boot: int | None
    seq: int | None
    detail: str
    payload: bytes


class FoldedInput(NamedTuple):
    """Where in its lane a person's input was folded, and what the fold used from elsewhere."""

    id: int
    frame_id: int
    at_ms: int
    plan_revision: int
    model_version: int
    in_episode: bool
    paused: bool
    settings_no: int


class ReceiptRow(NamedTuple):
    """What a device said of a command; ``command_id`` is whatever it said."""

    device_no: int
    command_id: str
    state: str
    at_ms: int


class ExampleRow(NamedTuple):
    """A matured example for the population model."""

    patient_no: int
    at_ms: int
    example: bytes


@dataclass(slots=True)
class BatchWrites:
    """Everything one batch writes.

    Attributes:
        observations: packed rows, see ``gateway.store.copy_format``.
        frames: packed rows.
        assessments: packed rows.
        windows: changed windows by (device number, boot).
        holds: lanes with news, by patient number.
        snapshots: lanes to write down, by patient number.
        past: those of them whose snapshot is kept beside newer ones.
        refusals: counts by (device number or 0, reason).
        entered: readings of staff (event ms, received ms, frame, patient, metric, quality, value,
            user).
        online: newest status by device number.
        superseded: keys that a newer one has replaced.
        begun: patients with a new stay, whose newest state is forgotten.
        hours: hours (since 1970) with news by (patient number, hour), whose roll-ups do not hold
            any more; True: the newest of the patient, which stays open.
        told: first and last event time of what is new in a frame, by (patient number, frame).
    """

    observations: list[bytes] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    assessments: list[bytes] = field(default_factory=list)
    windows: dict[tuple[int, int], ReplayWindow] = field(default_factory=dict)
    holds: dict[int, CachedLane] = field(default_factory=dict)
    snapshots: dict[int, CachedLane] = field(default_factory=dict)
    past: dict[int, CachedLane] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)
    quarantine: list[QuarantineRow] = field(default_factory=list)
    refusals: dict[tuple[int, str], int] = field(default_factory=dict)
    examples: list[ExampleRow] = field(default_factory=list)
    inputs: list[FoldedInput] = field(default_factory=list)
    entered: list[tuple[object, ...]] = field(default_factory=list)
    receipts: list[ReceiptRow] = field(default_factory=list)
    online: dict[int, bool] = field(default_factory=dict)
    superseded: list[DeviceKey] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    hours: dict[tuple[int, int], bool] = field(default_factory=dict)
    told: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    at_ms: int = 0

    def note_frame(
        self, patient_no: int, hold: CachedLane, frame_id: int, times_ms: Sequence[int]
    ) -> None:
        """Note that something of these event times is written: of the lane and frame told."""
        if times_ms:
            self.note_hours(patient_no, hold, times_ms)
            self.note_told(patient_no, frame_id, times_ms)

    def note_told(self, patient_no: int, frame_id: int, times_ms: Sequence[int]) -> None:
        """Note that of a frame something of these event times is to be told outside."""
        first, last = min(times_ms), max(times_ms)
        known = self.told.get((patient_no, frame_id))
        if known is not None:
            first, last = min(first, known[0]), max(last, known[1])
        self.told[patient_no, frame_id] = first, last

    def note_hours(self, patient_no: int, hold: CachedLane, times_ms: Iterable[int]) -> None:
        """Note that hours were written into, those of these event times."""
        before = hold.open_hour
        for hour in hold.hours_written(times_ms):
            self.hours[patient_no, hour] = hour == hold.open_hour
        if hold.open_hour != before and (patient_no, before) in self.hours:
            self.hours[patient_no, before] = False

    def count_refusal(self, device_no: int | None, reason: str) -> None:
        """Count one refusal; it stays when the bytes have gone."""
        at = (device_no or 0, reason)
        self.refusals[at] = self.refusals.get(at, 0) + 1
