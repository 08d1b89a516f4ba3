"""The desk for replays: one runs at a time, its progress can be asked for, results stay a while.

A replay takes the cores for as long as a minute, so a second one waits, a person has one there (the
newest question ends the one before), and what has been answered is kept for an hour, the last
twenty of them. All of it is in the memory of
the process that was asked.
"""

import asyncio
import os
import sys
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import msgspec
import structlog

from analytics.evaluation.what_if import AlertShown, PersonCompared, Total
from api.errors import ThrottledError
from api.replay.child import Asked
from api.replay.rows import StretchRows

log = structlog.get_logger("api.replay")
KEPT = 20
KEPT_S = 3_600.0
MOST_WAITING = 10
MOST_SHOWN = 200
_WAIT_S = 60
_LINE_BYTES = 256 * 1024 * 1024
People = Callable[[], AsyncGenerator[StretchRows]]
Following = Callable[[], Awaitable[StretchRows | None]]


@dataclass(slots=True, kw_only=True)
class ReplayJob:
    """One replay: whose, how far it is, and what it came to.

    Attributes:
        owner: the account that asked.
        ward: whose coordinators are told.
        patient: whose clinicians are told; None: it is of a ward.
        total: people to replay.
        done: people replayed.
        state: ``running``, ``done``, ``failed``, or ``ended`` by a later question.
    """

    owner: UUID
    ward: str
    total: int
    patient: UUID | None = None
    id: UUID = field(default_factory=uuid4)
    done: int = 0
    state: str = "running"
    ended_s: float | None = None
    days: int = 0
    now: Total = field(default_factory=Total)
    then: Total = field(default_factory=Total)
    gained: list[AlertShown] = field(default_factory=list)
    lost: list[AlertShown] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=lambda: {"gained": 0, "lost": 0})

    @property
    def progress(self) -> float:
        """The share that is done."""
        return 1.0 if self.state == "done" else self.done / max(1, self.total)

    def take(self, one: PersonCompared) -> None:
        """Add one person's comparison."""
        self.done += 1
        self.days += one.days
        self.now, self.then = self.now.plus(one.now), self.then.plus(one.then)
        for name, kept, found in (
            ("gained", self.gained, one.gained),
            ("lost", self.lost, one.lost),
        ):
            self.counted[name] += len(found)
            kept.extend(found[: MOST_SHOWN - len(kept)])


class ReplayDesk:
    """Who is served, and what was answered; made once for a process."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self._jobs: OrderedDict[UUID, ReplayJob] = OrderedDict()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    def ask(self, job: ReplayJob, asked: Asked, people: People) -> None:
        """Begin a replay, or let it wait for its turn.

        Args:
            job: new.
            asked: both sets of settings.
            people: gives the people's readings, one after the other, as they are wanted.

        Raises:
            ThrottledError: too many wait.
        """
        self._forget()
        running = [one for one in self._jobs.values() if one.state == "running"]
        for earlier in running:
            if earlier.owner == job.owner:
                earlier.state = "ended"
                self._tasks[earlier.id].cancel()
        if sum(one.state == "running" for one in running) >= MOST_WAITING:
            raise ThrottledError(_WAIT_S)
        self._jobs[job.id] = job
        task = self._tasks[job.id] = asyncio.create_task(self._run(job, asked, people))
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))

    def find(self, job_id: UUID) -> ReplayJob | None:
        """Return a job, None if there is none (any more)."""
        self._forget()
        return self._jobs.get(job_id)

    async def close(self) -> None:
        """End what runs."""
        running = list(self._tasks.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _forget(self) -> None:
        now_s = asyncio.get_running_loop().time()
        over = [
            one.id
            for one in self._jobs.values()
            if one.ended_s is not None and now_s - one.ended_s > KEPT_S
        ]
        ended = [one.id for one in self._jobs.values() if one.ended_s is not None]
        for job_id in {*over, *ended[: max(0, len(ended) - KEPT)]}:
            del self._jobs[job_id]

    async def _run(self, job: ReplayJob, asked: Asked, people: People) -> None:
        try:
            async with self._turn:
                await _replayed(job, asked, people)
            job.state = "done"
        except Exception as error:  # the top of a lane: who asks is told that it failed
            log.exception("replay_failed", error=type(error).__name__)
            job.state = "failed"
        finally:
            job.ended_s = asyncio.get_running_loop().time()


async def _replayed(job: ReplayJob, asked: Asked, people: People) -> None:
    """Hand people out to as many children as there are cores, and take what they answer."""
    source = people()
    lock = asyncio.Lock()

    async def following() -> StretchRows | None:
        async with lock:
            return await anext(source, None)

    workers = max(1, min(job.total, os.cpu_count() or 1))
    tasks = [asyncio.create_task(_worked(job, asked, following)) for _ in range(workers)]
    try:
        for task in asyncio.as_completed(tasks):
            await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await source.aclose()


async def _worked(job: ReplayJob, asked: Asked, following: Following) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api.replay.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={},
        limit=_LINE_BYTES,
    )
    try:
        await _say(child, msgspec.json.encode(asked))
        while (stretch := await following()) is not None:
            await _say(child, msgspec.json.encode(stretch))
            line = await child.stdout.readline() if child.stdout else b""
            if not line:
                raise RuntimeError("the replay's process fell over")
            job.take(msgspec.json.decode(line, type=PersonCompared))
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _say(child: asyncio.subprocess.Process, line: bytes) -> None:
    if child.stdin is None:
        raise RuntimeError("the replay's process has no input")
    child.stdin.write(line + b"\n")
    await child.stdin.drain()
