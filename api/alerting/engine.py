"""The alert engine: one leader among the API's processes turns findings into alerts.

It is woken by the gateway's notification and by a timer, works off the outbox first, then what
has fallen due, then the equipment. The tables are the truth: a notification only wakes, and a
leader that takes over continues from the rows.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import (
    due,
    findings,
    home_tasks_due,
    measure_requests,
    metrics,
    observations_due,
    reports_over,
    sweep,
)
from api.alerting.settings import AlertingSettings
from api.jobs.leader import Wakeup, run_as_leader
from api.patients.ward_policy import WardPolicies
from api.services import Connection, Services
from api.store import erasure, models, outbox, wards

_DUTY = "homeward_duty"
CHANNELS = ("homeward_outbox", _DUTY)
_BATCHES_BETWEEN_TICKS = 10
_TIDY_LIMIT = 5_000


@dataclass(slots=True, kw_only=True)
class AlertEngine:
    """The leader's work, on the connection that holds the lock.

    Attributes:
        services: clock and pools.
        settings: the site's settings.
        policy: when to raise, escalate and let go.
    """

    services: Services
    settings: AlertingSettings
    policy: EpisodePolicy = field(default_factory=EpisodePolicy)
    _last: dict[str, float] = field(default_factory=dict)

    async def work(self, conn: Connection, wake: Wakeup) -> None:
        """Work until cancelled."""
        self._last.clear()
        began = asyncio.get_running_loop().time()
        while True:
            busy = await self._drain(conn)
            if self._due("tick", self.settings.tick_s):
                await due.stop_watching(conn, self.services.now(), self.policy)
                await due.tick(conn, self.services.now(), self.policy)
                await reports_over.end_reports(conn, self.services.now())
            if self._due("duty", self.settings.sweep_s):
                await due.hand_over(conn, self.services.now(), self.policy)
            if self._due("sweep", self.settings.sweep_s):
                await self._sweep(conn, began)
            await self._ask(conn)
            if self._due("tidy", self.settings.tidy_s):
                await self._tidy(conn)
            if not busy:
                self._hurry(await wake.wait(self.settings.tick_s))

    async def _ask(self, conn: Connection) -> None:
        """Ask for what scores lack, and for what is due by schedule."""
        if self._due("missing", self.settings.ask_missing_sweep_s):
            await measure_requests.ask_for_missing(conn, self.services.now(), self.settings)
        if self._due("schedule", self.settings.schedule_sweep_s):
            await observations_due.keep_schedule(conn, self.services.now())
            await home_tasks_due.keep_tasks(conn, self.services.now(), self.settings)

    async def _drain(self, conn: Connection) -> bool:
        """Take what waits; True if more may wait than was allowed between two looks at time."""
        for _ in range(_BATCHES_BETWEEN_TICKS):
            services = self.services
            taken = await findings.take(
                conn, services.now(), self.settings, self.policy, tracer=services.tracer
            )
            if taken < self.settings.batch:
                return False
        return True

    def _due(self, what: str, every_s: float) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._last.get(what, -every_s) < every_s:
            return False
        self._last[what] = now
        return True

    def _hurry(self, said: Collection[str]) -> None:
        """Look at whom alerts are for at once when a shift or the plan has changed."""
        if any(one.startswith(_DUTY) for one in said):
            self._last.pop("duty", None)

    async def _sweep(self, conn: Connection, began: float) -> None:
        now = self.services.now()
        silent_s = self.services.settings.gateway_silent_s
        led_for = asyncio.get_running_loop().time() - began
        clock = self.services.clock
        rate = clock.rate if clock.start is not None else 1.0
        await sweep.sweep(
            conn,
            now,
            self.settings,
            self.policy,
            slack_s=self.settings.delivery_slack_s * rate,
            gateway_silent_s=None if led_for < silent_s else silent_s,
        )

    async def _kept(self, conn: Connection) -> timedelta:
        """Return for how long events are kept: as the ward says that asks for most."""
        known = WardPolicies()
        days = [known.of(row).retention.feed_days for row in await wards.every(conn)]
        return max([timedelta(seconds=self.settings.keep_events_s), *map(_days, days)])

    async def _tidy(self, conn: Connection) -> None:
        before = self.services.now() - await self._kept(conn)
        await outbox.forget_events(conn, before, self.settings.keep_events, _TIDY_LIMIT)
        await outbox.forget_taken(conn, self.settings.keep_outbox_s, _TIDY_LIMIT)
        async with conn.transaction():
            await erasure.purge(conn)
        metrics.BACKLOG.set(await outbox.backlog(conn))
        model = await models.newest(conn)
        if model is not None:
            metrics.judged(model["version"], model["report"])


def _days(days: float) -> timedelta:
    return timedelta(days=days)


async def run_engine(services: Services, settings: AlertingSettings | None = None) -> None:
    """Lead, or wait to lead, until cancelled.

    Args:
        services: the program's shared services.
        settings: the site's settings; None reads ``HOMEWARD_ALERT_*``.
    """
    engine = AlertEngine(services=services, settings=settings or AlertingSettings())
    await run_as_leader(services, "alerts", CHANNELS, engine.work)
