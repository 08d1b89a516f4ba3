"""The broker, through paho: the only place in the gateway that speaks MQTT.

One ``BrokerConnection`` is one connection. It never reconnects by itself: two clients with one id
that both reconnect fight for ever, and an acknowledgement must never reach another connection than
the one its message came on. Messages are acknowledged by hand, after the commit; what is not
acknowledged when the connection ends comes again.
"""

import queue
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gateway import wire
from gateway.broker.batched_client import BatchedClient
from gateway.broker.mqtt_packets import PublishPacket
from gateway.errors import BrokerUnavailable

SESSION_S = 30 * 86_400
KEEPALIVE_S = 30
CONNECT_S = 10.0
LEAVE_S = 2.0
"""For so long a broker may take to let us go before the line is cut."""
TAKEN_OVER = 0x8E
_FILTERS_AT_ONCE = 100

Deliver = Callable[["BrokerConnection", str, bytes, bool, int], None]
"""(connection, topic, payload, retained, message number or 0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where the broker is and how we show who we are."""

    host: str
    port: int
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    username: str | None = None
    password: str | None = None

    @classmethod
    def parse(cls, url: str) -> "BrokerAddress":
        """Read ``mqtt://host:port`` or ``mqtts://host:port``.

        Raises:
            ValueError: it is neither.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            msg = f"not an MQTT address: {url!r}; try mqtts://localhost:8883"
            raise ValueError(msg)
        tls = parts.scheme == "mqtts"
        port = parts.port or (8883 if tls else 1883)
        return cls(host=parts.hostname, port=port, tls=tls)

    def context(self) -> ssl.SSLContext:
        """TLS settings, with our certificate if we have one."""
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.cert_file is not None:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context


def client_id(groups: int, group: int) -> str:
    """The fixed client id of a group's session."""
    return f"homeward-gateway-{groups}-{group}"


def filters(buckets: Sequence[int]) -> list[tuple[str, wire.TopicKind]]:
    """What a worker subscribes to: its own buckets only; all of them need no list."""
    names = ["+"] if len(buckets) == wire.BUCKETS else [f"{bucket:02x}" for bucket in buckets]
    kinds = (wire.TopicKind.VITALS, wire.TopicKind.RECEIPTS, wire.TopicKind.STATUS)
    return [(wire.bucket_filter(name, kind), kind) for name in names for kind in kinds]


KEPT = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE)


def _options(kind: wire.TopicKind) -> SubscribeOptions:
    """Of what the broker had kept, only the devices' status is of use.

    All else comes with the mark that it was published with: whether we were connected just then
    must not decide whether vitals that were to be retained count, and what the broker was made to
    keep is taken away again.
    """
    kept = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
    if kind is not wire.TopicKind.STATUS:
        kept = SubscribeOptions.RETAIN_DO_NOT_SEND
    marked = kind is not wire.TopicKind.STATUS
    return SubscribeOptions(qos=1, retainAsPublished=marked, retainHandling=kept)


