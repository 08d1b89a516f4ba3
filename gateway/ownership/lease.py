"""Leases on groups of buckets, and the heartbeat that keeps them.

A worker holds one advisory lock for each bucket of its groups on the connection that commits, so a
worker that lost them cannot commit. It beats once a second on another connection, and hears there
who else is alive and which groups are free; a challenger ends the backend of a holder that has
fallen silent, since a stopped process keeps its locks.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from gateway.errors import StoreUnavailable
from gateway.ownership.shares import GROUPS, buckets_of, quota
from gateway.store import leases
from gateway.store.connection import CommitConnection
from gateway.store.leases import HeartbeatConnection
from gateway.store.stall_guard import StallGuard
from gateway.telemetry import Health

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class GroupLease:
    """A group that this worker wants or holds."""

    worker: UUID
    group: int

    @property
    def buckets(self) -> Sequence[int]:
        """The buckets of the group."""
        return buckets_of(GROUPS, self.group)

    def try_acquire(self, session: CommitConnection, lost_s: float) -> bool:
        """Take the locks if they are free; else end a silent holder."""
        with session.transaction() as connection:
            if leases.try_locks(connection, self.buckets):
                leases.arrive(connection, GROUPS, self.group, self.worker)
                return True
            ended = leases.end_silent(connection, self.buckets, lost_s)
        if ended:
            _log.warning("ended silent holders", backend_pids=ended, group=self.group)
        return False


def give_back(session: CommitConnection, claims: Sequence[GroupLease], *, last: bool) -> None:
    """Hand groups of one worker back; ``last``: nobody is there to take them."""
    if not claims:
        return
    groups = [claim.group for claim in claims]
    with session.transaction() as connection:
        leases.leave(connection, GROUPS, groups, claims[0].worker, last=last)
        leases.release(connection, [bucket for claim in claims for bucket in claim.buckets])


class Heartbeat:
    """Beats in its own thread while the worker lives; says what it hears and when all is lost.

    It beats for a worker that turns: one that is stuck in whatever it does is as good as gone.

    Attributes:
        lease_lost: set when the beat failed or somebody else has a group of ours.
        served: the groups to beat for, set by the tenure.
        live: every worker that is alive; empty until it is known.
        free: groups that nobody serves; the tenure empties it when it has tried them.
    """

    def __init__(
        self,
        url: str,
        worker: UUID,
        backend_pid: int,
        *,
        every_s: float,
        lost_s: float,
        watchdog: StallGuard,
        health: Health,
    ) -> None:
        self.lease_lost = threading.Event()
        self.served: frozenset[int] = frozenset()
        self.live: frozenset[UUID] = frozenset()
        self.free: Sequence[int] = ()
        self.wake: Callable[[], None] = lambda: None
        self.worker = worker
        self._url, self._backend_pid = url, backend_pid
        self._every_s, self._lost_s = every_s, lost_s
        self._watchdog, self._health = watchdog, health
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    @property
    def alone(self) -> bool:
        """Whether no other worker is known to be alive."""
        return self.live <= {self.worker}

    @property
    def surplus(self) -> list[int]:
        """The groups of ours that are above our share; none before it is known who is alive."""
        return sorted(self.served)[quota(self.worker, self.live) :] if self.live else []

    @property
    def missing(self) -> int:
        """How many groups we have less than our share; none before it is known who is alive."""
        return max(0, quota(self.worker, self.live) - len(self.served)) if self.live else 0

    @property
    def wanting(self) -> list[int]:
        """The free groups to be tried while we have less than our share."""
        return [group for group in self.free if group not in self.served] if self.missing else []

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def close(self) -> None:
        """Stop beating."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with leases.leased(self._url, self.worker, self._watchdog, self._lost_s) as lease:
                self._beat(lease)
                lease.go()
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
                self._look_around(lease)
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
        ours = lease.beat(GROUPS, list(served), self._backend_pid)
        missing = served.intersection(self.served) - ours
        if missing:
            _log.warning("another worker has our groups", groups=sorted(missing))
        return not missing

    def _look_around(self, lease: HeartbeatConnection) -> None:
        """Who is alive, and what is free; the tenure is woken when that moves anything."""
        self.live = lease.live(self._lost_s)
        self.free = lease.free(GROUPS, self._lost_s)
        if self.surplus or self.wanting:
            self.wake()
