"""Starts and stops one real server for the tests, the way the embedded stack does."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.services.process import Launch


class Server(Protocol):
    """What a server must tell to be started: see ``deploy.services``."""

    def launch(self) -> Launch: ...

    def answers(self) -> bool: ...


@dataclass(slots=True)
class Running:
    """A server process, which can be killed and started again on the same data."""

    server: Server
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, timeout_s: float = 30.0) -> None:
        """Start the server and wait until it takes connections."""
        launch = self.server.launch()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own servers
                launch.argv, stdout=log, stderr=log, **launch.options()
            )
        try:
            wait_until(self._answers_or_dead, timeout_s)
        except TimeoutError:
            raise RuntimeError(f"no answer from {launch.argv[0]}: {self.tail()}") from None

    def _answers_or_dead(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"the server ended at once: {self.tail()}")
        return self.server.answers()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """Stop the server cleanly; nothing to do when it is not running."""
        if self.process is None:
            return
        launch = self.server.launch()
        self.process.send_signal(launch.stop_signal)
        try:
            self.process.wait(launch.stop_timeout_s)
        except subprocess.TimeoutExpired:
            self.process.send_signal(launch.last_resort)
            self.process.wait(launch.stop_timeout_s)
        self.process = None

    def kill(self) -> None:
        """End the server with SIGKILL, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def wait_until(
    condition: Callable[[], bool], timeout_s: float = 10.0, every_s: float = 0.05
) -> None:
    """Return as soon as ``condition`` holds, or raise TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s: {condition}")
        time.sleep(every_s)
