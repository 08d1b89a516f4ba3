"""The fan-out: reads the feed's rows in their order, once, and hands each to who may see it.

Who may see an alert is asked for each batch of events, for all listeners in one question
(``alert_watchers``), so a change of plan or care team counts from the next event on. The position
in the feed survives a lost connection: what was missed meanwhile is read from the table.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog
from psycopg import OperationalError

from analytics.tracing.spans import now_ns
from api.auth.sessions import Caller
from api.errors import ThrottledError
from api.jobs.leader import RETRY_S, Wakeup, listen, run_isolated
from api.live import care, metrics
from api.live.naming import event_of, names_for
from api.live.rows import watch_rows
from api.live.settings import LiveSettings
from api.live.subscription import End, StreamEvent, Subscription
from api.live.told import ToldPatients
from api.live.traced import tell_handed_out
from api.services import Services
from api.store import leadership, stream
from api.store.types import Conn, Row

if TYPE_CHECKING:
    from uuid import UUID

log = structlog.get_logger("api.live")
_CHUNK = 500
Watchers = dict[tuple[int | None, str], frozenset["UUID"]]


class LiveFeed:
    """One feed for each process; ``run`` keeps it going, ``subscribe`` joins it."""

    def __init__(self, services: Services, settings: LiveSettings | None = None) -> None:
        """Prepare a feed; nothing is opened before ``run``."""
        self.services = services
        self.settings = settings or LiveSettings()
        self.position: int | None = None
        self.engine = "unknown"
        self._by_user: dict[UUID, set[Subscription]] = defaultdict(set)
        self._count = 0
        self._started = asyncio.Event()
        self._looked = float("-inf")
        self.replays = asyncio.Semaphore(self.settings.replays)
        self.told = ToldPatients(services)

    @property
    def stale(self) -> bool:
        """Whether the database has not been looked at for too long."""
        now = asyncio.get_running_loop().time()
        return now - self._looked > self.settings.stale_s

    async def subscribe(self, caller: Caller, after: int | None = None) -> Subscription:
        """Join the feed from now on, or from ``after`` (replay what lies between yourself).

        Args:
            caller: who listens.
            after: the newest id that the listener has; events up to the feed's position are not
                offered again.

        Raises:
            ThrottledError: too many streams of this person or of this process.
        """
        mine = self._by_user.get(caller.user_id, set())
        if len(mine) >= self.settings.per_user or self._count >= self.settings.subscribers:
            raise ThrottledError(int(self.settings.recheck_s) + 1)
        await self._started.wait()
        joined = Subscription(caller, max(self.position or 0, after or 0), self.settings.queue)
        self._by_user[caller.user_id].add(joined)
        self._count += 1
        metrics.SUBSCRIBERS.set(self._count)
        return joined

    def leave(self, subscription: Subscription) -> None:
        """End a subscription; ending it twice changes nothing."""
        user = subscription.caller.user_id
        mine = self._by_user.get(user)
        if mine is None or subscription not in mine:
            return
        mine.discard(subscription)
        self._count -= 1
        metrics.SUBSCRIBERS.set(self._count)
        if not mine:
            del self._by_user[user]

    async def run(self) -> None:
        """Read and hand out until cancelled; a lost connection is opened again."""
        while True:
            try:
                await run_isolated(self._run())
            except* OperationalError as lost:
                log.warning("feed_connection_lost", error=str(lost.exceptions[0]))
            await asyncio.sleep(RETRY_S)

    async def _run(self) -> None:
        wake = Wakeup()
        async with asyncio.TaskGroup() as group:
            group.create_task(
                listen(self.services, ("homeward_feed",), wake, "homeward-feed"),
                name="feed-listen",
            )
            group.create_task(self._pump(wake), name="feed-pump")
            group.create_task(self._recheck(), name="feed-recheck")
            group.create_task(self.told.run(), name="feed-told")
            heard = Wakeup()
            group.create_task(
                listen(self.services, (care.CHANNEL,), heard, "homeward-feed-care"),
                name="feed-care-listen",
            )
            group.create_task(
                care.watch_care(self.services, self._everybody, heard), name="feed-care"
            )
            group.create_task(
                watch_rows(self.services, self._everybody, self.settings.rows_s), name="feed-rows"
            )

    async def _pump(self, wake: Wakeup) -> None:
        while True:
            async with self.services.engine_pool.connection() as conn:
                await self._catch_up(conn)
            self._looked = asyncio.get_running_loop().time()
            self._started.set()
            await wake.wait(self.settings.recheck_s)

    async def _catch_up(self, conn: Conn) -> None:
        first, newest = await stream.bounds(conn)
        if self.position is None or self.position > newest:
            self.position = newest  # first start, or another database under the same address
        if self.position < first - 1:
            self._end_all(End.FORGOTTEN)
            self.position = newest
        while self.position < newest:
            rows = await stream.after(conn, self.position, newest, _CHUNK)
            if not rows:
                self.position = newest
                return
            began_ns = now_ns()
            await self._hand_out(conn, rows)
            self.position = rows[-1]["stream_id"]
            if self.services.tracer is not None:
                await tell_handed_out(conn, self.services.tracer, rows, began_ns, self._count)

    async def _hand_out(self, conn: Conn, rows: list[Row]) -> None:
        subjects = {(row["patient_no"], row["ward"]) for row in rows}
        listening: set[UUID] = set()
        seen_by: Watchers = {}
        while not listening >= self._by_user.keys():  # who joins while we ask is asked for, too
            listening = set(self._by_user)
            seen_by = await stream.watchers(conn, subjects, list(listening))
        if not listening:
            return
        callers = {user: one.caller for user, mine in self._by_user.items() for one in mine}
        known = await names_for(self.services, rows, seen_by, callers)
        for row in rows:
            watching = seen_by[row["patient_no"], row["ward"]]
            self._offer(watching, event_of(row, known))
            self._offer(set(row["holders"]) - watching, event_of(row, {}))

    def _offer(self, users: "Iterable[UUID]", event: StreamEvent) -> None:
        for user in users:
            for subscription in self._by_user.get(user, ()):
                subscription.offer(event)

    async def _recheck(self) -> None:
        """End streams whose session has ended or changed; look for the engine's sign of life."""
        while True:
            async with self.services.engine_pool.connection() as conn:
                age = (await leadership.ages(conn)).get("alerts")
            alive = age is not None and age < self.settings.engine_stale_s
            self.engine = "running" if alive else "stopped"
            everybody = self._everybody()
            self._drop_abandoned(everybody)
            if everybody:
                await self._end_signed_out(everybody)
            await asyncio.sleep(self.settings.recheck_s)

    def _everybody(self) -> list[Subscription]:
        return [one for mine in self._by_user.values() for one in mine]

    def _drop_abandoned(self, everybody: Iterable[Subscription]) -> None:
        """Let go of listeners who went before their stream began: nobody else would."""
        for one in everybody:
            one.looks += not one.begun
            if not one.begun and one.looks > 1:
                self.leave(one)

    async def _end_signed_out(self, everybody: Iterable[Subscription]) -> None:
        asked = {one.caller.session for one in everybody}
        async with self.services.pool.connection() as conn:
            living = await stream.living_sessions(conn, list(asked))
        for one in everybody:
            if living.get(one.caller.session) != (one.caller.role, one.caller.ward):
                one.finish(End.SIGNED_OUT)

    def _end_all(self, why: End) -> None:
        for mine in self._by_user.values():
            for one in mine:
                one.finish(why)
