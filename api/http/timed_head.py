"""A server's connection that is ended when a request's head does not arrive in time.

uvicorn bounds how long a connection may idle between requests, not how slowly a head may come: a
client that sends a byte now and then would hold a connection for ever. The body's time is
``api.http.middleware.BoundedBody``'s, an answer's pieces are ``api.http.streamed_body``'s.
"""

import asyncio

import h11
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.http.streamed_body import StreamedBody

_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n"
    b"cache-control: no-store\r\n\r\n"
)


class TimedHead(H11Protocol):
    """One connection; ``head_s`` is set by :func:`timed_head`."""

    head_s: float = 15.0
    _head_timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        limit = self.config.h11_max_incomplete_event_size
        self.conn = StreamedBody(h11.SERVER, *(() if limit is None else (limit,)))
        self._await_head()

    @override
    def data_received(self, data: bytes) -> None:
        """Go on waiting while the head is not whole; a body's time is another's to count."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._stop_waiting()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_s, self._late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _late(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_LATE)
            self.transport.close()


def timed_head(head_s: float) -> type[TimedHead]:
    """Return the connection's class with its bound in seconds, as uvicorn's ``http`` wants it."""
    return type("TimedHead", (TimedHead,), {"head_s": head_s})
