"""Whole packets out of whatever pieces the socket gives; acknowledgements as one write."""

from struct import pack
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from typing_extensions import override

from gateway.broker.batched_client import BatchedClient
from gateway.broker.mqtt_packets import (
    MalformedError,
    PublishPacket,
    number,
    pubacks,
    publish,
    telling,
)


def sent(topic: str, payload: bytes, mid: int = 0, *, retain: bool = False) -> bytes:
    """A PUBLISH with a message expiry among its properties."""
    name, properties = topic.encode(), pack(">BI", 2, 60)
    body = pack(">H", len(name)) + name + (pack(">H", mid) if mid else b"")
    body += bytes([len(properties)]) + properties + payload
    length = (
        bytes([len(body)]) if len(body) < 128 else bytes([len(body) % 128 | 128, len(body) >> 7])
    )
    return bytes([0x30 | (2 if mid else 0) | retain]) + length + body


class Scripted(BatchedClient):
    """A client whose socket is a list of pieces; empty bytes end it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.heard: list[PublishPacket] = []
        self.sent: list[bytes] = []
        self.most = 0
        self.others: list[tuple[int, bytes]] = []
        super().__init__(
            self.heard.append,
            CallbackAPIVersion.VERSION2,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        self._sock: Any = object()
        self.pieces = pieces

    def written(self) -> list[bytes]:
        """What waits to be sent, one entry for each write."""
        return [bytes(packet["packet"]) for packet in self._out_packet]

    @override
    def _sock_send(self, buf: bytes | bytearray) -> int:
        if self.most < 0:
            raise BrokenPipeError
        if not self.most:
            raise BlockingIOError
        taken = bytes(buf[: self.most])
        self.sent.append(taken)
        return len(taken)

    @override
    def _sock_recv(self, bufsize: int) -> bytes:
        if not self.pieces:
            raise BlockingIOError
        return self.pieces.pop(0)

    @override
    def _sock_close(self) -> None:
        self._sock = None

    @override
    def _packet_handle(self) -> MQTTErrorCode:
        self.others.append((self._in_packet["command"], bytes(self._in_packet["packet"])))
        return MQTTErrorCode.MQTT_ERR_SUCCESS


FRAMES = [
    PublishPacket("homeward/v1/0f/a/vitals", b"x" * 300, retain=False, mid=7),
    PublishPacket("homeward/v1/0f/b/status", b"", retain=True, mid=0),
    PublishPacket("homeward/v1/0f/c/vitals", b"y", retain=False, mid=65_535),
]


def stream() -> bytes:
    """Three messages and a ping's answer among them."""
    made = [sent(f.topic, f.payload, f.mid, retain=f.retain) for f in FRAMES]
    return made[0] + b"\xd0\x00" + made[1] + made[2]


@pytest.mark.parametrize("size", [1, 2, 3, 50, 1_000])
def test_every_packet_is_taken_whatever_thepieces(size: int) -> None:
    data = stream()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    client = Scripted([])
    for piece in pieces:
        client.pieces.append(piece)
        assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert client.heard == FRAMES
    assert client.others == [(0xD0, b"")]


def test_an_end_is_told_after_what_came_before() -> None:
    client = Scripted([stream(), b""])
    assert client.loop_read() == MQTTErrorCode.MQTT_ERR_CONN_LOST
    assert client.heard == FRAMES


@pytest.mark.parametrize("data", [b"\x32\xff\xff\xff\xff\x01", b"\x30\x04\x00\x09ab", b"\x34\x00"])
def test_what_is_no_mqtt_ends_the_connection(data: bytes) -> None:
    assert Scripted([data + bytes(9)]).loop_read() == MQTTErrorCode.MQTT_ERR_PROTOCOL


def test_numbers_and_limits() -> None:
    assert number(b"\x7f", 0) == (127, 1)
    assert number(b"\x80\x01", 0) == (128, 2)
    assert number(b"\x80", 0) is None
    with pytest.raises(MalformedError):
        publish(0x30, b"\x00\x01a\x05x", 0, 5)


@pytest.mark.parametrize("size", [0, 100, 20_000, 70_000])
def test_what_is_told_is_read_the_same(size: int) -> None:
    teller = Scripted([])
    told = PublishPacket("homeward/v1/0f/a/acks", bytes(size), retain=True, mid=0)
    teller.publish_retained([(told.topic, told.payload)])
    hearer = Scripted(teller.written())
    assert hearer.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert hearer.heard == [told]


def test_what_waits_goes_out_at_once_and_in_order() -> None:
    client = Scripted([])
    client.acknowledge([3])
    client.publish_retained([("a/b", b"x"), ("a/c", b"y")])
    client.acknowledge([4])
    client.most = 1_000
    assert client.loop_write() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert client.sent == [
        pubacks([3]) + telling("a/b", b"x") + telling("a/c", b"y") + pubacks([4])
    ]
    assert client.written() == []


def test_what_the_socket_takes_half_of_goes_on_where_it_stopped() -> None:
    client = Scripted([])
    client.acknowledge([3])
    client.acknowledge([4])
    client.most = 3
    client.loop_write()
    client.acknowledge([5])
    client.most = 100
    client.loop_write()
    assert b"".join(client.sent) == pubacks([3, 4, 5])


def test_one_write_acknowledges_a_batch() -> None:
    assert pubacks([1, 258]) == b"\x40\x02\x00\x01\x40\x02\x01\x02"
    client = Scripted([])
    client.acknowledge([])
    client.acknowledge([3, 4])
    assert client.written() == [pubacks([3, 4])]


def test_why_the_line_ended_is_read_though_a_write_found_it_gone_first() -> None:
    """What waits unread may end with the word that another client has our session."""
    client = Scripted([sent("t", b"x", 1) + b"\xe0\x01\x8e", b""])
    client.most = -1
    client.acknowledge([7])
    client.loop_write()
    assert client.others == [(0xE0, b"\x8e")]
    assert client.heard == []
