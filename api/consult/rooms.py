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
from typing import Any
from uuid import UUID

import structlog
from psycopg import OperationalError

from api.auth.sessions import Caller
from api.consult.desk import DOCTOR, PATIENT
from api.consult.settings import CallSettings
from api.http.deps import UnitOfWork, acting
from api.jobs.leader import RETRY_S, Wakeup, listen, run_isolated
from api.jobs.supervisor import heed_cancellation
from api.services import Services
from api.store import accounts, consultations, rooms

log = structlog.get_logger("api.consult")
CHANNEL = "homeward_room"
LOOK_S = 5.0
_TIDY_S = 20.0
_OVER = b"event: over\ndata: {}\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomVisit:
    """Who sits where.

    Attributes:
        caller: who it is.
        consultation: whose room.
        side: ``patient`` or ``doctor``.
        seat: this browser's.
    """

    caller: Caller
    consultation: UUID
    side: str
    seat: UUID


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
            heed_cancellation()
            await asyncio.sleep(_TIDY_S)

    async def _wake(self, wake: Wakeup) -> None:
        while True:
            await wake.wait(LOOK_S)
            for events in list(self._waiting.values()):
                for event in events:
                    event.set()

    @contextmanager
    def _woken(self, consultation: UUID) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._waiting[consultation].add(event)
        try:
            yield event
        finally:
            self._waiting[consultation].discard(event)
            if not self._waiting[consultation]:
                del self._waiting[consultation]

    async def events(self, visit: RoomVisit, after: int) -> AsyncIterator[bytes]:
        """Give what is new in the room until the visitor's seat or session ends.

        Args:
            visit: who sits where.
            after: the newest signal that this browser has; 0: none.
        """
        yield b"retry: 1000\n\n"
        known: dict[str, Any] | None = None
        with self._woken(visit.consultation) as woken:
            while True:
                woken.clear()
                async with acting(self.services, visit.caller) as work:
                    told = await self._look(work, visit)
                    signals = await self._said(work, visit, told, after)
                if told is None:
                    yield _OVER
                    return
                if told != known:
                    known = told
                    yield b"event: room\ndata: %s\n\n" % json.dumps(told).encode()
                for one in signals:
                    after = one["no"]
                    yield _signal(one, told["pair"])
                if not signals:
                    yield b"event: heartbeat\ndata: {}\n\n"
                    await _wait(woken)

    async def _look(self, work: UnitOfWork, visit: RoomVisit) -> dict[str, Any] | None:
        """Return the room as this side sees it; None: there is nothing more to see."""
        idle = self.services.settings.staff_idle_minutes
        if await accounts.session(work.conn, visit.caller.session, idle) is None:
            return None
        row = await consultations.one(work.conn, visit.consultation)
        seats = {} if row is None else await rooms.seats(work.conn, visit.consultation)
        if row is None or seats.get(visit.side) != visit.seat:
            return None
        await rooms.renew(work.conn, visit.seat, self.settings.token_s)
        admitted = row["admitted_at"] is not None
        return {
            "state": row["state"],
            "patient": PATIENT in seats,
            "doctor": DOCTOR in seats,
            "admitted": admitted,
            "pair": pair_of(seats) if admitted else None,
        }

    async def _said(
        self, work: UnitOfWork, visit: RoomVisit, told: dict[str, Any] | None, after: int
    ) -> list[dict[str, Any]]:
        if told is None or told["pair"] is None:
            return []
        pair = str(told["pair"])
        return await rooms.said(work.conn, visit.consultation, visit.side, pair, after)


def _signal(one: dict[str, Any], pair: object) -> bytes:
    data = json.dumps({"pair": pair, "kind": one["kind"], "data": one["data"]})
    return b"id: %d\nevent: signal\ndata: %s\n\n" % (one["no"], data.encode())


async def _wait(woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_S):
            await woken.wait()
    except TimeoutError:
        return
