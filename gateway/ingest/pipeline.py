"""The order of things: read, admit, score and write in one transaction, then acknowledge.

One thread runs it, on the connection that holds the buckets' locks. Memory moves forward inside
the transaction and is thrown away when that fails, so what is in memory is what is stored. A
batch that the database refuses is halved until the one frame is found and set aside.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from gateway import wire
from gateway.downlink.commands import CommandDispatcher
from gateway.errors import GatewayError, StoreUnavailable
from gateway.ingest.batch import Batch, FrameIds, StageTimes
from gateway.ingest.components import Components
from gateway.ingest.decoding import InboundFrame
from gateway.ingest.entry_transactions import Entries
from gateway.ingest.inbox import acknowledge
from gateway.ingest.stored_copies import stored_copies
from gateway.ingest.traced import tell_frames
from gateway.store import batch_reads, batch_writer, frame_ids, registry
from gateway.store.connection import CommitConnection
from gateway.store.write_set import BatchWrites

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.downlink.publisher import Publisher
    from gateway.store.connection import Row

INPUTS_AT_ONCE = 1_000
ACKS_AT_ONCE = 32
UNTOLD_AT_ONCE = 20_000
NOTIFY_S = 0.01
_log = structlog.get_logger()


class Pipeline:
    """Commits batches on one session, for the buckets it holds.

    Attributes:
        names: of those buckets, as topics have them.
    """

    def __init__(self, parts: Components, session: CommitConnection, voice: "Publisher") -> None:
        self._parts = parts
        self._session = session
        self._voice = voice
        self._sender = CommandDispatcher(
            parts.speaker,
            voice,
            clock_ask_s=parts.rules.clock_ask_s,
            repeat_s=parts.rules.command_repeat_s,
        )
        self._buckets: list[int] = []
        self.names: frozenset[str] = frozenset()
        self._ids = FrameIds()
        self._entries = Entries(parts, session, self._enter)
        self._notified_s = 0.0
        self._to_notify = False

    def serve(self, buckets: Sequence[int]) -> None:
        """From now on take what comes for these buckets; ids go on above all that is stored."""
        self._buckets = list(buckets)
        self.names = frozenset(f"{bucket:02x}" for bucket in buckets)
        self._ids.drop()

    @property
    def wants_notify(self) -> bool:
        """Whether the alert engine is still to be woken."""
        return self._to_notify

    def commit(self, items: list[InboundFrame]) -> None:
        """Take one batch to its end, and acknowledge it.

        Raises:
            StoreUnavailable: nothing is acknowledged; all memory must be read anew.
        """
        if len(self._buckets) < wire.BUCKETS:
            items = [
                item for item in items if item.topic is None or item.topic.bucket in self.names
            ]
        try:
            batch = self._transact(items)
        except GatewayError as error:
            if isinstance(error, StoreUnavailable) or not items:
                self._parts.drop_state()  # what was folded is not stored, and must never be saved
                raise StoreUnavailable(str(error)) from error
            self._divide(items, error)
        except Exception as error:  # a defect must not stop every patient's readings
            _log.exception("batch failed", frames=len(items))
            self._parts.metrics.failures.labels("batch").inc()
            if not items:
                self._parts.drop_state()
                raise
            self._divide(items, error)
        else:
            self._finish(items, batch)
            if batch.waiting:
                self._entries.commit(batch.waiting[:INPUTS_AT_ONCE])

    def _divide(self, items: list[InboundFrame], error: Exception) -> None:
        """Find the frame that cannot be stored, and set it aside."""
        self._parts.drop_state(self.names)
        if len(items) > 1:
            half = len(items) // 2
            self.commit(items[:half])
            self.commit(items[half:])
            return
        self._parts.metrics.failures.labels("poison").inc()
        if not self._parts.opener.set_aside(items[0], error):
            raise StoreUnavailable(f"a frame cannot even be set aside: {error}") from error
        self.commit(items)

    def _enter(self, waiting: Sequence[batch_reads.Waiting]) -> None:
        self._finish([], self._transact([], waiting))

    def _transact(
        self, items: list[InboundFrame], entries: Sequence[batch_reads.Waiting] = ()
    ) -> Batch:
        parts = self._parts
        began_s = time.monotonic()
        with self._session.transaction() as connection:
            batch = self._prepare(connection, items, entries)
            read_s = time.monotonic()
            for entry in parts.corrector.apply_corrections(connection, entries, batch):
                parts.folder.entered(entry, batch)
            for item in sorted(items, key=_patient_of):
                parts.admitter.handle(item, batch)
            folded_s = time.monotonic()
            batch_writer.write(connection, batch.work)
            parts.metrics.commands.inc(
                self._sender.redeliver(connection, batch.greeted, batch.now_s, batch.now_ms)
            )
            self._notify(connection, batch)
            written_s = time.monotonic()
        batch.times = StageTimes(began_s, read_s, folded_s, written_s, time.monotonic())
        return batch

    def _prepare(
        self,
        connection: "Connection[Row]",
        items: list[InboundFrame],
        entries: Sequence[batch_reads.Waiting],
    ) -> Batch:
        """Read what the batch must know, in its own transaction."""
        parts = self._parts
        now_ms, now_s = parts.now_ms(), time.monotonic()
        asked = _patients(items, entries)
        since_ms = now_ms - parts.rules.policy.baseline_rest_ms
        context = batch_reads.context(connection, list(asked), self._buckets, since_ms)
        if context.revision != parts.registry.revision:
            registry.refresh(connection, parts.registry, context.revision)
            parts.lanes.evict(parts.registry.erased)
        parts.opener.decode_again(items)
        patients = _patients(items, entries)
        batch = Batch(
            now_ms=now_ms,
            now_s=now_s,
            registry=parts.registry,
            population=parts.models.get(connection, context.model_version),
            in_episode=context.in_episode
            | batch_reads.in_episode(connection, patients - asked, since_ms),
            ids=self._ids,
        )
        batch.work.at_ms = now_ms
        batch.stored = None if parts.tracer is None else {}
        if self._ids.left < len(items) + INPUTS_AT_ONCE:
            self._ids.refill(frame_ids.next_block(connection))
        self._load(connection, items, patients, batch)
        if context.waiting and not entries:
            batch.waiting = batch_reads.waiting_inputs(connection, context.waiting)
        if context.commands and self._voice.heard:
            parts.metrics.commands.inc(self._sender.dispatch(connection, self._buckets, now_ms))
        return batch

    def _load(
        self,
        connection: "Connection[Row]",
        items: list[InboundFrame],
        patients: set[int],
        batch: Batch,
    ) -> None:
        """Bring windows and lanes into memory, and the frames to compare with."""
        parts = self._parts
        devices, pairs = parts.admitter.unknown(items)
        if devices or pairs:
            parts.recaller.recall(connection, devices, pairs)
        suspects = parts.admitter.suspects(items)
        batch.kept = stored_copies(connection, suspects, parts.opener, parts.registry)
        if lanes := parts.lanes.missing(patients - parts.registry.erased):
            damaged = parts.restorer.restore(connection, lanes, batch.now_ms)
            parts.folder.restored(lanes, batch.now_s)
            parts.metrics.failures.labels("snapshot").inc(damaged)

    def _notify(self, connection: "Connection[Row]", batch: Batch) -> None:
        """Wake the alert engine, at most every few milliseconds: a NOTIFY holds up commits."""
        self._to_notify |= bool(batch.work.outbox)
        if self._to_notify and batch.now_s - self._notified_s >= NOTIFY_S:
            frame_ids.wake_engine(connection)
            self._notified_s = batch.now_s
            self._to_notify = False

    def _finish(self, items: list[InboundFrame], batch: Batch) -> None:
        """After the commit: acknowledge, remember, count."""
        acknowledge(item.arrival for item in items)
        parts = self._parts
        for digest, handled in batch.answered:
            parts.answered.add(digest, handled)
        for hold in batch.work.snapshots.values():
            hold.folds = 0
        for hold in batch.work.holds.values():
            hold.assessment = None
        for state, boot, prompt in batch.owed:
            parts.devices.schedule_ack(state, boot, batch.now_s, prompt=prompt)
        self._sender.request_clocks(batch.asked, batch.now_s, batch.now_ms)
        parts.lanes.trim()
        parts.devices.trim()
        parts.count(items, batch)
        if parts.tracer is not None:
            tell_frames(parts.tracer, batch)

    def tell_devices(self, handled: int = 0, *, busy: bool = False) -> None:
        """Send acknowledgements that are due; what they say is committed.

        Args:
            handled: frames since the last time. No more are told, some at least: when a whole ward
                is due at once, its next frames do not wait for all of that.
            busy: whether frames wait, so that only those are told who must be.
        """
        parts, now_s, now_ms = self._parts, time.monotonic(), self._parts.now_ms()
        states = parts.devices.acks_due(now_s, max(ACKS_AT_ONCE, handled), busy=busy)
        parts.recaller.recall_owed(self._session, states)
        parts.metrics.acks.inc(parts.speaker.send_acks(self._voice, states, now_ms))
        for state in states:
            parts.devices.mark_acked(state, now_s, now_ms)

    def owe_untold(self, buckets: Sequence[int], most: int = UNTOLD_AT_ONCE) -> None:
        """On taking buckets: tell the devices that the worker before us may not have told."""
        parts = self._parts
        with self._session.transaction() as connection:
            untold = batch_reads.due_acks(connection, buckets, most)
            found = parts.recaller.recall(connection, untold, [])
        for device_no, boot in found:
            state = parts.devices.get(device_no)
            if state is not None:
                parts.devices.schedule_ack(state, boot, time.monotonic(), prompt=True)

    def save_lanes(self) -> None:
        """On leaving: write down every lane with folds since its snapshot."""
        work = BatchWrites(at_ms=self._parts.now_ms())
        work.snapshots = self._parts.lanes.unsaved()
        with self._session.transaction() as connection:
            batch_writer.write(connection, work)
        for hold in work.snapshots.values():
            hold.folds = 0


def _patient_of(item: InboundFrame) -> int:
    """By which a batch is taken: each patient's frames together, in the order of their arrival.

    A lane and its device are hundreds of objects, which the processor would have to fetch again
    after the other lanes'. No order is promised between patients.
    """
    return 0 if item.device is None else item.device.patient_no


def _patients(items: Sequence[InboundFrame], entries: Sequence[batch_reads.Waiting]) -> set[int]:
    """Whose lanes a batch moves, as far as the registry knows by now."""
    known = {item.device.patient_no for item in items if item.device is not None}
    return known.union(entry.patient_no for entry in entries)
