"""Cuts the gateway's database connections when an answer does not come.

A server that has stopped, or a line that swallows everything, never ends a question by itself. So
one thread, which asks the database nothing, looks at all connections: none of them, the
heartbeat's least of all, may be what keeps the look from being taken.
"""

import threading
import time
from typing import Protocol

import structlog

_log = structlog.get_logger()
LOOK_EVERY_S = 0.25


class WatchedConnection(Protocol):
    """A connection that is asked something now and then."""

    @property
    def busy_since(self) -> float | None:
        """Monotonic seconds since when an answer is waited for; None: for none."""

    def abort(self) -> None:
        """Cut it from another thread: whoever waits on it gets ``StoreUnavailable``."""


class StallGuard:
    """One thread that looks at connections, each with the time that its answers may take."""

    def __init__(self) -> None:
        self._watched: dict[WatchedConnection, float] = {}
        self._changing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def watch(self, one: WatchedConnection, most_s: float) -> None:
        """Cut ``one`` when an answer takes longer than ``most_s`` seconds."""
        with self._changing:
            self._watched[one] = most_s

    def unwatch(self, one: WatchedConnection) -> None:
        """Look at it no more: it is closed."""
        with self._changing:
            self._watched.pop(one, None)

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def look(self, now_s: float) -> None:
        """Cut what has waited too long, once."""
        with self._changing:
            watched = list(self._watched.items())
        for one, most_s in watched:
            since = one.busy_since
            if since is not None and now_s - since > most_s:
                _log.warning("cutting a connection that does not answer", after_s=most_s)
                one.abort()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self.look(time.monotonic())
