"""A TCP proxy that breaks lines on purpose: cut, half-open, one way, slow, refused.

Threads and plain sockets, so that it behaves the same under any test. What is held back is
held in the kernel's own buffers (the proxy just does not read), as on a real line.
"""

import socket
import struct
import threading
import time
from dataclasses import dataclass, field

CHUNK = 65_536
HOST = "127.0.0.1"


@dataclass(slots=True)
class Line:
    """One client's connection and its twin towards the server."""

    client: socket.socket
    server: socket.socket

    def cut(self) -> None:
        """End both with a reset."""
        for end in (self.client, self.server):
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


@dataclass(slots=True)
class TcpProxy:
    """Listens on a port of its own and forwards to ``target``.

    Attributes:
        target: port on the loopback.
        delay_s: added to each chunk, both ways: a slow line.
    """

    target: int
    delay_s: float = 0.0
    port: int = 0
    _listener: socket.socket | None = None
    _lines: list[Line] = field(default_factory=list)
    _up: threading.Event = field(default_factory=threading.Event)
    _down: threading.Event = field(default_factory=threading.Event)
    _lost: list[Line] = field(default_factory=list)
    _refusing: bool = False
    _closed: bool = False

    def start(self) -> "TcpProxy":
        self._up.set()
        self._down.set()
        self._listener = socket.create_server((HOST, self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def _accept(self, listener: socket.socket) -> None:
        while not self._closed:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self._join(client)

    def _join(self, client: socket.socket) -> None:
        try:
            if self._refusing:
                raise ConnectionRefusedError
            server = socket.create_connection((HOST, self.target), timeout=5)
            server.settimeout(None)
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = Line(client, server)
        self._lines.append(line)
        for source, sink, gate in ((client, server, self._up), (server, client, self._down)):
            pump = threading.Thread(target=self._pump, args=(line, source, sink, gate), daemon=True)
            pump.start()

    def _pump(
        self, line: Line, source: socket.socket, sink: socket.socket, gate: threading.Event
    ) -> None:
        try:
            while True:
                gate.wait()
                chunk = source.recv(CHUNK)
                gate.wait()
                if not chunk:
                    break
                if self.delay_s:
                    time.sleep(self.delay_s)
                sink.sendall(chunk)
        except OSError:
            pass
        if line in self._lines:
            self._lines.remove(line)
        line.cut()

    def cut(self) -> None:
        """Reset every connection; new ones are welcome."""
        lines, self._lines, self._lost = self._lines + self._lost, [], []
        for line in lines:
            line.cut()

    def refuse(self) -> None:
        """Cut everything and take nobody until ``heal``."""
        self._refusing = True
        self.cut()

    def block_up(self) -> None:
        """Nothing passes from client to server; the connection stays open."""
        self._up.clear()

    def block_down(self) -> None:
        """Nothing passes from server to client; the connection stays open."""
        self._down.clear()

    def freeze(self) -> None:
        """Half-open: nothing passes either way, and nobody is told."""
        self.block_up()
        self.block_down()

    def lose(self) -> None:
        """The lines that stand carry nothing any more, and nobody is told; new ones are good."""
        for gate in (self._up, self._down):
            gate.clear()
        self._up, self._down = threading.Event(), threading.Event()
        self._lost += self._lines
        self._lines = []
        self.heal()

    def heal(self) -> None:
        """A good line again; what was held back flows on."""
        self._refusing = False
        self.delay_s = 0.0
        self._up.set()
        self._down.set()

    def close(self) -> None:
        """End everything."""
        self._closed = True
        if self._listener is not None:
            self._listener.close()
        self.heal()
        self.cut()
