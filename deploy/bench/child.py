"""One server or gateway of a benchmark's stack: started, measured, stopped, killed, suspended.

Resource figures come from ``/proc``, so they are the kernel's own and cost the child nothing;
where there is no ``/proc`` they are not known, and the table says so.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import ChildFailed
from deploy.services.process import Launch

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TAIL_CHARS = 2000


def wait_until(
    condition: Callable[[], bool], timeout_s: float = 10.0, every_s: float = 0.05, what: str = ""
) -> None:
    """Return as soon as ``condition`` holds, or raise TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s: {what or condition}")
        time.sleep(every_s)


@dataclass(slots=True)
class Child:
    """A program that can be started again on the same data.

    Attributes:
        name: for messages.
        launch: how it is started.
        answers: whether it is ready.
        log: where its output goes.
    """

    name: str
    launch: Launch
    answers: Callable[[], bool]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, timeout_s: float = 30.0) -> None:
        """Start it and wait until it is ready.

        Raises:
            ChildFailed: it ended, or was not ready in time.
        """
        self.spawn()
        try:
            wait_until(self._ready_or_dead, timeout_s, what=f"{self.name} ready")
        except TimeoutError as late:
            raise ChildFailed(f"{late}: {self.tail()}") from None

    def spawn(self) -> None:
        """Start it without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                self.launch.argv, stdout=log, stderr=log, **self.launch.options()
            )

    def _ready_or_dead(self) -> bool:
        if not self.alive():
            raise ChildFailed(f"{self.name} ended at once: {self.tail()}")
        return self.answers()

    def alive(self) -> bool:
        """Whether it runs (or is suspended)."""
        return self.process is not None and self.process.poll() is None

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-_TAIL_CHARS:] if self.log.exists() else ""

    def stop(self) -> None:
        """Stop it cleanly, in the end by force; nothing to do when it is not running."""
        if self.process is None:
            return
        self.resume()
        self.process.send_signal(self.launch.stop_signal)
        try:
            self.process.wait(self.launch.stop_timeout_s)
        except subprocess.TimeoutExpired:
            self.process.send_signal(self.launch.last_resort)
            self.process.wait(self.launch.stop_timeout_s)
        self.process = None

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would; its own children are left to notice."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def suspend(self) -> None:
        """Stop it in its tracks (SIGSTOP)."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a suspended one go on."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def cpu_s(self) -> float:
        """User and system seconds that the process has used; NaN where not known."""
        fields = self._proc("stat")
        if not fields:
            return float("nan")
        after_name = fields.rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICKS

    def resident_bytes(self) -> int:
        """Resident memory of the process; 0 where not known."""
        fields = self._proc("statm").split()
        return int(fields[1]) * _PAGE if fields else 0

    def _proc(self, name: str) -> str:
        if self.process is None:
            return ""
        try:
            return Path(f"/proc/{self.process.pid}/{name}").read_text()
        except OSError:
            return ""
