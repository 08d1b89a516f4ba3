"""One listener: a bounded queue of events that are shared by all who get them.

Whoever does not take them away in time loses the queue and is told to start again: what they
missed is in the table, and memory stays bounded.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from api.auth.sessions import Caller

if TYPE_CHECKING:
    from api.live.rows import ShownRows


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """One change of an alert, encoded once for everybody.

    Attributes:
        stream_id: its place in the feed.
        name: ``alert.raised``, ``alert.changed`` or ``alert.closed``.
        data: the alert as JSON, with ``change`` and ``notify``.
        sse: the whole event as it goes over a stream.
        patient_no: whose alert it is; None: the ward's, or no alert.
    """

    stream_id: int
    name: str
    data: bytes
    sse: bytes
    patient_no: int | None = None


ROWS_CHANGED = "panel.changed"
CARE_CHANGED = "care.changed"


def encode(stream_id: int, name: str, data: str, patient_no: int | None = None) -> StreamEvent:
    """Return an event with its bytes; ``data`` is JSON on one line."""
    body = data.encode()
    sse = b"id: %d\nevent: %s\ndata: %s\n\n" % (stream_id, name.encode(), body)
    return StreamEvent(stream_id=stream_id, name=name, data=body, sse=sse, patient_no=patient_no)


class End(StrEnum):
    """Why a subscription has nothing more to give."""

    SLOW = "too slow"
    SIGNED_OUT = "signed out"
    FORGOTTEN = "older than kept"


class Subscription:
    """What waits for one listener.

    Attributes:
        caller: who listens.
        after: events up to this id are not wanted (they were seen, or are replayed).
        end: set when nothing more will come.
        begun: whether its stream was ever read; a client that went before that never leaves.
        looks: how often it was found not begun.
        rows: the rows of the panel that it shows; None: it shows none.
    """

    def __init__(self, caller: Caller, after: int, most: int) -> None:
        """Begin with nothing waiting."""
        self.caller = caller
        self.after = after
        self.end: End | None = None
        self.begun = False
        self.looks = 0
        self.rows: ShownRows | None = None
        self._changed: dict[str, dict[UUID, None]] = {}
        self._most = most
        self._waiting: deque[StreamEvent] = deque()
        self._ready = asyncio.Event()
        self._patient_until_s = 0.0
        self._over: asyncio.TimerHandle | None = None

    def offer(self, event: StreamEvent) -> None:
        """Add an event; a listener with a full queue is ended instead."""
        if self.end is not None or event.stream_id <= self.after:
            return
        if len(self._waiting) >= self._most:
            self.finish(End.SLOW)
            return
        self._waiting.append(event)
        self._ready.set()

    def tell_rows(self, patients: Iterable[UUID]) -> None:
        """Say that these rows have changed; told together with the next look."""
        new = list(patients)
        if self.end is None and new:
            self._note(ROWS_CHANGED, new)

    def tell_care(self, patients: Iterable[UUID]) -> None:
        """Say that these patients have messages or calls that are new; nobody: look again."""
        if self.end is None:
            self._note(CARE_CHANGED, patients)

    def _note(self, event: str, patients: Iterable[UUID]) -> None:
        self._changed.setdefault(event, {}).update(dict.fromkeys(patients))
        self._ready.set()

    def finish(self, why: End) -> None:
        """End the subscription and let go of what waits."""
        if self.end is None:
            self.end = why
            self._waiting.clear()
            self._changed.clear()
            self._ready.set()

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting and not self._changed

    async def next(self, timeout_s: float) -> StreamEvent | None:
        """Return the next event; None when the time is over or the subscription has ended."""
        if self.idle and self.end is None:
            self._ready.clear()
            self._wait_until(asyncio.get_running_loop(), timeout_s)
            await self._ready.wait()
        if not self._waiting:
            return self._changed_event() if self._changed else None
        event = self._waiting.popleft()
        self.after = event.stream_id
        return event

    def _wait_until(self, loop: asyncio.AbstractEventLoop, timeout_s: float) -> None:
        """Have the wait end at its time.

        A timer that runs already is left to look again: to take one away and begin another for each
        event would cost more than the event, a thousand times over.
        """
        self._patient_until_s = until_s = loop.time() + timeout_s
        if self._over is not None and self._over.when() <= until_s:
            return
        if self._over is not None:
            self._over.cancel()
        self._over = loop.call_at(until_s, self._look_again, loop)

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop.time() < self._patient_until_s:
            self._over = loop.call_at(self._patient_until_s, self._look_again, loop)
            return
        self._over = None
        self._ready.set()

    def _changed_event(self) -> StreamEvent:
        """Tell of whom something has changed, without an id: a feed goes on from its alerts."""
        event, patients = self._changed.popitem()
        data = json.dumps({"patients": [str(one) for one in patients]}).encode()
        sse = b"event: %s\ndata: %s\n\n" % (event.encode(), data)
        return StreamEvent(stream_id=self.after, name=event, data=data, sse=sse)
