"""Locks on buckets, and the heartbeats that tell a challenger whether their holder lives.

Locks are advisory and belong to the committing connection, one for each bucket: whoever can
commit holds them, and whoever lost them cannot commit. Heartbeats go over another connection, by
the server's own clock (leases are real time). A worker that serves nothing beats as well, so that
the others leave it its share; one whose committing connection is gone is dead, and its groups are
free, however lately it has beaten.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from psycopg import Connection

from gateway.store.connection import InterruptibleConnection, Row, translated
from gateway.store.stall_guard import StallGuard

LOCK_CLASS = 7411
_OLD_CLASS, _GROUPS_MOST = 7412, 1_000
INBOX = "homeward_inbox"

_TRY = "SELECT bool_and(pg_try_advisory_lock(%s, b)) FROM unnest(%s::int[]) b"
_RELEASE = """
    SELECT pg_advisory_unlock(l.classid::int, l.objid::int) FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.granted AND l.pid = pg_backend_pid()
       AND l.classid = %s AND l.objid = ANY (%s::oid[])
"""
_ARRIVE = """
    INSERT INTO gateway_worker (groups, "group", worker, backend_pid)
    VALUES (%s, %s, %s, pg_backend_pid())
    ON CONFLICT (groups, "group") DO UPDATE SET worker = excluded.worker,
        backend_pid = excluded.backend_pid, beat = now()
"""
_LEAVE = """
    UPDATE gateway_worker SET backend_pid = 0, beat = CASE WHEN %s THEN 'epoch' ELSE beat END
     WHERE groups = %s AND "group" = ANY (%s) AND worker = %s
"""
_END_SILENT = """
    SELECT l.pid, pg_terminate_backend(l.pid) FROM (
        SELECT DISTINCT l.pid FROM pg_locks l JOIN gateway_worker w ON w.backend_pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s
           AND l.objid = ANY (%s::oid[]) AND w.beat < now() - make_interval(secs => %s)
           AND NOT EXISTS (SELECT FROM gateway_worker f WHERE f.backend_pid = l.pid
                              AND f.beat >= now() - make_interval(secs => %s))
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) l
"""
_BEAT = """
    UPDATE gateway_worker SET beat = now()
     WHERE groups = %s AND worker = %s AND "group" = ANY (%s) AND backend_pid <> 0
    RETURNING "group"
"""
_BE_THERE = """
    INSERT INTO gateway_member (worker, backend_pid) VALUES (%s, %s)
    ON CONFLICT (worker) DO UPDATE SET backend_pid = excluded.backend_pid, beat = now()
"""
_GO = "DELETE FROM gateway_member WHERE worker = %s OR beat < now() - interval '1 day'"
_LIVE = """
    SELECT m.worker FROM gateway_member m JOIN pg_stat_activity a ON a.pid = m.backend_pid
     WHERE m.beat >= now() - make_interval(secs => %s)
"""
_FREE = """
    SELECT g FROM generate_series(0, %s - 1) g
      LEFT JOIN gateway_worker w ON w.groups = %s AND w."group" = g
      LEFT JOIN pg_stat_activity a ON a.pid = w.backend_pid
     WHERE a.pid IS NULL OR w.beat < now() - make_interval(secs => %s)
     ORDER BY g
"""
_OTHER_DIVISIONS = """
    SELECT w.groups, w."group" FROM gateway_worker w
     WHERE w.groups <> %s AND w.beat < now() - make_interval(secs => %s)
       AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
                          AND l.classid = %s AND l.pid = w.backend_pid)
