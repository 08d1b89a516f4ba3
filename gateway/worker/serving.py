"""One tenure: from a connection that can commit to losing it, or to the end of the program.

Groups come and go meanwhile, between two batches; a worker without any stands by.

Threads: the broker's (paho's own, one a group), the opener's, the heart's, and the pipeline's,
which is the caller's. Everything in memory belongs to the tenure and is forgotten with it.
"""

import threading
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

import structlog

from gateway import wire
from gateway.broker.clear_retained import ANY
from gateway.broker.connection import BrokerConnection
from gateway.broker.disconnect_revoked import SINCE_MS, RevokedDisconnector
from gateway.broker.drain import SessionMigration
from gateway.broker.session import BrokerSession, close_all
from gateway.errors import OwnershipLost, StoreUnavailable
from gateway.ingest.components import Components
from gateway.ingest.decoder_thread import IDLE_S, DecoderThread
from gateway.ingest.decoding import InboundFrame
from gateway.ingest.inbox import InboundMessage, Inbox
from gateway.ingest.pipeline import NOTIFY_S, Pipeline
from gateway.ownership.lease import GroupLease, Heartbeat, give_back
from gateway.settings import GatewaySettings
from gateway.store.connection import CommitConnection
from gateway.telemetry import Health
from gateway.worker import gc_tuning
from gateway.worker.maintenance import Maintenance

_log = structlog.get_logger()


