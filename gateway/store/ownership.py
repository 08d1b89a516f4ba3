"""Locks on buckets, and the heartbeats that tell a challenger whether their holder lives.

Locks are advisory and belong to the committing connection, one for each bucket: whoever can
commit holds them, and whoever lost them cannot commit. Heartbeats go over another connection, by
the server's own clock (leases are real time).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from psycopg import Connection

from gateway.store.session import Row, connect, translated

LOCK_CLASS = 7411
INBOX = "homeward_inbox"

_TRY = "SELECT bool_and(pg_try_advisory_lock(%s, b)) FROM unnest(%s::int[]) b"
_RELEASE = "SELECT pg_advisory_unlock(%s, b) FROM unnest(%s::int[]) b"
_ARRIVE = """
    INSERT INTO gateway_worker (groups, "group", worker, backend_pid, home)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (groups, "group") DO UPDATE SET worker = excluded.worker, wanted_by = NULL,
        backend_pid = excluded.backend_pid, home = excluded.home, beat = now()
"""
_BEAT = """
    UPDATE gateway_worker SET beat = now() WHERE worker = %s
    RETURNING "group", home, wanted_by
"""
_HOLDERS = """
    SELECT DISTINCT l.pid, coalesce(w.beat < now() - make_interval(secs => %s), false)
      FROM pg_locks l LEFT JOIN gateway_worker w ON w.backend_pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = ANY (%s::oid[])
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_WANT = """
    UPDATE gateway_worker SET wanted_by = %s
     WHERE groups = %s AND "group" = %s AND NOT home AND worker <> %s
"""
_ORPHANS = """
    SELECT g FROM generate_series(0, %s - 1) g
     WHERE NOT EXISTS (SELECT FROM gateway_worker w WHERE w.groups = %s AND w."group" = g
                          AND w.beat > now() - make_interval(secs => %s))
"""
_OTHER_DIVISIONS = """
    SELECT groups, "group" FROM gateway_worker WHERE groups <> %s
       AND beat < now() - make_interval(secs => %s)
"""


def try_locks(connection: Connection[Row], buckets: Sequence[int]) -> bool:
    """Take the locks of all these buckets, or none."""
    found = connection.execute(_TRY, (LOCK_CLASS, list(buckets))).fetchone()
    taken = bool(found and found[0])
    if not taken:
        connection.execute(_RELEASE_HELD, (LOCK_CLASS, list(buckets)))
    return taken


_RELEASE_HELD = """
    SELECT pg_advisory_unlock(l.classid::int, l.objid::int) FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.granted AND l.pid = pg_backend_pid()
       AND l.classid = %s AND l.objid = ANY (%s::oid[])
"""


def release(connection: Connection[Row], buckets: Sequence[int]) -> None:
    """Give these locks back."""
    connection.execute(_RELEASE, (LOCK_CLASS, list(buckets)))


class Lease:
    """The heartbeat's own connection, which also hears that something waits for the gateway."""

    def __init__(self, url: str, worker: UUID) -> None:
        self.worker = worker
        self._connection = connect(url, "homeward-gateway-beat", autocommit=True)
        with translated():
            self._connection.execute(f"LISTEN {INBOX}")

    def arrive(self, groups: int, group: int, backend_pid: int, *, home: bool) -> None:
        """Say who serves this group now, and on which backend."""
        with translated():
            self._connection.execute(_ARRIVE, (groups, group, self.worker, backend_pid, home))

    def beat(self) -> dict[int, tuple[bool, UUID | None]]:
        """Beat for every group we serve: by group, whether it is home, and who wants it."""
        with translated():
            rows = self._connection.execute(_BEAT, (self.worker,)).fetchall()
        return {group: (home, wanted) for group, home, wanted in rows}

    def silent_holders(self, buckets: Sequence[int], lost_s: float) -> tuple[list[int], bool]:
        """Backends that hold any of these locks without a heartbeat; and whether any hold one."""
        with translated():
            arguments = (lost_s, LOCK_CLASS, list(buckets))
            rows = self._connection.execute(_HOLDERS, arguments).fetchall()
        return [pid for pid, silent in rows if silent], bool(rows)

    def end(self, backend_pid: int) -> None:
        """End the backend of a holder that has fallen silent, and with it its locks."""
        with translated():
            self._connection.execute("SELECT pg_terminate_backend(%s)", (backend_pid,))

    def want(self, groups: int, group: int) -> None:
        """Ask whoever has adopted our group to hand it over."""
        with translated():
            self._connection.execute(_WANT, (self.worker, groups, group, self.worker))

    def orphans(self, groups: int, lost_s: float) -> list[int]:
        """Groups of our division that nobody serves."""
        with translated():
            rows = self._connection.execute(_ORPHANS, (groups, groups, lost_s)).fetchall()
        return [group for (group,) in rows]

    def other_divisions(self, groups: int, lost_s: float) -> list[tuple[int, int]]:
        """(groups, group) of workers of another division that are gone."""
        with translated():
            rows = self._connection.execute(_OTHER_DIVISIONS, (groups, lost_s)).fetchall()
        return [(of, group) for of, group in rows]

    def forget(self, groups: int, group: int) -> None:
        """Forget a division's worker that is gone, or our own service of a group."""
        statement = 'DELETE FROM gateway_worker WHERE groups = %s AND "group" = %s'
        with translated():
            self._connection.execute(statement, (groups, group))

    def leave(self, groups: int, group: int) -> None:
        """Say that we no longer serve this group."""
        statement = 'DELETE FROM gateway_worker WHERE groups = %s AND "group" = %s AND worker = %s'
        with translated():
            self._connection.execute(statement, (groups, group, self.worker))

    def heard(self, timeout_s: float) -> bool:
        """Wait for a wake-up; whether one came."""
        with translated():
            return any(True for _ in self._connection.notifies(timeout=timeout_s, stop_after=1))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


@contextmanager
def leased(url: str, worker: UUID) -> Iterator[Lease]:
    """A lease for the time of a ``with``."""
    lease = Lease(url, worker)
    try:
        yield lease
    finally:
        lease.close()
