"""Ends the live connections of revoked devices: whoever takes a client id over ends who has it.

The broker gives a device's client id to nobody else on the devices' door; on the gateway's own
door we may bear any name. What a revoked device says is refused in any case; this only closes its
line, and with it deletes what the broker still held for it. It may connect again until the broker
has read the list of revoked certificates, so it is done once more for a while.
"""

import heapq
import threading
import time
from collections.abc import Iterable

import structlog

from gateway.errors import BrokerUnavailable
from gateway.lines import broker_of
from gateway.mqtt import LEAVE_S, Messenger
from gateway.settings import GatewaySettings

_log = structlog.get_logger()
AFTER_S = (0.0, 10.0, 25.0, 45.0)
"""When, after a revocation was seen, a device's line is ended: all within a minute."""
SINCE_MS = 86_400_000
"""How far back (ward time) revocations are looked after on taking over; the list has the rest."""


class Expeller:
    """One thread that ends connections, so that the pipeline never waits for it."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._due: list[tuple[float, str]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="expeller", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def expel(self, devices: Iterable[str]) -> None:
        """End the lines of these devices, now and again until a minute has passed."""
        now_s = time.monotonic()
        due = [(now_s + after_s, device) for device in devices for after_s in AFTER_S]
        if due:
            with self._changed:
                for one in due:
                    heapq.heappush(self._due, one)
                self._changed.notify()

    def close(self) -> None:
        """Stop; what is still due is left to the list of revoked certificates."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(LEAVE_S)  # it may wait for a broker that does not answer

    def _run(self) -> None:
        while (device := self._next()) is not None:
            self._end(device)

    def _next(self) -> str | None:
        """The next device, when its time has come; None: closed."""
        with self._changed:
            while not self._closed:
                wait_s = self._due[0][0] - time.monotonic() if self._due else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._due)[1]
                self._changed.wait(wait_s)
        return None

    def _end(self, device: str) -> None:
        """Connect under its name, which ends its connection and session, and leave."""
        messenger = Messenger(broker_of(self._settings), device, 1, lambda *_: None)
        try:
            messenger.connect(clean=True, session_s=0)
        except BrokerUnavailable as error:
            _log.warning("cannot end a revoked device's line", device=device, error=str(error))
            return
        messenger.close()
        _log.info("ended a revoked device's line", device=device)
