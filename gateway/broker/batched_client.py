"""paho's client, with the two things that every frame pays for done many at a time.

paho reads one packet for each look at the socket, in three pieces, and sends each PUBACK by itself
with a wake-up of its own: together more CPU than all the rest of a frame. Here the socket is read
until it is empty, PUBLISH is taken apart by hand, and all PUBACKs of a batch go out as one write.
Everything else (CONNECT, SUBACK, keep-alive, DISCONNECT) stays with paho.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.exception import MalformedPacket
from typing_extensions import override

from gateway.broker.mqtt_packets import (
    PUBACK,
    MalformedError,
    PublishPacket,
    number,
    pubacks,
    publish,
    telling,
)

_PUBLISH, _KIND = 0x30, 0xF0
_CHUNK = 65_536


Hear = Callable[[PublishPacket], None]


def _ignored(_one: PublishPacket) -> None:
    """Hear nothing more."""


class BatchedClient(mqtt.Client):
    """A client for MQTT 5 with manual acknowledgements that never reconnects.

    Args:
        hear: gets every PUBLISH, on the client's own thread.
    """

    def __init__(self, hear: Hear, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - paho's own
        super().__init__(*args, **kwargs)
        self._hear = hear
        self._held = bytearray()
        self._early: socket.socket | None = None
        self._ended = False

    def cut(self) -> None:
        """End the line from any thread, also one that is only being opened; none is opened again.

        The thread that waits on it finds its end. It is shut down and not closed: a number that is
        closed in one thread may name another file before the other thread has looked.
        """
        self._ended = True
        for line in (self._early, self._sock):
            if isinstance(line, socket.socket):
                with suppress(OSError):
                    # By the plain socket: TLS would take its own state from under a reader.
                    socket.socket.shutdown(line, socket.SHUT_RDWR)

    def loop_ended(self) -> None:
        """Close the pair of sockets by which paho wakes its thread, which has ended.

        A client and its connection hold each other, so nobody would close them in time else.
        """
        self._reset_sockets(sockpair_only=True)

    @override
    def _create_socket(self) -> Any:
        line = super()._create_socket()
        if self._ended:
            line.close()
            raise ConnectionAbortedError("closed while it was opened")
        return line

    @override
    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        with tcp_sock.dup() as early:  # the original is TLS's from now on
            self._early = early
            if self._ended:
                tcp_sock.close()
                raise ConnectionAbortedError("closed while it was opened")
            try:
                return super()._ssl_wrap_socket(tcp_sock)
            finally:
                self._early = None

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Acknowledge messages by one write."""
        if mids:
            self._queue(pubacks(mids))

    def publish_retained(self, said: Iterable[tuple[str, bytes]]) -> None:
        """Publish (topic, payload) with QoS 0, to be kept by the broker, by one write."""
        self._queue(b"".join(telling(topic, payload) for topic, payload in said))

    def _queue(self, written: bytes) -> None:
        """Have paho write this; after a PUBACK, as it takes it to be, nothing is left to do."""
        self._packet_queue(PUBACK, written, 0, 0)

    @override
    def _packet_write(self) -> MQTTErrorCode:
        self._join()
        result = super()._packet_write()
        if result == MQTTErrorCode.MQTT_ERR_CONN_LOST:
            self._last_words()
        return result

    def _last_words(self) -> None:
        """The line is gone; why may lie in what was not read yet: another has our session."""
        self._hear = _ignored  # messages come again
        before = -1
        while before < len(self._held):
            before = len(self._held)
            if self._receive():
                break
        with suppress(MalformedError):
            self._take_packets()

    def _join(self) -> None:
        """Make one write of those that wait; only this client's thread takes them away."""
        waiting, parts = self._out_packet, list[bytes | bytearray]()
        while waiting and waiting[0]["command"] == PUBACK and not waiting[0]["pos"]:
            parts.append(waiting.popleft()["packet"])
        if parts:
            joined = b"".join(parts)
            waiting.appendleft(
                {
                    "command": PUBACK,
                    "mid": 0,
                    "qos": 0,
                    "pos": 0,
                    "to_process": len(joined),
                    "packet": joined,
                    "info": None,
                }
            )

    @override
    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what is there and take every whole packet; an end is told after what came before."""
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        ended = self._receive()
        try:
            result = self._take_packets()
        except MalformedError:
            result = MQTTErrorCode.MQTT_ERR_PROTOCOL
        if result == MQTTErrorCode.MQTT_ERR_SUCCESS and ended and self._sock is not None:
            result = MQTTErrorCode.MQTT_ERR_CONN_LOST
        return self._loop_rc_handle(result) if result > 0 else result

    def _receive(self) -> bool:
        """Empty the socket, up to a chunk; True: the connection has ended."""
        read = 0
        try:
            while read < _CHUNK:
                chunk = self._sock_recv(_CHUNK)
                if not chunk:
                    return True
                read += len(chunk)
                self._held += chunk
        except BlockingIOError:
            return False
        except (OSError, ssl.SSLError):
            return True
        finally:
            with self._msgtime_mutex:
                self._last_bytes_received = time.monotonic()
        return False

    def _take_packets(self) -> MQTTErrorCode:
        data, at = bytes(self._held), 0
        result = MQTTErrorCode.MQTT_ERR_SUCCESS
        while at < len(data) and self._sock is not None:
            length = number(data, at + 1)
            if length is None or length[1] + length[0] > len(data):
                break
            head, start, end = data[at], length[1], length[1] + length[0]
            at = end
            if head & _KIND == _PUBLISH:
                self._hear(publish(head, data, start, end))
                continue
            result = self._take_other(head, data[start:end])
            if result > 0:
                break
        del self._held[:at]
        return result

    def _take_other(self, head: int, body: bytes) -> MQTTErrorCode:
        """Let paho deal with it."""
        self._in_packet = {
            "command": head,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        try:
            return self._packet_handle()
        except MalformedPacket as error:
            raise MalformedError(str(error)) from error
