"""Leases on groups of buckets, and the heartbeat that keeps them.

A worker holds one advisory lock for each bucket of its group on the connection that commits, so a
worker that lost them cannot commit. It beats once a second on another connection; a challenger
ends the backend of a holder that has fallen silent, since a stopped process keeps its locks. A
group whose own worker is away is adopted by another of the same division, and handed over when
its own comes back and asks.
"""

import threading
import time
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from gateway import wire
from gateway.errors import StoreUnavailable
from gateway.store import leases
from gateway.store.connection import CommitConnection
from gateway.store.leases import HeartbeatConnection
from gateway.store.stall_guard import StallGuard
from gateway.telemetry import Health

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger()
TRY_EVERY_S = 0.5


def buckets_of(groups: int, group: int) -> list[int]:
    """The buckets of one group: every ``groups``-th."""
    return list(range(group, wire.BUCKETS, groups))


class GroupLease:
    """A group that this worker wants or holds.

    Attributes:
        home: whether it is the worker's own; else adopted.
    """

    def __init__(self, worker: UUID, groups: int, group: int, *, home: bool) -> None:
        self.worker = worker
        self.groups = groups
        self.group = group
        self.home = home
        self.buckets = buckets_of(groups, group)

    def try_acquire(self, session: CommitConnection, lost_s: float) -> bool:
        """Take the locks if they are free; else end a silent holder, and ask an adopter."""
        with session.transaction() as connection:
            if leases.try_locks(connection, self.buckets):
                leases.arrive(connection, self.groups, self.group, self.worker, home=self.home)
                return True
            if self.home:
                leases.want(connection, self.groups, self.group, self.worker)
            ended = leases.end_silent(connection, self.buckets, lost_s)
        if ended:
            _log.warning("ended silent holders", backend_pids=ended, group=self.group)
        return False

    def wait_acquired(
        self, session: CommitConnection, lost_s: float, stop: threading.Event, health: Health
    ) -> bool:
        """Stand by until the locks are ours; False: asked to stop."""
        while not stop.is_set():
            health.turns()
            if self.try_acquire(session, lost_s):
                return True
            stop.wait(TRY_EVERY_S)
        return False

    def release(self, session: CommitConnection) -> None:
        """Hand the buckets back."""
        with session.transaction() as connection:
            leases.leave(connection, self.groups, self.group, self.worker)
            leases.release(connection, self.buckets)


class Heartbeat:
    """Beats in its own thread while the worker serves; says what it hears and when all is lost.

    It beats for a worker that turns: one that is stuck in whatever it does is as good as gone.

    Attributes:
        lease_lost: set when the beat failed or somebody else has a group of ours.
        served: the groups to beat for, set by the tenure.
        handover_requested: groups that we adopted and whose own worker is back.
        orphaned_groups: groups of our division that nobody has served for a while.
    """

    def __init__(
        self,
        url: str,
        worker: UUID,
        *,
        every_s: float,
        lost_s: float,
        groups: int,
        watchdog: StallGuard,
        health: Health,
    ) -> None:
        self.lease_lost = threading.Event()
        self.served: frozenset[int] = frozenset()
        self.handover_requested: frozenset[int] = frozenset()
        self.orphaned_groups: frozenset[int] = frozenset()
        self.wake: Callable[[], None] = lambda: None
        self._url, self._worker, self._groups = url, worker, groups
        self._every_s, self._lost_s = every_s, lost_s
        self._watchdog, self._health = watchdog, health
        self._missing_since: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def close(self) -> None:
        """Stop beating."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with leases.leased(self._url, self._worker, self._watchdog, self._lost_s) as lease:
                self._beat(lease)
        except StoreUnavailable as error:
            _log.warning("heartbeat failed", error=str(error))
        self.lease_lost.set()
        self.wake()

    def _beat(self, lease: HeartbeatConnection) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            now = time.monotonic()
            if now >= due:
                if not self._turns() or not self._still_ours(lease):
                    return
                self._look_for_orphans(lease, now)
                due = now + self._every_s
            if lease.heard(min(self._every_s, 0.25)):
                self.wake()

    def _turns(self) -> bool:
        """Whether the worker that we beat for goes on; else another must have its groups."""
        stuck = self._health.stuck
        if stuck:
            _log.error("the worker is stuck: no more heartbeats", reason=stuck)
        return not stuck

    def _still_ours(self, lease: HeartbeatConnection) -> bool:
        served = self.served
        rows = lease.beat(list(served))
        self.handover_requested = frozenset(
            group for group, (home, by) in rows.items() if by is not None and not home
        )
        missing = served.intersection(self.served) - set(rows)
        if missing:
            _log.warning("another worker has our groups", groups=sorted(missing))
        return not missing

    def _look_for_orphans(self, lease: HeartbeatConnection, now_s: float) -> None:
        """A group that never had a worker gets the time of a silent one to begin."""
        if self._groups == 1:
            return
        found = lease.orphans(self._groups, self._lost_s)
        since = {group: self._missing_since.get(group, now_s) for group in found}
        self._missing_since = since
        self.orphaned_groups = frozenset(
            group for group, ever in found.items() if ever or now_s - since[group] >= self._lost_s
        )
