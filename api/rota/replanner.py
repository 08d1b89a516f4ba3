"""The re-planner: wakes when the ward changes, waits a moment for more, makes one plan.

Woken by alerts raised and closed, shifts, the rota's people, patients, the risk model and
requests; and at every beginning and end of a shift by the ward's clock.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from api.jobs.leader import Wakeup, run_as_leader
from api.rota.planner import plan
from api.rota.settings import RotaSettings
from api.rota.solver import Solver
from api.services import Connection, Services
from api.store import duty

log = structlog.get_logger("api.rota")
CHANNELS = ("homeward_rota",)
_SHORTEST_S = 0.05


@dataclass(slots=True, kw_only=True)
class RePlanner:
    """The leader's work, on the connection that holds the lock.

    Attributes:
        services: clock and pools.
        settings: the site's settings.
    """

    services: Services
    settings: RotaSettings
    _solver: Solver = field(default_factory=Solver)
    _boundary: datetime | None = None
    _made_at: float = 0.0

    async def work(self, conn: Connection, wake: Wakeup) -> None:
        """Work until cancelled."""
        try:
            await self._lead(conn, wake)
        finally:
            await self._solver.end()

    async def _lead(self, conn: Connection, wake: Wakeup) -> None:
        await self._make(conn, "start")
        while True:
            said = await wake.wait(await self._until_boundary(conn))
            causes = {*said} - {"listening"}
            if self._boundary is not None and self._boundary <= self.services.now():
                causes.add("time")
            if causes:
                causes |= await self._settle(wake)
                await self._make(conn, cause_of(causes))

    async def _until_boundary(self, conn: Connection) -> float:
        """Return real seconds until the next shift begins or ends, within ``check_s``."""
        now = self.services.now()
        self._boundary = await duty.next_boundary(conn, now)
        if self._boundary is None:
            return self.settings.check_s
        ward_s = (self._boundary - now).total_seconds()
        wait = self.services.clock.real_seconds(ward_s)
        return min(max(wait, _SHORTEST_S), self.settings.check_s)

    async def _settle(self, wake: Wakeup) -> set[str]:
        """Wait until nothing has happened for a moment; return what else did."""
        more: set[str] = set()
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._made_at + self.settings.gap_s - loop.time())
        end = loop.time() + self.settings.debounce_most_s
        while (left := end - loop.time()) > 0:
            said = await wake.wait(min(self.settings.debounce_s, left))
            if not said:
                break
            more |= set(said)
        return more

    async def _make(self, conn: Connection, cause: str) -> None:
        plan_id = await plan(conn, self.services.now(), cause, self.settings, self._solver)
        self._made_at = asyncio.get_running_loop().time()
        log.info("planned", plan=str(plan_id), cause=cause)


def cause_of(said: Iterable[str]) -> str:
    """Return one line of what was said, from notifications ``channel:payload`` and own words."""
    words = {one.partition(":")[2] or one for one in said} - {"listening"}
    return ", ".join(sorted(words)) or "start"


async def run_rota(services: Services, settings: RotaSettings | None = None) -> None:
    """Lead, or wait to lead, until cancelled.

    Args:
        services: the program's shared services.
        settings: the site's settings; None reads ``HOMEWARD_ROTA_*``.
    """
    planner = RePlanner(services=services, settings=settings or RotaSettings())
    await run_as_leader(services, "rota", CHANNELS, planner.work)