class BrokerConnection:
    """One connection with a persistent session.

    Attributes:
        lost: set when the connection has ended.
        reason: why.
        taken_over: whether another client with our name ended it.
        resumed: whether the broker had kept our session.
    """

    def __init__(
        self, address: BrokerAddress, name: str, receive_maximum: int, deliver: Deliver
    ) -> None:
        self.lost = threading.Event()
        self.reason = ""
        self.gone = False
        self.taken_over = False
        self.resumed = False
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._receive_maximum = receive_maximum
        self._deliver = deliver
        self._address = address
        self._client = client = BatchedClient(
            self._on_publish,
            CallbackAPIVersion.VERSION2,
            client_id=name,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        if address.tls:
            client.tls_set_context(address.context())
        if address.username is not None:
            client.username_pw_set(address.username, address.password)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe

    def connect(self, *, clean: bool = False, session_s: int = SESSION_S) -> None:
        """Connect to the persistent session.

        Args:
            clean: forget what the session held.
            session_s: how long the broker keeps it after us.

        Raises:
            BrokerUnavailable: the broker is away or refuses us.
        """
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho
        properties.SessionExpiryInterval = session_s
        properties.ReceiveMaximum = self._receive_maximum
        client, address = self._client, self._address
        client.connect_timeout = CONNECT_S
        try:
            client.connect(
                address.host, address.port, KEEPALIVE_S, clean_start=clean, properties=properties
            )
        except OSError as error:
            self.lost.set()
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error
        client.loop_start()
        self._await_answer()

    def subscribe(
        self, wanted: Sequence[tuple[str, wire.TopicKind]], *, kept: bool = False
    ) -> None:
        """Subscribe, some filters at a time.

        Args:
            wanted: filters, and what comes by each.
            kept: have everything sent that the broker has kept there.

        Raises:
            BrokerUnavailable: the connection ended or the broker refused.
        """
        for at in range(0, len(wanted), _FILTERS_AT_ONCE):
            part = wanted[at : at + _FILTERS_AT_ONCE]
            self._client.subscribe(
                [(name, KEPT if kept else _options(kind)) for name, kind in part]
            )
            self._await_answer()

    def unsubscribe(self, unwanted: Sequence[tuple[str, wire.TopicKind]]) -> None:
        """Let nothing more come into the session; what is in it stays. Not waited for."""
        for at in range(0, len(unwanted), _FILTERS_AT_ONCE):
            part = unwanted[at : at + _FILTERS_AT_ONCE]
            self._client.unsubscribe([name for name, _ in part])

    def _await_answer(self) -> None:
        try:
            refusal = self._answers.get(timeout=CONNECT_S)
        except queue.Empty:
            refusal = "no answer"
        if refusal:
            self.close()
            raise BrokerUnavailable(refusal)

    def acknowledge(self, mids: list[int]) -> None:
        """Acknowledge messages of this connection; nothing once it is lost."""
        if self.lost.is_set():
            return
        self._client.acknowledge(mids)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1; nothing once the connection is lost."""
        if not self.lost.is_set():
            self._client.publish(topic, payload, qos=1)

    def publish_retained(self, said: Sequence[tuple[str, bytes]]) -> None:
        """Publish (topic, payload) with QoS 0, to be kept by the broker; lost if the line is."""
        if not self.lost.is_set():
            self._client.publish_retained(said)

    def close(self) -> None:
        """Disconnect; the broker keeps the session. Ends soon, whoever is stuck, from any thread.

        Our own thread may wait for room in the inbox, and the broker may take nothing: the one is
        let go by ``gone``, the other has its line cut.
        """
        self.gone = True
        self._answers.put("closed")
        left = self._client.disconnect() == MQTTErrorCode.MQTT_ERR_SUCCESS
        if not left or not self.lost.wait(LEAVE_S):
            self._client.cut()
        self._client.loop_stop()
        self._client.loop_ended()
        self.lost.set()

    def _on_connect(self, _c: Any, _u: Any, flags: Any, reason: ReasonCode, _p: Any) -> None:  # noqa: ANN401 - paho's callback
        self.resumed = bool(flags.session_present)
        self._answers.put(f"refused: {reason}" if reason.is_failure else "")

    def _on_subscribe(self, _c: Any, _u: Any, _m: int, reasons: list[ReasonCode], _p: Any) -> None:  # noqa: ANN401 - likewise
        refused = [str(reason) for reason in reasons if reason.is_failure]
        self._answers.put(f"subscription refused: {refused[0]}" if refused else "")

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, reason: ReasonCode, _p: Any) -> None:  # noqa: ANN401 - likewise
        if self.lost.is_set():
            return  # the first reason is the one
        self.taken_over = reason.value == TAKEN_OVER
        self.reason = str(reason)
        self.lost.set()
        self._answers.put(f"disconnected: {reason}")

    def _on_publish(self, one: PublishPacket) -> None:
        self._deliver(self, one.topic, one.payload, one.retain, one.mid)
