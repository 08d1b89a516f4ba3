"""A small MQTT 5 client for tests: connects, remembers what it hears, says why it was refused."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tests.support.brokers import Broker, ClientFiles

WAIT_S = 5.0


class Listener:
    """One connection; ``heard`` holds (topic, payload) in order of arrival."""

    def __init__(self, client_id: str, *, session_s: int = 0) -> None:
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.disconnected = threading.Event()
        self.session_present = False
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5
        )
        self._session_s = session_s
        self._connected: queue.Queue[str] = queue.Queue()
        self._reasons: queue.Queue[list[ReasonCode]] = queue.Queue()
        self.client.on_connect = self._on_connect
        self.client.on_connect_fail = lambda *_: self._connected.put("no connection")
        self.client.on_disconnect = lambda *_: self._gone()
        self.client.on_message = lambda _c, _u, m: self.heard.put((m.topic, m.payload))
        self.client.on_subscribe = lambda _c, _u, _i, reasons, _p: self._reasons.put(list(reasons))
        self.client.on_publish = lambda _c, _u, _i, reason, _p: self._reasons.put([reason])

    def _on_connect(
        self, _c: object, _u: object, flags: mqtt.ConnectFlags, reason: ReasonCode, _p: object
    ) -> None:
        self.session_present = flags.session_present
        self._connected.put("" if not reason.is_failure else str(reason))

    def _gone(self) -> None:
        self.disconnected.set()
        self._connected.put("connection lost")

    def connect(self, host: str, port: int) -> None:
        """Connect once; ConnectionRefusedError tells why not."""
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self._session_s
        self.client.connect_async(
            host, port, keepalive=20, clean_start=self._session_s == 0, properties=properties
        )
        self.client.loop_start()
        refusal = self._connected.get(timeout=WAIT_S)
        if refusal:
            raise ConnectionRefusedError(refusal)

    def subscribe(self, topic: str) -> bool:
        """Subscribe at QoS 1; whether the broker granted it."""
        self.client.subscribe(topic, qos=1)
        return not self._reasons.get(timeout=WAIT_S)[0].is_failure

    def publish(self, topic: str, payload: bytes) -> bool:
        """Publish at QoS 1; whether the broker took it."""
        self.client.publish(topic, payload, qos=1)
        return not self._reasons.get(timeout=WAIT_S)[0].is_failure

    def next(self) -> tuple[str, bytes]:
        """Return the next message, waiting for it."""
        return self.heard.get(timeout=WAIT_S)

    def close(self) -> None:
        """Disconnect and end the thread."""
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def connected(
    broker: Broker,
    client_id: str,
    *,
    port: int,
    files: ClientFiles | None = None,
    password: str | None = None,
    session_s: int = 0,
) -> Iterator[Listener]:
    """Yield a connected client: with a certificate, or with the fleet's password."""
    listener = Listener(client_id, session_s=session_s)
    if files is not None:
        listener.client.tls_set(str(broker.ca_file), str(files.certificate), str(files.key))
    if password is not None:
        listener.client.username_pw_set(broker.fleet_username, password)
    try:
        listener.connect(broker.host, port)
        yield listener
    finally:
        listener.close()
