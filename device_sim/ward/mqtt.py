"""The only module that speaks MQTT: one connection, its subscriptions, and what it hears.

paho's network thread only puts what arrives on a queue; whoever owns the devices takes it off in
its own thread, so that a device's core is never entered twice. paho reconnects by itself with a
backoff, and the queue tells of every connection made and lost.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, NamedTuple

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

SESSION_EXPIRY_S = 7 * 86_400
KEEP_ALIVE_S = 60
FIRST_BACKOFF_S = 1
LAST_BACKOFF_S = 300
_IN_FLIGHT = 2_000


class LinkUp(NamedTuple):
    """The link with this client id is connected and subscribed."""

    client_id: str


class LinkDown(NamedTuple):
    """The link with this client id lost its connection, or was refused."""

    client_id: str
    reason: str


class Heard(NamedTuple):
    """A message came in."""

    topic: str
    payload: bytes
    retained: bool


Inward = SimpleQueue[LinkUp | LinkDown | Heard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and as whom to connect; ``tls`` None only for the loopback fleet listener.

    Attributes:
        will_topic: the ``status`` topic of a real device, told on its behalf when it vanishes.
        jitter_s: added to the first backoff, so that a fleet does not come back as one.
    """

    host: str
    port: int
    client_id: str
    username: str
    password: str | None = None
    tls: ssl.SSLContext | None = None
    will_topic: str | None = None
    jitter_s: int = 0


def _properties(packet: int, expiry_s: int) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]  # paho leaves it untyped
    properties.SessionExpiryInterval = expiry_s
    return properties


class Link:
    """One MQTT 5 connection for one device, or for a whole fleet of simulated ones."""

    def __init__(self, endpoint: Endpoint, filters: Sequence[str], inward: Inward) -> None:
        self._endpoint = endpoint
        self._filters = [(name, SubscribeOptions(qos=1)) for name in filters]
        self._inward = inward
        self._client = self._make_client()

    def start(self) -> None:
        """Connect in the background; ``LinkUp`` comes on the queue."""
        endpoint = self._endpoint
        self._client.connect_async(
            endpoint.host,
            endpoint.port,
            keepalive=KEEP_ALIVE_S,
            clean_start=False,
            properties=_properties(PacketTypes.CONNECT, SESSION_EXPIRY_S),
        )
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to the client, QoS 1; the spool, not the client, keeps it safe."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def stop(self, *, forget_session: bool = False) -> None:
        """Disconnect; with ``forget_session`` the broker drops what it holds for us."""
        expiry = 0 if forget_session else SESSION_EXPIRY_S
        self._client.disconnect(properties=_properties(PacketTypes.DISCONNECT, expiry))
        self._client.loop_stop()

    def _make_client(self) -> Client:
        endpoint = self._endpoint
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=endpoint.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        client.username_pw_set(endpoint.username, endpoint.password)
        if endpoint.tls is not None:
            client.tls_set_context(endpoint.tls)
        if endpoint.will_topic is not None:
            client.will_set(endpoint.will_topic, b'{"online":false}', qos=1, retain=True)
        client.reconnect_delay_set(FIRST_BACKOFF_S + endpoint.jitter_s, LAST_BACKOFF_S)
        client.max_inflight_messages_set(_IN_FLIGHT)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: Client, _data: object, _flags: object, *rest: Any) -> None:  # noqa: ANN401 -- paho's signature
        if rest[0].is_failure:
            self._inward.put(LinkDown(self._endpoint.client_id, str(rest[0])))
            return
        client.subscribe(self._filters)

    def _on_subscribe(self, *_: object) -> None:
        self._inward.put(LinkUp(self._endpoint.client_id))

    def _on_disconnect(self, *rest: Any) -> None:  # noqa: ANN401 -- paho's signature
        self._inward.put(LinkDown(self._endpoint.client_id, str(rest[3])))

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._inward.put(Heard(message.topic, bytes(message.payload), message.retain))
