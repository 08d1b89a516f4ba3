"""A worker's life: serve its share, lose it, stand by, serve again, until it is told to stop."""

import threading
import time
from uuid import uuid4

import structlog

from analytics.tracing.spans import FrameTracer
from gateway.downlink.signing_keys import GatewayKeys
from gateway.errors import GatewayError, OwnershipLost, SessionTaken
from gateway.ingest.components import build_components
from gateway.ownership.lease import Heartbeat
from gateway.settings import GatewaySettings
from gateway.store.connection import CommitConnection
from gateway.store.stall_guard import StallGuard
from gateway.telemetry import Health, Metrics
from gateway.worker.maintenance import Maintenance
from gateway.worker.serving import ActiveWorker

_log = structlog.get_logger()
FIRST_PAUSE_S, LAST_PAUSE_S = 0.1, 0.5
FIRST_TRUCE_S, LAST_TRUCE_S = 1.0, 60.0


class Backoff:
    """How long to stand by after a tenure: a moment, or longer each time somebody fights us.

    A client with our name and without our locks (a copy of the ward with a database of its own)
    comes back as we do. Two that both reconnect at once would fight many times a second.
    """

    def __init__(self) -> None:
        self._pause_s = FIRST_PAUSE_S
        self._truce_s = FIRST_TRUCE_S

    def delay_after(self, lasted_s: float, *, taken: bool) -> float:
        """Seconds to wait after a tenure of ``lasted_s``; ``taken``: its session was taken."""
        if taken:
            if lasted_s > LAST_TRUCE_S:
                self._truce_s = FIRST_TRUCE_S
            pause_s = self._truce_s
            self._truce_s = min(LAST_TRUCE_S, 2 * pause_s)
            return pause_s
        if lasted_s > LAST_PAUSE_S:
            self._pause_s = FIRST_PAUSE_S
        pause_s = self._pause_s
        self._pause_s = min(LAST_PAUSE_S, 2 * pause_s)
        return pause_s


class Worker:
    """One gateway process."""

    def __init__(
        self,
        settings: GatewaySettings,
        metrics: Metrics,
        health: Health,
        tracer: FrameTracer | None = None,
    ) -> None:
        self._settings = settings
        self._keys = GatewayKeys.load(settings.gateway_sign_key_file, settings.gateway_box_key_file)
        self._parts = build_components(settings, self._keys, metrics, tracer)
        self._health = health
        self._watchdog = StallGuard()
        self._worker = uuid4()

    def run(self, stop: threading.Event) -> None:
        """Serve until ``stop``; whatever is lost is tried again with growing pauses."""
        self._watchdog.start()
        try:
            self._live(stop)
        finally:
            self._watchdog.close()

    def _live(self, stop: threading.Event) -> None:
        patience = Backoff()
        while not stop.is_set():
            began, taken = time.monotonic(), False
            try:
                self._once(stop)
            except OwnershipLost as error:
                taken = isinstance(error, SessionTaken)
                self._health.waits(str(error))
                _log.warning("standing by", reason=str(error))
            except GatewayError as error:
                self._health.waits(f"database: {error}")
                _log.warning("standing by", reason=str(error))
            pause_s = patience.delay_after(time.monotonic() - began, taken=taken)
            self._health.turns(pause_s)
            stop.wait(pause_s)

    def _once(self, stop: threading.Event) -> None:
        settings = self._settings
        session = CommitConnection(settings.database_url)
        self._watchdog.watch(session, settings.commit_timeout_s)
        try:
            self._serve(session, stop)
        finally:
            self._watchdog.unwatch(session)
            session.close()

    def _serve(self, session: CommitConnection, stop: threading.Event) -> None:
        settings = self._settings
        heart = Heartbeat(
            settings.database_url,
            self._worker,
            session.backend_pid,
            every_s=settings.heartbeat_s,
            lost_s=settings.heartbeat_lost_s,
            watchdog=self._watchdog,
            health=self._health,
        )
        upkeep = Maintenance(settings, self._keys, self._parts, session)
        ActiveWorker(settings, self._parts, session, upkeep=upkeep, health=self._health).serve(
            heart, stop
        )
