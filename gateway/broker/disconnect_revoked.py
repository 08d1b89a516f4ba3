"""Ends the live connections of revoked devices, and clears what the broker was made to keep.

Whoever takes a client id over ends who has it.

The broker gives a device's client id to nobody else on the devices' door; on the gateway's own
door we may bear any name. What a revoked device says is refused in any case; this only closes its
line, and with it deletes what the broker still held for it. It may connect again until the broker
has read the list of revoked certificates, so it is done once more for a while.
"""

import heapq
import threading
import time
from collections.abc import Iterable
from typing import NamedTuple

import structlog

from gateway.broker.clear_retained import clear
from gateway.broker.connection import LEAVE_S, BrokerConnection
from gateway.broker.session import broker_of
from gateway.errors import BrokerUnavailable
from gateway.settings import GatewaySettings

_log = structlog.get_logger()
AFTER_S = (0.0, 10.0, 25.0, 45.0)
"""When, after a revocation was seen, a device's line is ended: all within a minute."""
CLEAR_AFTER_S = 1.0
"""A device that has things kept has many of them kept: they are cleared together."""
SINCE_MS = 86_400_000
"""How far back (ward time) revocations are looked after on taking over; the list has the rest."""


class DisconnectTask(NamedTuple):
    """What is to be done for one device.

    Attributes:
        due_s: monotonic seconds.
        bucket: of a revoked device, whose line is ended; empty: only what is kept is cleared.
    """

    due_s: float
    device: str
    bucket: str


class RevokedDisconnector:
    """One thread that waits for the broker, so that the pipeline never does."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._due: list[DisconnectTask] = []
        self._clearing: set[str] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="expeller", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def expel(self, devices: Iterable[tuple[str, str]]) -> None:
        """End the lines of these (device, bucket), now and again until a minute has passed."""
        now_s = time.monotonic()
        for device, bucket in devices:
            for after_s in AFTER_S:
                self._push(DisconnectTask(now_s + after_s, device, bucket))

    def clear(self, devices: Iterable[str]) -> None:
        """Soon take away what the broker was made to keep for these; once for many asks."""
        for device in devices:
            with self._changed:
                new = device not in self._clearing
                self._clearing.add(device)
            if new:
                self._push(DisconnectTask(time.monotonic() + CLEAR_AFTER_S, device, ""))

    def _push(self, task: DisconnectTask) -> None:
        with self._changed:
            heapq.heappush(self._due, task)
            self._changed.notify()

    def close(self) -> None:
        """Stop; what is still due is left to the list of revoked certificates."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(LEAVE_S)  # it may wait for a broker that does not answer

    def _run(self) -> None:
        while (task := self._next()) is not None:
            with self._changed:
                self._clearing.discard(task.device)
            try:
                if task.bucket:
                    self._end(task.device)
                clear(self._settings, task.device, task.bucket or None)
            except BrokerUnavailable as error:
                _log.warning("cannot end or clear", device=task.device, error=str(error))

    def _next(self) -> DisconnectTask | None:
        """The next task, when its time has come; None: closed."""
        with self._changed:
            while not self._closed:
                wait_s = self._due[0].due_s - time.monotonic() if self._due else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._due)
                self._changed.wait(wait_s)
        return None

    def _end(self, device: str) -> None:
        """Connect under its name, which ends its connection and session, and leave."""
        messenger = BrokerConnection(broker_of(self._settings), device, 1, lambda *_: None)
        messenger.connect(clean=True, session_s=0)
        messenger.close()
        _log.info("ended a revoked device's line", device=device)
