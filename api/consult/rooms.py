"""The room as a stream: who is there, and what the other side's browser tells this one's.

Everything is read from the tables, so that the two sides may be served by different processes and a
stream that was cut goes on where it was; a notification only says in which room something is new.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from psycopg import OperationalError

from api.auth.sessions import Caller
from api.consult.desk import DOCTOR, PATIENT
from api.consult.settings import CallSettings
from api.errors import InvalidError
from api.http.deps import UnitOfWork, acting
from api.jobs.leader import RETRY_S, Wakeup, listen, run_isolated
from api.services import Services
from api.store import accounts, consultations, rooms

log = structlog.get_logger("api.consult")
CHANNEL = "homeward_room"
LOOK_S = 5.0
_TIDY_S = 20.0
_LAST = 2**62
_OVER = b"event: over\ndata: {}\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWord:
    """What somebody else's browser tells: its number, and what it is about."""

    no: int
    data: dict[str, Any]


class RoomListener(Protocol):
    """Somebody who listens to a room, and what they may hear of it."""

    @property
    def caller(self) -> Caller:
        """Who it is."""

    @property
    def room(self) -> UUID:
        """By which name the room is woken."""

    @property
    def look_s(self) -> float:
        """After how many seconds it is looked again, woken or not."""

    async def see_room(self, work: UnitOfWork) -> dict[str, Any] | None:
        """Return the room as the visitor sees it; None: there is nothing more to see."""

    async def said(self, work: UnitOfWork, told: dict[str, Any], after: int) -> list[RoomWord]:
        """Return what was said to the visitor since, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomVisit:
    """Who sits where in a consultation.

    Attributes:
        caller: who it is.
        room: of which consultation.
        side: ``patient`` or ``doctor``.
        seat: this browser's.
        token_s: for how long the seat holds from each look on.
    """

    caller: Caller
    room: UUID
    side: str
    seat: UUID
    token_s: float
    look_s: float = LOOK_S

    async def see_room(self, work: UnitOfWork) -> dict[str, Any] | None:
        """Return the room as this side sees it; None: there is nothing more to see."""
        row = await consultations.one(work.conn, self.room)
        seats = {} if row is None else await rooms.seats(work.conn, self.room)
        if row is None or seats.get(self.side) != self.seat:
            return None
        await rooms.renew(work.conn, self.seat, self.token_s)
        admitted = row["admitted_at"] is not None
        return {
            "state": row["state"],
            "patient": PATIENT in seats,
            "doctor": DOCTOR in seats,
            "admitted": admitted,
            "pair": pair_of(seats) if admitted else None,
        }

    async def said(self, work: UnitOfWork, told: dict[str, Any], after: int) -> list[RoomWord]:
        """Return what the other side has told between these two seats."""
        pair = told["pair"]
        if pair is None:
            return []
        found = await rooms.said(work.conn, self.room, self.side, pair, after)
        return [
            RoomWord(no=one["no"], data={"pair": pair, "kind": one["kind"], "data": one["data"]})
            for one in found
        ]


def pair_of(seats: dict[str, UUID]) -> str | None:
    """Return the name of the two seats that meet; None: one of them is empty."""
    if PATIENT not in seats or DOCTOR not in seats:
        return None
    return f"{seats[DOCTOR]}:{seats[PATIENT]}"


class RoomHub:
    """One listening line in each process wakes the streams of all its rooms."""

    def __init__(self, services: Services, settings: CallSettings) -> None:
        """Prepare; nothing is opened before ``run``."""
        self.services = services
        self.settings = settings
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)

    async def run(self) -> None:
        """Wake streams until cancelled; a lost connection is opened again."""
        while True:
            try:
                await run_isolated(self._run())
            except* OperationalError as lost:
                log.warning("rooms_connection_lost", error=str(lost.exceptions[0]))
            await asyncio.sleep(RETRY_S)

    async def _run(self) -> None:
        wake = Wakeup()
        async with asyncio.TaskGroup() as group:
            group.create_task(listen(self.services, (CHANNEL,), wake, "homeward-rooms"))
            group.create_task(self._wake(wake))
            group.create_task(self._close_over())

    async def _close_over(self) -> None:
        """End what nobody has ended, again and again; two processes that do it do it once."""
        grace = timedelta(minutes=self.settings.grace_minutes)
        while True:
            async with self.services.engine_pool.connection() as conn:
                if await consultations.close_over(conn, self.services.now() - grace):
                    await rooms.forget(conn)
            await asyncio.sleep(_TIDY_S)

    async def _wake(self, wake: Wakeup) -> None:
        while True:
            await wake.wait(LOOK_S)
            for events in list(self._waiting.values()):
                for event in events:
                    event.set()

    @contextmanager
    def _woken(self, room: UUID) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._waiting[room].add(event)
        try:
            yield event
        finally:
            self._waiting[room].discard(event)
            if not self._waiting[room]:
                del self._waiting[room]

    async def events(self, visit: RoomListener, after: int) -> AsyncIterator[bytes]:
        """Give what is new in the room until the visitor's seat or session ends.

        Args:
            visit: who listens to what.
            after: the newest signal that this browser has; 0: none.
        """
        yield b"retry: 1000\n\n"
        known: dict[str, Any] | None = None
        with self._woken(visit.room) as woken:
            while True:
                woken.clear()
                async with acting(self.services, visit.caller) as work:
                    told = await self._look(work, visit)
                    signals = [] if told is None else await visit.said(work, told, after)
                if told is None:
                    yield _OVER
                    return
                if told != known:
                    known = told
                    yield b"event: room\ndata: %s\n\n" % json.dumps(told).encode()
                for one in signals:
                    after = one.no
                    yield b"id: %d\nevent: signal\ndata: %s\n\n" % (
                        one.no,
                        json.dumps(one.data).encode(),
                    )
                if not signals:
                    yield b"event: heartbeat\ndata: {}\n\n"
                    await _wait(woken, visit.look_s)

    async def _look(self, work: UnitOfWork, visit: RoomListener) -> dict[str, Any] | None:
        """Return the room as the visitor sees it, while their session lasts."""
        idle = self.services.settings.staff_idle_minutes
        if await accounts.session(work.conn, visit.caller.session, idle) is None:
            return None
        return await visit.see_room(work)


async def _wait(woken: asyncio.Event, look_s: float) -> None:
    try:
        async with asyncio.timeout(look_s):
            await woken.wait()
    except TimeoutError:
        return


def signal_id(text: str | None) -> int:
    """Return which signal a browser has heard last, by its ``Last-Event-ID``; 0: none.

    Raises:
        InvalidError: it is no id of such a stream.
    """
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit()) or int(text) > _LAST:
        raise InvalidError("Last-Event-ID", "must be a decimal id of this stream")
    return int(text)
