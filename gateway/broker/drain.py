"""Drain of the MQTT sessions of an old division into groups; then they are deleted.

The number of groups was a setting once. When a ward of that time comes to the fixed groups, the
broker still holds for the old workers what came while nobody served. Each worker takes an old
session over in its turn, says that it
wants nothing more, and handles the frames of its own buckets; the others' it leaves unacknowledged,
so they are there for the next. Whoever finds nothing of others deletes the session. What two
sessions both brought is a duplicate, which changes nothing.
"""

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

import structlog

from gateway import wire
from gateway.broker import connection as mqtt
from gateway.broker.connection import BrokerConnection
from gateway.broker.session import broker_of, retire
from gateway.broker.side_thread import beside
from gateway.errors import BrokerUnavailable
from gateway.ingest.components import Components
from gateway.ingest.inbox import InboundMessage, Inbox
from gateway.ownership.shares import GROUPS, buckets_of
from gateway.settings import GatewaySettings
from gateway.store import leases
from gateway.store.connection import CommitConnection

if TYPE_CHECKING:
    from concurrent.futures import Future

_log = structlog.get_logger()
LOOK_EVERY_S = 10.0
QUIET_S = 1.0
"""A session from which nothing has come for so long is taken to be empty."""
MOST_S = 60.0
"""Then the others have their turn, and we another one later."""

Old = tuple[int, int]
"""(groups, group) of a worker of another division."""


class SessionDrain:
    """One old session while we empty it; the source of its arrivals."""

    def __init__(self, parts: Components, inbox: Inbox, ours: Collection[str]) -> None:
        self._parts, self._inbox, self._ours = parts, inbox, ours
        self._messenger: BrokerConnection | None = None
        self._began_s = self._newest_s = time.monotonic()
        self._taken = self._dealt = 0
        self.others = 0
        self.gone = False

    def open(self, settings: GatewaySettings, old: Old) -> bool:
        """Take the session over; False: the broker has none, and nothing waits.

        Raises:
            BrokerUnavailable: the broker is away or refuses us.
        """
        name = mqtt.client_id(*old)
        messenger = BrokerConnection(
            broker_of(settings), name, settings.receive_maximum, self._deliver
        )
        self._messenger = messenger
        if self.gone:
            return False
        messenger.connect()
        if messenger.resumed:
            messenger.unsubscribe(mqtt.filters(buckets_of(*old)))
        return messenger.resumed

    def acknowledge(self, mids: list[int]) -> None:
        """Tell the broker that these messages are dealt with."""
        self._dealt += len(mids)
        if self._messenger is not None:
            self._messenger.acknowledge(mids)

    def _deliver(
        self,
        _source: BrokerConnection,
        topic: str,
        payload: bytes,
        retained: bool,  # noqa: FBT001 - paho's thread calls it
        mid: int,
    ) -> None:
        self._newest_s = time.monotonic()
        parsed = wire.parse_topic(topic)
        if isinstance(parsed, wire.Topic) and parsed.bucket not in self._ours:
            self.others += 1
            return
        if mid:  # what needs no acknowledgement is never told as dealt with
            self._taken += 1
        received_ms = self._parts.now_ms()
        self._inbox.put(
            InboundMessage(topic, payload, retained, received_ms, self._newest_s, self, mid),
        )

    @property
    def over(self) -> bool:
        """Whether all that was ours is dealt with, or our turn is over."""
        now_s = time.monotonic()
        lost = self._messenger is None or self._messenger.lost.is_set()
        return lost or now_s - self._began_s > MOST_S or self._emptied(now_s)

    def _emptied(self, now_s: float) -> bool:
        return self._dealt >= self._taken and now_s - self._newest_s > QUIET_S

    def close(self) -> bool:
        """Leave the session, also while it is opened; whether all that was ours is dealt with."""
        self.gone = True
        messenger, self._messenger = self._messenger, None
        if messenger is None:
            return False
        whole = not messenger.lost.is_set() and self._emptied(time.monotonic())
        messenger.close()
        return whole


class SessionMigration:
    """Looks now and then for sessions of old divisions, and empties one at a time.

    The broker is waited for beside the pipeline, whose commits go on meanwhile.

    Args:
        settings: where the broker is.
        parts: the ward's clock.
        session: the committing connection; a lock on it keeps two workers off one old session.
        inbox: where arrivals go.
    """

    def __init__(
        self, settings: GatewaySettings, parts: Components, session: CommitConnection, inbox: Inbox
    ) -> None:
        self._settings, self._parts = settings, parts
        self._session, self._inbox = session, inbox
        self._look_at_s = 0.0
        self._done: set[Old] = set()
        self._old: Old = (0, 0)
        self._drain: SessionDrain | None = None
        self._opening: Future[bool] | None = None
        self._retiring: Future[bool] | None = None

    def restart(self) -> None:
        """The buckets that we serve have changed: what was left to others may be ours."""
        self._done.clear()

    def turn(self, ours: Collection[str]) -> None:
        """Go on with what is under way, or look for more; never waits for the broker.

        Args:
            ours: names of the buckets that we serve.
        """
        now_s = time.monotonic()
        if self._retiring is not None:
            if self._retiring.done():
                self._retired(self._retiring)
        elif self._drain is not None:
            self._look(self._drain)
        elif now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_EVERY_S
            self._begin(ours)

    def _begin(self, ours: Collection[str]) -> None:
        settings = self._settings
        with self._session.transaction() as connection:
            gone = leases.other_divisions(connection, GROUPS, settings.heartbeat_lost_s)
            free = (old for old in gone if old not in self._done)
            old = next((old for old in free if leases.try_old(connection, old)), None)
        if old is None:
            return
        drain = SessionDrain(self._parts, self._inbox, ours)
        self._old, self._drain = old, drain
        self._opening = beside("drain", lambda: drain.open(settings, old), _nothing)

    def _look(self, drain: SessionDrain) -> None:
        opening = self._opening
        if opening is None:
            if drain.over:
                self._finish(drain)
        elif opening.done():
            self._opening = None
            try:
                if not opening.result():
                    self._finish(drain, empty=True)
            except BrokerUnavailable as error:
                _log.warning("cannot empty an old session", old=self._old, error=str(error))
                self.close()

    def _finish(self, drain: SessionDrain, *, empty: bool = False) -> None:
        """Delete the session if nothing is left in it; else it is the others' turn."""
        whole = drain.close() or empty
        _log.info("old session emptied", old=self._old, whole=whole, left_to_others=drain.others)
        self._look_at_s = time.monotonic() if whole else self._look_at_s
        if whole:
            self._done.add(self._old)
        if whole and not drain.others:
            self._drain, settings, old = None, self._settings, self._old
            self._retiring = beside("retire", lambda: retire(settings, *old), _nothing)
        else:
            self.close()

    def _retired(self, retiring: "Future[bool]") -> None:
        self._retiring = None
        with self._session.transaction() as connection:
            if retiring.result():
                leases.forget(connection, *self._old)
            leases.release_old(connection, self._old)

    def close(self) -> None:
        """Leave the old session under way; what is not acknowledged stays in it."""
        drain, self._drain, self._opening = self._drain, None, None
        if drain is not None:
            drain.close()
        if drain is not None or self._retiring is not None:
            with self._session.transaction() as connection:
                leases.release_old(connection, self._old)


def _nothing() -> None:
    """Nobody need be woken: the succession looks when its turn comes."""
