"""From single arrivals to batches: closed by size, or by a moment's patience.

The inbox is where the broker's thread and the pipeline meet. What is in it is not acknowledged,
so the broker's window bounds its length; its bytes are bounded here, by making the socket wait.
What was taken counts until it is dealt with: batches that are being opened, that are ready and
that are being committed are held as well.
"""

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

_PAUSE_S = 0.01
OVERHEAD = 1_024
"""Bytes that one arrival costs beside topic and payload: the objects that are made of it."""


class MessageSource(Protocol):
    """Where an arrival came from, to be acknowledged there."""

    @property
    def gone(self) -> bool:
        """Whether it is being left: what it brings from now on comes again."""

    def acknowledge(self, mids: list[int]) -> None:
        """Tell the broker that these messages are dealt with, in the order of their arrival."""


class InboundMessage(NamedTuple):
    """One message as the broker brought it.

    Attributes:
        topic: where.
        payload: its bytes.
        retained: whether the broker had kept it.
        received_ms: ward time of arrival.
        at_s: monotonic real seconds of arrival.
        mid: its number on ``source``; 0: needs no acknowledgement.
    """

    topic: str
    payload: bytes
    retained: bool
    received_ms: int
    at_s: float
    source: MessageSource
    mid: int


def weight(arrival: InboundMessage) -> int:
    """The bytes that an arrival counts for while it is held."""
    return len(arrival.topic) + len(arrival.payload) + OVERHEAD


def acknowledge(arrivals: Iterable[InboundMessage]) -> None:
    """Acknowledge arrivals that are dealt with, each on its own connection, in order."""
    by_source: dict[MessageSource, list[int]] = defaultdict(list)
    for arrival in arrivals:
        if arrival.mid:
            by_source[arrival.source].append(arrival.mid)
    for source, mids in by_source.items():
        source.acknowledge(mids)


class Inbox:
    """Arrivals in order, from the broker's thread to the pipeline's."""

    def __init__(self, most_bytes: int) -> None:
        self._queue: queue.SimpleQueue[InboundMessage | None] = queue.SimpleQueue()
        self._most = most_bytes
        self._put = 0
        self._putting = threading.Lock()
        self._dealt = 0
        self._open = True

    @property
    def held(self) -> int:
        """Bytes of what was put in and is not dealt with, by ``weight``."""
        return self._put - self._dealt

    def put(self, arrival: InboundMessage) -> None:
        """Add one; waits while too many bytes are held (the broker's threads, one a session).

        Whoever waits for room is let go as soon as the inbox is closed or the source is left: the
        arrival is dropped then, unacknowledged, and the broker brings it again.
        """
        source = arrival.source
        while self._put - self._dealt > self._most and self._open and not source.gone:
            time.sleep(_PAUSE_S)
        if not self._open or source.gone:
            return
        bytes_held = weight(arrival)
        with self._putting:
            self._put += bytes_held
        self._queue.put(arrival)

    def dealt(self, arrivals: Iterable[InboundMessage]) -> None:
        """Make room: these are dealt with and held no more (the pipeline's thread)."""
        self._dealt += sum(weight(arrival) for arrival in arrivals)

    def wake(self) -> None:
        """Let the taker go round once without an arrival."""
        self._queue.put(None)

    def next_messages(self, most: int, patience_s: float, linger_s: float) -> list[InboundMessage]:
        """Up to ``most`` arrivals: waits for the first, then a moment for company.

        Args:
            most: closes the batch.
            patience_s: for the first; an empty list when none came or on a wake-up.
            linger_s: for further ones.
        """
        try:
            first = self._queue.get(timeout=patience_s)
        except queue.Empty:
            return []
        if first is None:
            return []
        taken = [first]
        self._drain(taken, most)
        deadline = time.monotonic() + linger_s
        while len(taken) < most and (left := deadline - time.monotonic()) > 0:
            time.sleep(left)
            self._drain(taken, most)
        return taken

    def _drain(self, taken: list[InboundMessage], most: int) -> None:
        get, append = self._queue.get_nowait, taken.append
        try:
            for _ in range(most - len(taken)):
                arrival = get()
                if arrival is not None:
                    append(arrival)
        except queue.Empty:
            return

    def close(self) -> None:
        """Take nothing more and let nobody wait: what is here or comes now comes again."""
        self._open = False

    def __len__(self) -> int:
        return self._queue.qsize()
