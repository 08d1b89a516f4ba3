"""The thread that opens frames while the pipeline commits the batch before."""

import queue
import threading
import time
from contextlib import suppress

import structlog

from gateway.ingest.components import Components
from gateway.ingest.decoding import InboundFrame
from gateway.ingest.inbox import Inbox
from gateway.settings import GatewaySettings

_log = structlog.get_logger()
READY_BATCHES = 4
IDLE_S = 0.25


class DecoderThread:
    """Takes arrivals from the inbox, opens them, and hands on batches in order."""

    def __init__(self, parts: Components, inbox: Inbox, settings: GatewaySettings) -> None:
        self._parts, self._inbox, self._settings = parts, inbox, settings
        self._ready: queue.Queue[list[InboundFrame]] = queue.Queue(READY_BATCHES)
        self._stop = threading.Event()
        self.failed = False
        self._thread = threading.Thread(target=self._run, name="opening", daemon=True)

    def start(self) -> None:
        """Begin to open."""
        self._thread.start()

    def close(self) -> None:
        """Stop; what was not taken is forgotten and comes again from the broker."""
        self._stop.set()
        self._inbox.close()
        self._inbox.wake()
        self._thread.join()

    def wake(self) -> None:
        """Let the pipeline go round once, whether anything has come or not."""
        with suppress(queue.Full):
            self._ready.put_nowait([])

    def next_batch(self, patience_s: float, most: int) -> list[InboundFrame] | None:
        """All that is ready, up to about ``most`` frames; None: nothing came.

        A pipeline that is behind finds more of it ready and so commits more at once, which costs
        less a frame: a patient's state is written once a batch, however many frames changed it.
        """
        try:
            items = list(self._ready.get(timeout=patience_s))
        except queue.Empty:
            return None
        with suppress(queue.Empty):
            while len(items) < most:
                items += self._ready.get_nowait()
        return items

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._step()
        except Exception:  # noqa: BLE001 - top of a thread: the tenure ends and begins anew
            _log.exception("opening failed")
            self.failed = True

    def _step(self) -> None:
        settings = self._settings
        arrivals = self._inbox.next_messages(settings.batch_frames, IDLE_S, settings.batch_linger_s)
        if not arrivals:
            return
        began_s = time.monotonic()
        items = self._parts.opener.decode(arrivals)
        ended_s = time.monotonic()
        self._parts.metrics.stage.labels("open").observe(ended_s - began_s)
        if self._parts.tracer is not None:
            for item in items:
                item.decoded_s = began_s, ended_s
        while not self._stop.is_set():
            with suppress(queue.Full):
                self._ready.put(items, timeout=IDLE_S)
                return
