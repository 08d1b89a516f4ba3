"""The sender: one leader among the API's processes works off the outbox of notices.

A notice is sent first and recorded after: a fall between the two sends it again under the same id,
by which whoever got it knows it. What failed for good, or was not seen in time, goes on over the
person's next channel; after the last one the alert's next rung is called at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import httpx2
import structlog

from api.jobs.leader import Wakeup, run_as_leader
from api.notify import addresses, quiet
from api.notify.metrics import ENDED
from api.notify.retries import AttemptOutcome, pause_s
from api.notify.settings import NotifySettings
from api.notify.transports import Transports
from api.notify.words import TEST
from api.services import Connection, Services
from api.store import calls, channels
from api.store.types import Row
from api.vault import personal_data

log = structlog.get_logger("api.notify")
JOB = "notices"
CHANNELS = ("homeward_notices",)
_LIMIT = 200


@dataclass(slots=True, kw_only=True)
class Sender:
    """The leader's work, on the connection that holds the lock.

    Attributes:
        services: clock, pools and vault.
        settings: the site's.
    """

    services: Services
    settings: NotifySettings
    _under_way: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    _done: list[tuple[Row, AttemptOutcome]] = field(default_factory=list)

    async def work(self, conn: Connection, wake: Wakeup) -> None:
        """Work until cancelled; what is under way then is sent again by whoever follows."""
        self._done.clear()
        try:
            async with self._transports() as transports:
                while True:
                    await self._round(conn, transports, wake)
                    await wake.wait(self.settings.tick_s)
        finally:
            for task in self._under_way.values():
                task.cancel()
            self._under_way.clear()

    async def _round(self, conn: Connection, transports: Transports, wake: Wakeup) -> None:
        await self._record(conn)
        await self._pass_on(conn)
        await self._begin(conn, transports, wake)

    @asynccontextmanager
    async def _transports(self) -> AsyncIterator[Transports]:
        timeout = httpx2.Timeout(self.settings.answer_s)
        async with httpx2.AsyncClient(
            timeout=timeout, follow_redirects=False, trust_env=False
        ) as client:
            yield Transports(self.settings, client, self.services.real_s)

    async def _begin(self, conn: Connection, transports: Transports, wake: Wakeup) -> None:
        free = self.settings.at_once - len(self._under_way)
        if free <= 0:
            return
        now = self.services.now()
        rows = await calls.waiting(conn, now, free, list(self._under_way))
        key = await self._key() if rows else b""
        for row in rows:
            why = needless(row)
            hours = (row["quiet_from"], row["quiet_until_time"])
            until = quiet.waits_until(
                row["priority"], now, None if hours[0] is None else hours, self._zone
            )
            if why is not None:
                await calls.drop(conn, row["id"], now, why)
            elif until is not None:
                await calls.hold(conn, row["id"], until)
            else:
                task = asyncio.create_task(self._send(row, key, transports, wake))
                self._under_way[row["id"]] = task

    async def _key(self) -> bytes:
        async with self.services.pool.connection() as conn, conn.transaction():
            return await personal_data.system_key(conn, self.services.vault, addresses.PURPOSE)

    @property
    def _zone(self) -> str:
        return self.services.settings.zone

    async def _send(self, row: Row, key: bytes, transports: Transports, wake: Wakeup) -> None:
        self._done.append((row, await transports.send(row, key)))
        wake.notify("sent")

    async def _record(self, conn: Connection) -> None:
        while self._done:
            row, outcome = self._done[0]
            async with conn.transaction():
                await self._ended(conn, row, outcome)
            self._done.pop(0)
            self._under_way.pop(row["id"], None)

    async def _ended(self, conn: Connection, row: Row, outcome: AttemptOutcome) -> None:
        now = self.services.now()
        attempts = row["attempts"] + 1
        pause = None
        if outcome.failure is not None:
            pause = pause_s(outcome, row["kind"], attempts, self.settings)
        state = "sent" if outcome.failure is None else ("failed" if pause is None else "waiting")
        watched = state == "sent" and row["user_id"] is not None and row["episode_id"] is not None
        seen_s = self.settings.seen_s(row["priority"])
        attempt = {
            "id": row["id"],
            "attempts": row["attempts"],
            "state": state,
            "failure": outcome.failure,
            "seen_due": now + timedelta(seconds=seen_s) if watched else None,
            "pause": pause or 0.0,
            "now": now,
        }
        if not await calls.attempted(conn, attempt):
            return
        log.info("notice", notice=str(row["id"]), kind=row["kind"], state=state)
        if state != "waiting":
            ENDED.labels(row["kind"], state).inc()
            worked = state == "sent"
            await channels.note(conn, row, now, failure=outcome.failure, worked=worked)
        if state == "failed":
            await self._further(conn, row)

    async def _pass_on(self, conn: Connection) -> None:
        """Go on with what was not seen in time."""
        now = self.services.now()
        async with conn.transaction():
            await calls.settle(conn, now)
            for row in await calls.lapse(conn, now, _LIMIT):
                ENDED.labels(row["kind"], "lapsed").inc()
                await self._further(conn, row)

    async def _further(self, conn: Connection, row: Row) -> None:
        if row["user_id"] is None or row["change"] == TEST:
            return
        now = self.services.now()
        if await calls.next_channel(conn, row["id"], now) or row["episode_id"] is None:
            return
        if await calls.pass_on(conn, row, now):
            log.warning("nobody_reached", alert=str(row["episode_id"]), rung=row["rung"])


def needless(row: Row) -> str | None:
    """Return why a waiting notice need not be sent any more, None if it must be."""
    if row["contact"]:
        return _over(row) if row["contact_address"] else "the ward names no such contact any more"
    if row["sealed"] is None:
        return "the channel was removed"
    if not row["account_active"]:
        return "the account has ended"
    if row["user_id"] is None or row["alert_state"] is None:
        return None
    return _over(row)


def _over(row: Row) -> str | None:
    """Return what has made a call needless since it was made, None if it stands."""
    if row["alert_state"] not in {"open", "acknowledged"}:
        return "the alert is closed"
    if row["snoozed"]:
        return "somebody has put the alert off"
    answered = row["acknowledged_at"]
    late = answered is not None and answered >= row["called_at"]
    return "somebody has answered the alert" if late else None


async def run_sender(services: Services, settings: NotifySettings | None = None) -> None:
    """Lead, or wait to lead, until cancelled.

    Args:
        services: the program's shared services.
        settings: the site's; None reads ``HOMEWARD_NOTICE_*``.
    """
    sender = Sender(services=services, settings=settings or NotifySettings())
    await run_as_leader(services, JOB, CHANNELS, sender.work)
