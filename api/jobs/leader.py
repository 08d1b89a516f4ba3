"""Runs a job in one API process at a time, and hands it over when that one falls.

The job gets the very connection that holds the lock, and must write through it: a leader whose
backend was ended can commit nothing. A listener on a second connection wakes it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import structlog
from psycopg import OperationalError, sql
from psycopg.rows import dict_row

from api.services import Connection, Services
from api.store import leadership as store
from api.store.connections import address, answering_within

log = structlog.get_logger("api.leadership")
RETRY_S = 1.0
BEAT_S = 1.0
LOOK_S = 5.0
STALE_S = 8.0

Job = Callable[[Connection, "Wakeup"], Awaitable[None]]


class Wakeup:
    """Notifications, coalesced: whoever waits learns that there were some, and their payloads.

    Payloads kept between two looks are bounded; the same one is kept once.
    """

    _MOST = 64

    def __init__(self) -> None:
        """Start with nothing to do."""
        self._event = asyncio.Event()
        self._said: dict[str, None] = {}

    def notify(self, payload: str) -> None:
        """Note a notification."""
        if len(self._said) < self._MOST:
            self._said[payload] = None
        self._event.set()

    async def wait(self, timeout_s: float) -> list[str]:
        """Return what was said, at once if anything was, empty after ``timeout_s`` real seconds."""
        try:
            async with asyncio.timeout(timeout_s):  # wait_for may lose a cancellation (3.11)
                await self._event.wait()
        except TimeoutError:
            return []
        return self.drain()

    def drain(self) -> list[str]:
        """Return what was said until now and forget it."""
        self._event.clear()
        said = list(self._said)
        self._said.clear()
        return said


@asynccontextmanager
async def connected(services: Services, name: str) -> AsyncIterator[Connection]:
    """Open a connection of one's own as the engine: autocommit, UTC, dictionaries."""
    settings = services.settings
    conn = await answering_within(settings.database_answer_s).connect(
        address(settings.engine_database_url),
        autocommit=True,
        row_factory=dict_row,
        application_name=name,
        options="-c timezone=UTC",
    )
    async with conn:
        yield conn


async def listen(services: Services, channels: tuple[str, ...], wake: Wakeup, name: str) -> None:
    """Ring ``wake`` for every notification on the channels; runs until the connection breaks.

    Who only listens does not hear that the line is dead, so it asks something now and then.
    """
    async with connected(services, name) as conn:
        for channel in channels:
            await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        wake.notify("listening")  # whatever happened before is looked at once
        while True:
            async for notice in conn.notifies(timeout=LOOK_S):
                wake.notify(f"{notice.channel}:{notice.payload}")
            await conn.execute("SELECT 1")


async def run_as_leader(
    services: Services, job_name: str, channels: tuple[str, ...], job: Job
) -> None:
    """Run ``job`` whenever this process holds its lock; returns only by cancellation.

    Args:
        services: the program's shared services.
        job_name: a key of ``api.store.leadership.LOCKS``.
        channels: what wakes the job.
        job: works until it is cancelled, on the connection that it is given.
    """
    holder = uuid4()
    while True:
        try:
            await run_isolated(_reign(services, job_name, channels, job, holder))
        except* OperationalError as lost:
            log.warning("leader_connection_lost", job=job_name, error=str(lost.exceptions[0]))
        await asyncio.sleep(RETRY_S)


async def run_isolated(work: Coroutine[object, object, None]) -> None:
    """Do work that has a task group in a task of its own, until it ends, fails or is cancelled.

    A group that is cancelled while one of its tasks fails reports the failure alone (Python 3.11),
    and whoever handles it would work on for ever. A group that merely fails leaves its task counted
    as cancelled all the same. Only from outside can the two be told apart.

    Raises:
        asyncio.CancelledError: the caller was cancelled, whatever else went wrong.
    """
    try:
        await asyncio.create_task(work)
    finally:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError


async def _reign(
    services: Services, job_name: str, channels: tuple[str, ...], job: Job, holder: UUID
) -> None:
    async with connected(services, f"homeward-{job_name}") as conn:
        await _wait_for_lock(conn, job_name, holder)
        log.info("leading", job=job_name)
        wake = Wakeup()
        async with asyncio.TaskGroup() as group:
            pid = conn.info.backend_pid
            group.create_task(_beat(services, job_name, holder, pid), name=f"{job_name}-beat")
            group.create_task(
                listen(services, channels, wake, f"homeward-{job_name}-listen"),
                name=f"{job_name}-listen",
            )
            group.create_task(_run(job, conn, wake), name=job_name)


async def _run(job: Job, conn: Connection, wake: Wakeup) -> None:
    await job(conn, wake)


async def _wait_for_lock(conn: Connection, job_name: str, holder: UUID) -> None:
    while not await store.take(conn, job_name, holder):
        if await store.end_stale(conn, job_name, STALE_S):
            log.warning("stale_leader_ended", job=job_name)
        await asyncio.sleep(RETRY_S)


async def _beat(services: Services, job_name: str, holder: UUID, backend_pid: int) -> None:
    """Give signs of life on a connection of their own: no pool that is empty may hold them up."""
    async with connected(services, f"homeward-{job_name}-beat") as conn:
        while True:
            await store.beat(conn, job_name, holder, backend_pid)
            await asyncio.sleep(BEAT_S)
