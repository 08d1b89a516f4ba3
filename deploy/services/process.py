"""Start of a child process that never outlives us.

Every child gets a process group of its own (a Ctrl-C in the terminal must reach the supervisor
alone, which stops the parts in order) and, on Linux, asks the kernel for a signal at the death
of its parent: even a supervisor killed with -9 leaves nothing behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from deploy.services.unix_account import UnixAccount

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class PopenOptions(TypedDict, total=False):
    """The keyword arguments shared by ``subprocess`` and ``asyncio`` when they start a child."""

    env: Mapping[str, str]
    cwd: str
    stdin: int
    start_new_session: bool
    preexec_fn: Callable[[], None]
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A program to run: its words, environment, account and how it is asked to stop."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path = Path("/")
    account: UnixAccount | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    last_resort: signal.Signals = signal.SIGKILL
    stop_timeout_s: float = field(default=15.0)

    def options(self) -> PopenOptions:
        """Return the keyword arguments for ``Popen`` or ``create_subprocess_exec``."""
        options = PopenOptions(
            env=self.env,
            cwd=str(self.cwd),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent(self.stop_signal, os.getpid()),
        )
        if self.account is not None:
            options["user"] = self.account.uid
            options["group"] = self.account.gid
            options["extra_groups"] = []
        return options


def _die_with_parent(stop_signal: signal.Signals, parent: int) -> Callable[[], None]:
    """Return what the child runs before it becomes its program (after the change of account)."""

    def ask() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return ask
