"""Listeners on the live feed: many streams on plain sockets, read by one thread.

A client library would cost more than the feed under test. When each alert was told on each stream
is kept, by patient.
"""

import re
import selectors
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65_536
_LOOK_S = 0.2
_RAISED = re.compile(rb"event: alert\.raised\ndata: (\{.*?\})\n\n", re.DOTALL)
_PATIENT = re.compile(rb'"patient":"([0-9a-f-]{36})"')


@dataclass(slots=True)
class StreamHeard:
    """What one stream has told, and the bytes of what is not whole yet."""

    rest: bytes = b""
    at: dict[str, float] = field(default_factory=dict)

    def take(self, data: bytes, now: float) -> None:
        """Note the alerts in these bytes; an event may come in pieces."""
        whole = self.rest + data
        end = 0
        for found in _RAISED.finditer(whole):
            end = found.end()
            patient = _PATIENT.search(found.group(1))
            if patient is not None:
                self.at.setdefault(patient.group(1).decode(), now)
        self.rest = whole[max(end, whole.rfind(b"event: alert.raised")) :][-_CHUNK:]


class Listeners:
    """Streams that are open; use it as a context."""

    def __init__(self, address: str, tokens: Iterable[str]) -> None:
        """One stream for each token.

        Args:
            address: of the API, with its path.
            tokens: of sessions; one may come several times.
        """
        self._to, self._tokens = urlsplit(address), list(tokens)
        self._selector = selectors.DefaultSelector()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.streams: list[StreamHeard] = []

    def __enter__(self) -> Self:
        for token in self._tokens:
            heard = StreamHeard()
            self.streams.append(heard)
            self._selector.register(self.open(token), selectors.EVENT_READ, heard)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()

    def open(self, token: str, *, receive: int | None = None) -> socket.socket:
        """Open one more stream, and wait for its head.

        Args:
            token: of a session.
            receive: bytes that the socket holds; None: as the system has it.
        """
        line = socket.socket()
        if receive is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        line.settimeout(30)
        line.connect((self._to.hostname or "", self._to.port or 80))
        head = f"GET {self._to.path}/alerts/stream HTTP/1.1\r\nHost: {self._to.netloc}\r\n"
        line.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
        answer = line.recv(_CHUNK)
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            raise ConnectionRefusedError(answer[:200].decode())
        return line

    def _read(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(_LOOK_S):
                line = key.fileobj
                if not isinstance(line, socket.socket):
                    continue
                data = line.recv(_CHUNK)
                if data:
                    key.data.take(data, time.time())  # noqa: TID251 - a benchmark is an edge
                else:
                    self._selector.unregister(line)