class ActiveWorker:
    """Serves the buckets of the groups that are this worker's share."""

    def __init__(
        self,
        settings: GatewaySettings,
        parts: Components,
        session: CommitConnection,
        *,
        upkeep: Maintenance,
        health: Health,
    ) -> None:
        self._settings, self._parts = settings, parts
        self._session, self._health = session, health
        self._inbox = Inbox(settings.inbox_bytes)
        self._opening = DecoderThread(parts, self._inbox, settings)
        self._pipeline = Pipeline(parts, session, self)
        self._upkeep = upkeep
        self._expeller = RevokedDisconnector(settings)
        self._succession = SessionMigration(settings, parts, session, self._inbox)
        self._lines: dict[int, BrokerSession] = {}
        self._settled_s = 0.0

    @property
    def heard(self) -> bool:
        """Whether a line is up; else whatever is said is lost."""
        return self._up() is not None

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish by any line that is up; without one it is lost, and asked for again."""
        messenger = self._up()
        if messenger is not None:
            messenger.publish(topic, payload)

    def publish_retained(self, said: Sequence[tuple[str, bytes]]) -> None:
        """Likewise, with QoS 0."""
        messenger = self._up()
        if messenger is not None:
            messenger.publish_retained(said)

    def _up(self) -> BrokerConnection | None:
        messengers = (line.messenger for line in self._lines.values())
        return next((one for one in messengers if one is not None), None)

    def serve(self, heart: Heartbeat, stop: threading.Event) -> None:
        """Serve until ``stop``.

        Raises:
            StoreUnavailable: the database or the locks are lost.
            OwnershipLost: another worker has our session or our groups.
        """
        self._health.turns()
        self._parts.drop_state()
        gc_tuning.collect_all()
        self._upkeep.begin()
        heart.wake = self._opening.wake
        heart.start()
        self._opening.start()
        self._expeller.start()
        try:
            while not stop.is_set():
                self._turn(heart)
        finally:
            self._leave(heart, stop)

    def _add(self, claims: Sequence[GroupLease], heart: Heartbeat) -> None:
        """Begin to serve groups whose locks we hold."""
        wake = self._opening.wake
        for claim in claims:
            self._lines[claim.group] = BrokerSession(self._settings, claim, self._deliver, wake)
        self._share_out(heart)
        self._pipeline.commit([])
        self._pipeline.owe_untold([bucket for claim in claims for bucket in claim.buckets])
        if any(not claim.group for claim in claims):  # one of all workers looks at the whole broker
            self._expeller.clear([ANY])

    def _remove(self, groups: Collection[int], heart: Heartbeat) -> None:
        """Hand groups above our share back, for those who have come."""
        lines = [self._lines.pop(group) for group in groups]
        close_all(lines)
        self._pipeline.save_lanes()
        self._share_out(heart)
        give_back(self._session, [line.claim for line in lines], last=False)
        self._parts.forget_patients(self._pipeline.names)
        _log.info("gave back", groups=sorted(groups), left=len(self._lines))

    def _share_out(self, heart: Heartbeat) -> None:
        heart.served = frozenset(self._lines)
        buckets = [bucket for line in self._lines.values() for bucket in line.claim.buckets]
        self._pipeline.serve(buckets)
        self._succession.restart()
        self._parts.metrics.serving.set(len(self._lines))

    def _turn(self, heart: Heartbeat) -> None:
        if heart.lease_lost.is_set() or self._opening.failed:
            raise OwnershipLost("the heartbeat has stopped")
        self._health.turns()
        self._arrange(heart)
        now_s = time.monotonic()
        patience = NOTIFY_S if self._pipeline.wants_notify else IDLE_S
        patience = self._parts.devices.next_due(now_s, patience)
        items = self._opening.next_batch(patience, self._settings.batch_frames_behind)
        if items is not None or self._pipeline.wants_notify:
            self._pipeline.commit(items or [])
        handled = len(items or ())
        self._inbox.dealt(item.arrival for item in items or ())
        if self.heard:
            self._pipeline.tell_devices(handled, busy=2 * handled >= self._settings.batch_frames)
        if self._upkeep.run(time.monotonic()):
            self._pipeline.commit([])
        self._settled_s = gc_tuning.freeze_survivors(self._settled_s, now_s)
        self._expeller.expel(self._parts.registry.take_ended(self._parts.now_ms() - SINCE_MS))
        self._expeller.clear(_kept(items or ()))
        self._parts.metrics.inbox.set(len(self._inbox))

    def _arrange(self, heart: Heartbeat) -> None:
        """Keep to our share, keep the lines up, and clear up after an old division."""
        if surplus := heart.surplus:
            self._remove(surplus, heart)
        elif wanting := heart.wanting:
            self._take(wanting, heart)
        for line in self._lines.values():
            line.ensure_connected()
        troubles = [line.error for line in self._lines.values() if line.error]
        waiting = "" if self._lines else "other workers hold all groups"
        self._health.waits(f"broker: {troubles[0]}" if troubles else waiting)
        if self._lines and not troubles:
            self._succession.turn(self._pipeline.names)

    def _take(self, free: Sequence[int], heart: Heartbeat) -> None:
        """Take free groups up to our share; what is not to be had is looked at again by and by."""
        most, lost_s = heart.missing, self._settings.heartbeat_lost_s
        heart.free = ()
        taken: list[GroupLease] = []
        for group in free:
            claim = GroupLease(heart.worker, group)
            if len(taken) < most and claim.try_acquire(self._session, lost_s):
                taken.append(claim)
        if taken:
            _log.info("took", groups=[claim.group for claim in taken])
            self._add(taken, heart)

    def _deliver(
        self,
        source: BrokerConnection,
        topic: str,
        payload: bytes,
        retained: bool,  # noqa: FBT001 - paho's thread calls it
        mid: int,
    ) -> None:
        received_ms, at_s = self._parts.now_ms(), time.monotonic()
        self._inbox.put(InboundMessage(topic, payload, retained, received_ms, at_s, source, mid))

    def _leave(self, heart: Heartbeat, stop: threading.Event) -> None:
        """Disconnect first; then, if all is well, write down the lanes and say good-bye.

        The inbox is opened before any line is closed: whoever waits in it for room would be
        waited for in turn.
        """
        self._health.waits("standing by")
        self._inbox.close()
        lines = list(self._lines.values())
        close_all(lines)
        with suppress(StoreUnavailable):
            self._succession.close()
        self._opening.close()
        self._expeller.close()
        if stop.is_set() and not heart.lease_lost.is_set():
            with suppress(StoreUnavailable):
                self._pipeline.save_lanes()
                heart.served = frozenset()
                give_back(self._session, [line.claim for line in lines], last=heart.alone)
        heart.close()
        self._parts.drop_state()
        self._parts.metrics.serving.set(0)


def _kept(items: Iterable[InboundFrame]) -> set[str]:
    """The devices that have the broker keep what it must not."""
    return {
        item.topic.device
        for item in items
        if item.arrival.retained
        and item.arrival.payload
        and item.topic is not None
        and item.topic.kind is not wire.TopicKind.STATUS
    }
