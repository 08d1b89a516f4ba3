"""A whole ward as a process of its own, started and stopped the way an operator does it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.servers import wait_until

START_S = 60.0


@dataclass(slots=True)
class WardProcess:
    """A running ``homeward up``."""

    folder: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def description(self) -> dict[str, Any]:
        """The content of ``stack.json``."""
        found: dict[str, Any] = json.loads((self.folder / "stack.json").read_text())
        return found

    @property
    def pids(self) -> Mapping[str, Any]:
        """Process ids by part; the gateway's is a list."""
        return self.description["pids"]

    def pid(self, part: str) -> int:
        """The process id of one part."""
        found = self.pids[part]
        return int(found[0] if isinstance(found, list) else found)

    def all_pids(self) -> list[int]:
        """The process ids of all parts."""
        return [self.pid(part) for part in self.pids]

    def ready(self) -> bool:
        """Whether the ward says that it is ready."""
        if self.process.poll() is not None:
            raise RuntimeError(f"homeward up ended: {self.said()}")
        return (self.folder / "stack.json").exists()

    def said(self) -> str:
        """What the supervisor printed."""
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """End it as an operator does; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def start(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> WardProcess:
    """Start a ward without waiting for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    log = folder.with_suffix(".log")
    # After a kill -9 of the supervisor, its description is still there.
    if not held(folder):
        (folder / "stack.json").unlink(missing_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "deploy.cli", "up", "--data", str(folder), *words],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    return WardProcess(folder=folder, process=process, log=log)


def held(folder: Path) -> bool:
    """Whether a supervisor runs on the folder."""
    if not (folder / "lock").exists():
        return False
    with (folder / "lock").open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def running(
    folder: Path, *words: str, env: Mapping[str, str] | None = None
) -> Iterator[WardProcess]:
    """Yield a ward that is ready; it is stopped at the end."""
    ward = start(folder, *words, env=env)
    try:
        wait_until(ward.ready, START_S)
        yield ward
    finally:
        if ward.process.poll() is None:
            ward.stop()


def gone(pid: int) -> bool:
    """Whether a process has ended (or is only waiting to be collected)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def seconds_to_ready(folder: Path, *words: str) -> tuple[WardProcess, float]:
    """Start a ward and tell how long it took to be ready."""
    began = time.monotonic()
    ward = start(folder, *words)
    wait_until(ward.ready, START_S)
    return ward, time.monotonic() - began
