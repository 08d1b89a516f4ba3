"""Rebuilding lanes from what is stored: the snapshot, then every fold since, in order.

This is the same function of the same data as the running state was (law 5); a test holds the two
against each other bit for bit. A snapshot that cannot be read is no loss: the lane is rebuilt
from the stored frames of the last days.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from analytics.errors import SnapshotError
from analytics.readings import Reading
from analytics.risk.model import PopulationModel
from analytics.settings.in_force import Arrangement, StoredPlan, WardSettingsCache
from gateway import wire
from gateway.admission.clock_offset import ClockState
from gateway.admission.samples import DAY_MS
from gateway.admission.staff_entries import StaffInput, entered
from gateway.recovery.message_replay import replayed
from gateway.state.lanes import CachedLane, Fold, LaneCache, fold_again
from gateway.store import batch_reads, corrections, models, registry, snapshots
from gateway.store.corrections import Mark

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.store.connection import Row

_SLACK_MS = 3_600_000


class ModelCache:
    """The versions of the population model that lanes have used."""

    def __init__(self) -> None:
        self._known: dict[int, PopulationModel] = {0: PopulationModel.initial()}
        self.unreadable = 0

    def get(self, connection: "Connection[Row]", version: int) -> PopulationModel:
        """One version; the prior where its row is missing or cannot be read."""
        known = self._known.get(version)
        if known is None:
            known = self._known[version] = self._load(connection, version)
        return known

    def _load(self, connection: "Connection[Row]", version: int) -> PopulationModel:
        state = models.model_state(connection, version)
        if state is None:
            return PopulationModel.initial()
        try:
            return PopulationModel.restore(state)
        except SnapshotError:
            self.unreadable += 1
            return PopulationModel.initial()


def frame_reading(stored: batch_reads.StoredFold) -> Reading | None:
    """The reading that a stored frame was folded as; None if it is no message with readings."""
    message = wire.decode_device_message(wire.unverified_message(stored.frame))
    if not isinstance(message, wire.Vitals):
        return None
    state = ClockState(stored.clock_state)
    made = replayed(message, state, stored.offset_ms, stored.refused)
    refused = made.telling()
    if not made.accepted and not refused:
        return None
    return Reading(
        frame_id=stored.frame_id,
        received_ms=stored.received_ms,
        clock_uncertain=state is ClockState.UNCERTAIN,
        samples=tuple(made.accepted),
        device=message.device,
        refused=refused,
    )


class _Arranged:
    """What these stored folds were judged by, each under the settings that were in force then."""

    def __init__(
        self,
        connection: "Connection[Row]",
        folds: Sequence[batch_reads.StoredFold | batch_reads.StoredInput],
        wards: WardSettingsCache,
    ) -> None:
        wanted = {(fold.patient_no, fold.plan_revision) for fold in folds}
        numbers = {fold.settings_no for fold in folds} - {0}
        self._plans = registry.plans(connection, wanted)
        self._rules = {0: wards.read(0, "", {})}
        for no, profile, values in registry.ward_settings(connection, numbers):
            self._rules[no] = wards.read(no, profile, values)
        self._made: dict[tuple[int, int, int], Arrangement] = {}

    def of(self, fold: batch_reads.StoredFold | batch_reads.StoredInput) -> Arrangement:
        """The arrangement that one fold used."""
        key = (fold.patient_no, fold.plan_revision, fold.settings_no)
        made = self._made.get(key)
        if made is None:
            stored = self._plans.get(key[:2], StoredPlan(fold.plan_revision))
            rules = self._rules.get(fold.settings_no, self._rules[0])
            made = self._made[key] = Arrangement(stored, rules)
        return made


class LaneLoader:
    """Brings lanes into memory; returns how many snapshots could not be read."""

    def __init__(
        self, lanes: LaneCache, models: ModelCache, replay_days: float, wards: WardSettingsCache
    ) -> None:
        self._lanes = lanes
        self._wards = wards
        self._models = models
        self._replay_ms = round(replay_days * DAY_MS)

    def restore(self, connection: "Connection[Row]", patients: Sequence[int], now_ms: int) -> int:
        """Rebuild the lanes of these patients, which are not in memory.

        Returns:
            How many snapshots could not be read.
        """
        holds: dict[int, CachedLane] = {}
        since: list[tuple[int, int]] = []
        oldest, damaged = now_ms, 0
        for stored in snapshots.lanes(connection, patients):
            hold, readable = self._lanes.restored(stored.snapshot)
            damaged += not readable
            hold.frame_id = stored.frame_id if readable and stored.snapshot else 0
            hold.measured_ms = stored.measured_ms
            hold.received_ms = max(stored.received_ms or 0, stored.taken_ms or 0)
            hold.past_ms = stored.past_ms or 0
            hold.load_latest(stored.latest)
            taken = stored.taken_ms if hold.frame_id else None
            floor = now_ms - self._replay_ms if taken is None else taken - _SLACK_MS
            oldest = min(oldest, floor)
            holds[stored.patient_no] = hold
            since.append((stored.patient_no, hold.frame_id))
        for patient_no, fold in self._folds(connection, since, oldest):
            _again(holds[patient_no], fold)
        for patient_no, hold in holds.items():
            self._lanes.put(patient_no, hold)
        return damaged

    def _folds(
        self, connection: "Connection[Row]", since: Sequence[tuple[int, int]], oldest_ms: int
    ) -> list[tuple[int, Fold]]:
        """Every fold of these lanes above the given frame ids, in order, as it counts now."""
        frames = batch_reads.frames_since(connection, since, oldest_ms)
        inputs = batch_reads.inputs_since(connection, since)
        marks = corrections.marks(connection, [no for no, _ in since])
        return [
            (no, without(fold, marks[no]) if no in marks else fold)
            for no, fold in self.folds(connection, frames, inputs)
        ]

    def folds(
        self,
        connection: "Connection[Row]",
        frames: Sequence[batch_reads.StoredFold],
        inputs: Sequence[batch_reads.StoredInput],
    ) -> list[tuple[int, Fold]]:
        """What is stored, as it was folded, in order, with its patients."""
        arranged = _Arranged(connection, [*frames, *inputs], self._wards)
        folds = [
            self._fold(connection, frame, arranged, StaffInput(frame_reading(frame)))
            for frame in frames
        ]
        folds.extend(self._entered(connection, stored, arranged) for stored in inputs)
        return sorted(folds, key=lambda pair: pair[1].frame_id)

    def _entered(
        self,
        connection: "Connection[Row]",
        stored: batch_reads.StoredInput,
        arranged: _Arranged,
    ) -> tuple[int, Fold]:
        said = entered(stored.kind, stored.payload, stored.frame_id, stored.received_ms)
        return self._fold(connection, stored, arranged, said)

    def _fold(
        self,
        connection: "Connection[Row]",
        stored: batch_reads.StoredFold | batch_reads.StoredInput,
        arranged: _Arranged,
        said: StaffInput,
    ) -> tuple[int, Fold]:
        under = arranged.of(stored)
        plan = under.at(stored.received_ms, paused=stored.paused)
        population, policy = self._models.get(connection, stored.model_version), under.policy
        at = (stored.in_episode, stored.frame_id)
        fold = Fold(said.reading, plan, population, *at, policy, said.outcome, said.begins_ms)
        return stored.patient_no, fold


def without(fold: Fold, marks: frozenset[Mark]) -> Fold:
    """A fold without the readings that were entered in error."""
    reading = fold.reading
    if reading is None or not any(frame_id == fold.frame_id for frame_id, _, _ in marks):
        return fold
    left = tuple(s for s in reading.samples if (fold.frame_id, s.metric, s.t_ms) not in marks)
    tells = left or reading.refused
    kept = msgspec.structs.replace(reading, samples=left) if tells else None
    return fold._replace(reading=kept)


def _again(hold: CachedLane, fold: Fold) -> None:
    """Fold once more; what failed then fails again and changes as little."""
    with suppress(Exception):  # top of a lane: the failure was counted the first time
        fold_again(hold.lane, fold)
    hold.frame_id = fold.frame_id
    hold.folds += 1
    if fold.reading is not None:
        hold.received_ms = max(hold.received_ms, fold.reading.received_ms)