"""
_TRY_OLD = "SELECT pg_try_advisory_lock(%s, %s)"
_RELEASE_OLD = "SELECT pg_advisory_unlock(%s, %s)"
_FORGET = 'DELETE FROM gateway_worker WHERE groups = %s AND "group" = %s'


def try_locks(connection: Connection[Row], buckets: Sequence[int]) -> bool:
    """Take the locks of all these buckets, or none."""
    found = connection.execute(_TRY, (LOCK_CLASS, list(buckets))).fetchone()
    taken = bool(found and found[0])
    if not taken:
        release(connection, buckets)
    return taken


def release(connection: Connection[Row], buckets: Sequence[int]) -> None:
    """Give back those of these locks that we hold."""
    connection.execute(_RELEASE, (LOCK_CLASS, list(buckets)))


def arrive(connection: Connection[Row], groups: int, group: int, worker: UUID) -> None:
    """Say that this connection serves the group now."""
    connection.execute(_ARRIVE, (groups, group, worker))


def leave(
    connection: Connection[Row], groups: int, left: Sequence[int], worker: UUID, *, last: bool
) -> None:
    """Say that we no longer serve these groups.

    Args:
        connection: the committing one.
        groups: how many there are in all.
        left: which.
        worker: who leaves.
        last: whether nobody is there to take them, so that nobody serves them from now on; else
            the last heartbeat stands until the next worker's.
    """
    connection.execute(_LEAVE, (last, groups, list(left), worker))


def end_silent(connection: Connection[Row], buckets: Sequence[int], lost_s: float) -> list[int]:
    """End the backends that hold any of these locks and have not beaten for ``lost_s``.

    A backend that beats for any group lives: what it has handed over stays behind as a stale row.
    """
    rows = connection.execute(_END_SILENT, (LOCK_CLASS, list(buckets), lost_s, lost_s))
    return [pid for pid, _ in rows]


def other_divisions(
    connection: Connection[Row], groups: int, lost_s: float
) -> list[tuple[int, int]]:
    """(groups, group) of workers of another division that are gone.

    One that has stopped and still holds locks is not gone: by its row its challengers end it.
    """
    rows = connection.execute(_OTHER_DIVISIONS, (groups, lost_s, LOCK_CLASS))
    return [(of, group) for of, group in rows]


def try_old(connection: Connection[Row], old: tuple[int, int]) -> bool:
    """Be the only one to take over a session of another division; kept until it is given back."""
    found = connection.execute(_TRY_OLD, (_OLD_CLASS, _number(old))).fetchone()
    return bool(found and found[0])


def release_old(connection: Connection[Row], old: tuple[int, int]) -> None:
    """Let others take it over."""
    connection.execute(_RELEASE_OLD, (_OLD_CLASS, _number(old)))


def _number(old: tuple[int, int]) -> int:
    groups, group = old
    return groups * _GROUPS_MOST + group


def forget(connection: Connection[Row], groups: int, group: int) -> None:
    """Forget a worker of another division."""
    connection.execute(_FORGET, (groups, group))


class HeartbeatConnection(InterruptibleConnection):
    """The heartbeat's own connection, which also hears that something waits for the gateway."""

    def __init__(self, url: str, worker: UUID) -> None:
        self._worker = worker
        super().__init__(url, "homeward-gateway-beat", autocommit=True)

    def listen(self) -> None:
        """Hear wake-ups from now on."""
        with self.asking() as connection:
            connection.execute(f"LISTEN {INBOX}")

    def beat(self, groups: int, served: Sequence[int], backend_pid: int) -> frozenset[int]:
        """Beat for ourselves and the groups we serve; which of them are still ours."""
        with self.asking() as connection:
            connection.execute(_BE_THERE, (self._worker, backend_pid))
            rows = connection.execute(_BEAT, (groups, self._worker, list(served))).fetchall()
        return frozenset(group for (group,) in rows)

    def go(self) -> None:
        """Be counted no more, and forget whoever has not been heard of for a day."""
        with self.asking() as connection:
            connection.execute(_GO, (self._worker,))

    def live(self, lost_s: float) -> frozenset[UUID]:
        """Every worker that is alive."""
        with self.asking() as connection:
            rows = connection.execute(_LIVE, (lost_s,)).fetchall()
        return frozenset(worker for (worker,) in rows)

    def free(self, groups: int, lost_s: float) -> list[int]:
        """The groups that nobody serves, or nobody who is alive."""
        with self.asking() as connection:
            rows = connection.execute(_FREE, (groups, groups, lost_s)).fetchall()
        return [group for (group,) in rows]

    def heard(self, timeout_s: float) -> bool:
        """Wait for a wake-up; whether one came."""
        with translated():
            return any(True for _ in self.connection.notifies(timeout=timeout_s, stop_after=1))


@contextmanager
def leased(
    url: str, worker: UUID, watchdog: StallGuard, most_s: float
) -> Iterator[HeartbeatConnection]:
    """A lease for the time of a ``with``; cut when an answer takes longer than ``most_s``."""
    lease = HeartbeatConnection(url, worker)
    watchdog.watch(lease, most_s)
    try:
        lease.listen()
        yield lease
    finally:
        watchdog.unwatch(lease)
        lease.close()
