"""Keeps the stack's programs running: starts, watches, restarts with backoff, stops in order.

A part that dies is said and started again; it never takes the others with it, for each of them is
built to wait for the one that is away. A part that runs and does not answer is as good as dead, and
nobody would notice: it is ended, and so started again. Only a part that cannot even start the first
time ends the whole start, with its last words.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGKILL

from deploy.errors import ChildFailed
from deploy.services.process import Launch

FIRST_BACKOFF_S = 0.5
LAST_BACKOFF_S = 30.0
GOOD_AFTER_S = 60.0
HANG_S = 30.0
_PROBE_EVERY_S = 0.05
_LOOKS_IN_A_HANG = 3
_LAST_WORDS_S = 5.0
_LOG_LIMIT = 20_000_000
_LAST_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One program of the stack.

    Attributes:
        name: what it is called in messages and in ``stack.json``.
        launch: how it is started and stopped.
        ready: asks whether it serves; called in a thread, must not hang.
        ready_timeout_s: how long the first answer may take.
        alive: asks whether it still turns; called in a thread, must not hang. None: it cannot be
            asked.
        hang_s: after so many seconds without an answer it is ended.
    """

    name: str
    launch: Launch
    ready: Callable[[], bool]
    ready_timeout_s: float = 60.0
    alive: Callable[[], bool] | None = None
    hang_s: float = HANG_S


class WatchedPart:
    """One part under watch."""

    def __init__(
        self, part: Part, logs: Path, say: Callable[[str], None], restarted: Callable[[], None]
    ) -> None:
        self.part = part
        self._log = logs / f"{part.name}.log"
        self._say = say
        self._restarted = restarted
        self._stopping = False
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id, 0 while the part is down."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and alive else 0

    async def start(self) -> None:
        """Start the part and wait until it serves.

        Raises:
            ChildFailed: it ended, or did not serve in time; the message has its last words.
        """
        launch = self.part.launch
        with self._opened_log() as log:
            self._process = await asyncio.create_subprocess_exec(
                *launch.argv, stdout=log, stderr=log, **launch.options()
            )
        deadline = asyncio.get_running_loop().time() + self.part.ready_timeout_s
        while not await asyncio.to_thread(self.part.ready):
            if self._process.returncode is not None:
                raise ChildFailed(f"{self.part.name} ended at its start; its log: {self._tail()}")
            if asyncio.get_running_loop().time() > deadline:
                raise ChildFailed(f"{self.part.name} is not ready; its log: {self._tail()}")
            await asyncio.sleep(_PROBE_EVERY_S)

    def _opened_log(self) -> contextlib.AbstractContextManager[int]:
        if self._log.exists() and self._log.stat().st_size > _LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        return _opened(self._log)

    def _tail(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return f"{self._log}\n" + "\n".join(lines[-_LAST_LINES:])

    async def watch(self) -> None:
        """Start the part again whenever it ends, until it is being stopped."""
        backoff = FIRST_BACKOFF_S
        loop = asyncio.get_running_loop()
        while self._process is not None:
            began = loop.time()
            code = await self._ended(self._process)
            if self._stopping:
                return
            backoff = FIRST_BACKOFF_S if loop.time() - began > GOOD_AFTER_S else backoff
            self._say(f"{self.part.name} ended ({_how(code)}); starting it again in {backoff:g} s")
            await asyncio.sleep(backoff)
            await self._wanted.wait()
            backoff = min(backoff * 2, LAST_BACKOFF_S)
            if not self._stopping:
                await self._start_again()

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        """Wait until it ends, by itself or because it hangs; return its exit code."""
        looking = asyncio.create_task(self._look(process), name=f"look-{self.part.name}")
        try:
            return await process.wait()
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self, process: asyncio.subprocess.Process) -> None:
        """End the process when it has not answered for too long."""
        alive, hang_s = self.part.alive, self.part.hang_s
        if alive is None:
            return
        loop = asyncio.get_running_loop()
        answered = loop.time()
        while loop.time() - answered < hang_s:
            await asyncio.sleep(hang_s / _LOOKS_IN_A_HANG)
            if self._stopping or await asyncio.to_thread(alive):
                answered = loop.time()
        self._say(f"{self.part.name} has not answered for {hang_s:g} s: ending it")
        for signal in (self.part.launch.last_resort, SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal)
                process.send_signal(SIGCONT)  # what is stopped takes no other signal
            await asyncio.sleep(_LAST_WORDS_S)

    async def _start_again(self) -> None:
        try:
            await self.start()
        except ChildFailed as failure:
            self._say(str(failure))
        else:
            self._say(f"{self.part.name} is back (pid {self.pid})")
            self._restarted()

    async def outage(self, seconds: float) -> None:
        """Kill the part, and let it stay down for so long: what a simulated outage is."""
        self._wanted.clear()
        try:
            if self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.send_signal(self.part.launch.last_resort)
            await asyncio.sleep(seconds)
        finally:
            self._wanted.set()

    async def stop(self) -> None:
        """Ask the part to end, insist when it does not, and wait until it is gone."""
        self._stopping = True
        process, launch = self._process, self.part.launch
        if process is None:
            return
        for signal in (launch.stop_signal, launch.last_resort, launch.last_resort):
            if process.returncode is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), launch.stop_timeout_s)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class Supervisor:
    """All parts of one stack."""

    def __init__(
        self, logs: Path, say: Callable[[str], None], restarted: Callable[[], None]
    ) -> None:
        self._logs = logs
        self._say = say
        self._restarted = restarted
        self._watched: list[WatchedPart] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, *parts: Part) -> None:
        """Start parts side by side, wait until all serve, and keep them running from then on.

        Raises:
            ChildFailed: one of them did not come up.
        """
        new = [WatchedPart(part, self._logs, self._say, self._restarted) for part in parts]
        self._watched += new
        await asyncio.gather(*(watched.start() for watched in new))
        for watched in new:
            name = f"watch-{watched.part.name}"
            self._tasks.append(asyncio.create_task(watched.watch(), name=name))

    def pid(self, name: str) -> int:
        """Return the process id of a part, 0 while it is down or unknown."""
        return next((w.pid for w in self._watched if w.part.name == name), 0)

    async def outage(self, name: str, seconds: float) -> None:
        """Kill a part, and start it again after so many real seconds.

        Raises:
            KeyError: there is no such part.
        """
        await {w.part.name: w for w in self._watched}[name].outage(seconds)

    def down(self) -> list[str]:
        """Return the names of the parts that do not run now."""
        return [w.part.name for w in self._watched if not w.pid]

    async def stop(self) -> None:
        """Stop everything, the last started first."""
        for watched in reversed(self._watched):
            await watched.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
