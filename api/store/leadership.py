"""One process at a time for each job: a session lock of the database, and a sign of life.

A stopped process keeps its locks. So the holder writes a beat on another connection, and whoever
finds it old ends the holder's backend: the lock is free, and the holder can commit nothing more.
"""

from uuid import UUID

from api.store.types import Conn

LOCKS = {
    "alerts": 1,
    "rota": 2,
    "notices": 3,
    "cohorts": 4,
    "contact": 5,
    "imaging": 6,
    "retention": 7,
    "anchors": 8,
    "weekly": 9,
    "outlet": 10,
}
_SPACE = 4712


async def take(conn: Conn, job: str, holder: UUID) -> bool:
    """Take the job's lock while this connection lives, and beat once; False if another has it.

    Whoever is lost before the next sign is found by this one: a lock of somebody who never gave
    any would be nobody's to end.
    """
    cursor = await conn.execute(
        """WITH lock AS MATERIALIZED (SELECT pg_try_advisory_lock(%s, %s) AS got)
           INSERT INTO engine_leader (job, holder, backend_pid, beat)
           SELECT %s, %s, pg_backend_pid(), clock_timestamp() FROM lock WHERE got
           ON CONFLICT (job) DO UPDATE SET holder = excluded.holder,
               backend_pid = excluded.backend_pid, beat = excluded.beat
           RETURNING job""",
        (_SPACE, LOCKS[job], job, holder),
    )
    return await cursor.fetchone() is not None


async def beat(conn: Conn, job: str, holder: UUID, backend_pid: int) -> None:
    """Write the holder's sign of life (real time)."""
    await conn.execute(
        """INSERT INTO engine_leader (job, holder, backend_pid, beat)
           VALUES (%s, %s, %s, clock_timestamp())
           ON CONFLICT (job) DO UPDATE SET holder = excluded.holder,
               backend_pid = excluded.backend_pid, beat = excluded.beat""",
        (job, holder, backend_pid),
    )


async def end_stale(conn: Conn, job: str, stale_s: float) -> bool:
    """End the backend of a holder silent for ``stale_s`` real seconds; True if one was ended."""
    cursor = await conn.execute(
        """SELECT pg_terminate_backend(l.pid) AS ended
             FROM engine_leader e JOIN pg_locks l ON l.pid = e.backend_pid
            WHERE e.job = %s AND l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s
              AND l.granted
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND e.beat < clock_timestamp() - make_interval(secs => %s)""",
        (job, _SPACE, LOCKS[job], stale_s),
    )
    row = await cursor.fetchone()
    return bool(row and row["ended"])


async def ages(conn: Conn) -> dict[str, float]:
    """Return the real seconds since each job's last sign of life."""
    cursor = await conn.execute(
        "SELECT job, extract(epoch FROM clock_timestamp() - beat)::float8 AS age FROM engine_leader"
    )
    return {row["job"]: row["age"] for row in await cursor.fetchall()}
