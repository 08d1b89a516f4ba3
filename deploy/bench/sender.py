"""Publishes ready-made frames through the simulators' door, as fast as the socket takes them.

MQTT 3.1.1 by hand on a plain socket: a client library would cost more than the gateway under
test. When each frame went out, and when the broker had taken it, is kept.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from deploy.bench.fleet import Ready
from deploy.services.mosquitto import FLEET_USER
from deploy.services.ports import HOST

_CONNECT, _CONNACK, _PUBLISH_QOS1, _PUBACK, _DISCONNECT = 0x10, 2, 0x32, 4, 0xE0
_CLEAN_WITH_LOGIN = 0xC2
_KEEP_ALIVE_S = 300  # signing a large burst takes a while
_PACKET_IDS = 65_000
_BURST = 200
_PUBACK_BYTES = 4
_SHORT = 128


def publish_packet(topic: str, payload: bytes, number: int) -> bytes:
    """A PUBLISH of QoS 1."""
    body = _text(topic) + struct.pack(">H", number % _PACKET_IDS + 1) + payload
    return bytes([_PUBLISH_QOS1]) + _length(len(body)) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(count: int) -> bytes:
    encoded = bytearray()
    while True:
        count, digit = divmod(count, _SHORT)
        encoded.append(digit | (_SHORT if count else 0))
        if not count:
            return bytes(encoded)


class FleetSender:
    """One connection for a whole fleet; use it as a context."""

    def __init__(self, port: int, password: str, client_id: str = "bench") -> None:
        self._socket = socket.create_connection((HOST, port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        flags = b"\x00\x04MQTT\x04" + struct.pack(">BH", _CLEAN_WITH_LOGIN, _KEEP_ALIVE_S)
        body = flags + _text(client_id) + _text(FLEET_USER) + _text(password)
        self._socket.sendall(bytes([_CONNECT]) + _length(len(body)) + body)
        answer = self._socket.recv(_PUBACK_BYTES)
        if len(answer) != _PUBACK_BYTES or answer[3] != 0:
            raise ConnectionRefusedError(f"the broker said {answer!r}")
        self._socket.settimeout(None)
        self.sent = 0
        self.taken = 0
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _drain(self) -> None:
        """Count the PUBACKs: all four bytes long, and all we are ever sent."""
        rest = b""
        while True:
            try:
                chunk = self._socket.recv(65_536)
            except OSError:
                return
            if not chunk:
                return
            rest = self._count(rest + chunk)

    def _count(self, data: bytes) -> bytes:
        position = 0
        while position + 1 < len(data):
            size = 2 + data[position + 1]
            if position + size > len(data):
                break
            self.taken += data[position] >> 4 == _PUBACK
            position += size
        return data[position:]

    def packets(self, frames: Iterable[Ready]) -> list[bytes]:
        """Ready packets for frames to be sent later."""
        return [publish_packet(r.topic, r.frame, n) for n, r in enumerate(frames)]

    def blast(self, packets: Sequence[bytes]) -> float:
        """Send everything at once; return the wall-clock second of the first byte."""
        began = time.time()  # noqa: TID251 - a benchmark is an edge
        for start in range(0, len(packets), _BURST):
            burst = packets[start : start + _BURST]
            self._socket.sendall(b"".join(burst))
            self.sent += len(burst)
        return began

    def paced(self, packets: Sequence[bytes], rate: float, tick_s: float = 0.004) -> list[float]:
        """Send ``rate`` packets a second, spread evenly; return each one's wall-clock second."""
        stamps: list[float] = []
        began = time.monotonic()
        while len(stamps) < len(packets):
            due = min(len(packets), int((time.monotonic() - began) * rate) + 1)
            if due > len(stamps):
                burst = packets[len(stamps) : due]
                stamps += [time.time()] * len(burst)  # noqa: TID251 - a benchmark is an edge
                self._socket.sendall(b"".join(burst))
                self.sent += len(burst)
            time.sleep(tick_s)
        return stamps

    def close(self) -> None:
        """Leave cleanly."""
        try:
            self._socket.sendall(bytes([_DISCONNECT, 0]))
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        self._reader.join(timeout=5)
        self._socket.close()
