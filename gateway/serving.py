"""One tenure: from holding the locks to losing them, or to the end of the program.

Threads: the broker's (paho's own), the opener's, the heart's, and the pipeline's, which is the
caller's. Everything in memory belongs to the tenure and is forgotten with it.
"""

import queue
import threading
import time
from contextlib import suppress

import structlog

from gateway import mqtt
from gateway.batching import Arrival, Inbox
from gateway.errors import BrokerUnavailable, OwnershipLost, StoreUnavailable
from gateway.keys import GatewayKeys
from gateway.mqtt import BrokerAddress, Messenger
from gateway.opening import Item
from gateway.ownership import Claim, Heart
from gateway.parts import Parts
from gateway.pipeline import Pipeline
from gateway.settings import GatewaySettings
from gateway.store.session import Session
from gateway.telemetry import Health
from gateway.upkeep import Upkeep

_log = structlog.get_logger()
READY_BATCHES = 2
IDLE_S = 0.25
FIRST_RETRY_S, LAST_RETRY_S = 0.2, 5.0


class OpeningThread:
    """Takes arrivals from the inbox, opens them, and hands on batches in order."""

    def __init__(self, parts: Parts, inbox: Inbox, settings: GatewaySettings) -> None:
        self._parts, self._inbox, self._settings = parts, inbox, settings
        self._ready: queue.Queue[list[Item]] = queue.Queue(READY_BATCHES)
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

    def take(self, patience_s: float, most: int) -> list[Item] | None:
        """What is ready, up to about ``most`` frames; None: nothing came."""
        try:
            items = self._ready.get(timeout=patience_s)
        except queue.Empty:
            return None
        with suppress(queue.Empty):
            while len(items) < most:
                items = items + self._ready.get_nowait()
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
        arrivals = self._inbox.take(settings.batch_frames, IDLE_S, settings.batch_linger_s)
        if not arrivals:
            return
        began = time.perf_counter()
        items = self._parts.opener.open(arrivals)
        self._parts.metrics.stage.labels("open").observe(time.perf_counter() - began)
        while not self._stop.is_set():
            with suppress(queue.Full):
                self._ready.put(items, timeout=IDLE_S)
                return


class Tenure:
    """Serves the buckets of one claim until something ends it."""

    def __init__(
        self,
        settings: GatewaySettings,
        keys: GatewayKeys,
        parts: Parts,
        session: Session,
        claim: Claim,
        health: Health,
    ) -> None:
        self._settings, self._parts, self._claim = settings, parts, claim
        self._session, self._health = session, health
        self._inbox = Inbox(settings.inbox_bytes)
        self._opening = OpeningThread(parts, self._inbox, settings)
        self._pipeline = Pipeline(parts, session, claim.buckets)
        self._upkeep = Upkeep(settings, keys, parts, session)
        self._broker = broker_of(settings)
        self._messenger: Messenger | None = None
        self._retry_s, self._retry_at = FIRST_RETRY_S, 0.0

    def wake(self) -> None:
        """Something waits in the database."""
        self._opening.wake()

    def serve(self, heart: Heart, stop: threading.Event) -> None:
        """Serve until ``stop``.

        Raises:
            StoreUnavailable: the database or the locks are lost.
            OwnershipLost: another worker has our session or our groups.
        """
        self._parts.forget()
        self._upkeep.begin()
        self._pipeline.commit([])
        self._pipeline.owe_untold()
        self._opening.start()
        try:
            while not stop.is_set():
                self._turn(heart)
        finally:
            self._leave(heart, stop)

    def _turn(self, heart: Heart) -> None:
        if heart.lost.is_set() or self._opening.failed:
            raise OwnershipLost("the heartbeat has stopped")
        self._keep_connected()
        now_s = time.monotonic()
        patience = 0.01 if self._pipeline.wants_notify else IDLE_S
        patience = self._parts.devices.next_due(now_s, patience)
        items = self._opening.take(patience, self._settings.batch_frames)
        if items is not None or self._pipeline.wants_notify:
            self._pipeline.commit(items or [])
        self._pipeline.tell_devices()
        if self._upkeep.run(time.monotonic()):
            self._pipeline.commit([])
        self._parts.metrics.inbox.set(len(self._inbox))

    def _keep_connected(self) -> None:
        """Connect to the broker when it is away, with growing pauses."""
        messenger, now_s = self._messenger, time.monotonic()
        if messenger is not None and not messenger.lost.is_set():
            return
        if messenger is not None:
            self._drop(messenger)
        if now_s < self._retry_at:
            return
        try:
            self._connect()
        except BrokerUnavailable as error:
            self._health.waits(f"broker: {error}")
            _log.warning("broker away", error=str(error))
            self._retry_at = time.monotonic() + self._retry_s
            self._retry_s = min(LAST_RETRY_S, 2 * self._retry_s)

    def _drop(self, messenger: Messenger) -> None:
        messenger.close()
        self._messenger = self._pipeline.voice = None
        self._health.waits(f"broker: {messenger.reason}")
        _log.warning("broker lost", reason=messenger.reason)
        if messenger.taken_over:
            raise OwnershipLost("another client has our session")

    def _connect(self) -> None:
        settings, claim = self._settings, self._claim
        name = mqtt.client_id(claim.groups, claim.group)
        messenger = Messenger(self._broker, name, settings.receive_maximum, self._deliver)
        messenger.connect()
        messenger.subscribe(mqtt.filters(claim.buckets))
        self._messenger = self._pipeline.voice = messenger
        self._retry_s = FIRST_RETRY_S
        self._health.ready()
        _log.info("serving", client_id=name, buckets=len(claim.buckets))

    def _deliver(
        self,
        source: Messenger,
        topic: str,
        payload: bytes,
        retained: bool,
        mid: int,
    ) -> None:
        received_ms = self._parts.now_ms()
        self._inbox.put(
            Arrival(topic, payload, retained, received_ms, time.monotonic(), source, mid)
        )

    def _leave(self, heart: Heart, stop: threading.Event) -> None:
        """Disconnect first; then, if all is well, write down the lanes."""
        self._health.waits("standing by")
        if self._messenger is not None:
            self._messenger.close()
        self._opening.close()
        if stop.is_set() and not heart.lost.is_set():
            with suppress(StoreUnavailable):
                self._pipeline.save_lanes()
        self._parts.forget()


def broker_of(settings: GatewaySettings) -> BrokerAddress:
    """The broker's address by these settings."""
    where = BrokerAddress.parse(settings.mqtt_url)
    password = settings.mqtt_password
    return BrokerAddress(
        host=where.host,
        port=where.port,
        tls=where.tls,
        ca_file=settings.mqtt_ca_file,
        cert_file=settings.mqtt_cert_file,
        key_file=settings.mqtt_key_file,
        username=settings.mqtt_username,
        password=password.get_secret_value() if password else None,
    )
