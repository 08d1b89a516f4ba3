"""Which buckets this worker serves, and for how long it may.

A worker holds one advisory lock for each bucket of its group on the connection that commits, so a
worker that lost them cannot commit. It beats once a second on another connection; a challenger
ends the backend of a holder that has fallen silent, since a stopped process keeps its locks.
"""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import structlog

from gateway import wire
from gateway.errors import StoreUnavailable
from gateway.store import ownership
from gateway.store.ownership import Lease
from gateway.store.session import Session

_log = structlog.get_logger()
TRY_EVERY_S = 0.5


def buckets_of(groups: int, group: int) -> list[int]:
    """The buckets of one group: every ``groups``-th."""
    return list(range(group, wire.BUCKETS, groups))


class Claim:
    """A group that this worker wants or holds."""

    def __init__(self, groups: int, group: int, *, home: bool) -> None:
        self.groups = groups
        self.group = group
        self.home = home
        self.buckets = buckets_of(groups, group)

    def try_take(self, session: Session, lease: Lease, lost_s: float) -> bool:
        """Take the locks if they are free; end a holder that is silent; ask an adopter."""
        with session.transaction() as connection:
            taken = ownership.try_locks(connection, self.buckets)
        if taken:
            lease.arrive(self.groups, self.group, session.backend_pid, home=self.home)
            return True
        if self.home:
            lease.want(self.groups, self.group)
        silent, _ = lease.silent_holders(self.buckets, lost_s)
        for backend_pid in silent:
            _log.warning("ending a silent holder", backend_pid=backend_pid, group=self.group)
            lease.end(backend_pid)
        return False

    def await_locks(
        self, session: Session, lease: Lease, lost_s: float, stop: threading.Event
    ) -> bool:
        """Stand by until the locks are ours; False: asked to stop."""
        while not stop.is_set():
            if self.try_take(session, lease, lost_s):
                return True
            stop.wait(TRY_EVERY_S)
        return False


class Heart:
    """Beats in its own thread while the worker serves; says what it hears and when all is lost.

    Attributes:
        lost: set when the beat failed or somebody else has our group.
        wanted: groups that we adopted and whose own worker is back.
    """

    def __init__(
        self,
        url: str,
        worker: UUID,
        *,
        every_s: float,
        wake: Callable[[], None],
        watch: Callable[[], None],
    ) -> None:
        self.lost = threading.Event()
        self.wanted: set[int] = set()
        self.served: set[int] = set()
        self._url, self._worker, self._every_s = url, worker, every_s
        self._wake, self._watch = wake, watch
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
            with ownership.leased(self._url, self._worker) as lease:
                self._beat(lease)
        except StoreUnavailable as error:
            _log.warning("heartbeat failed", error=str(error))
        self.lost.set()
        self._wake()

    def _beat(self, lease: Lease) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            now = time.monotonic()
            if now >= due:
                if not self._still_ours(lease):
                    return
                self._watch()
                due = now + self._every_s
            if lease.heard(min(self._every_s, 0.25)):
                self._wake()

    def _still_ours(self, lease: Lease) -> bool:
        rows = lease.beat()
        self.wanted = {group for group, (home, by) in rows.items() if by is not None and not home}
        if self.wanted:
            self._wake()
        missing = self.served - set(rows)
        if missing:
            _log.warning("another worker has our groups", groups=sorted(missing))
        return not missing
