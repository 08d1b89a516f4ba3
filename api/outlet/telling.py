"""The outlet's teller: one leader among the API's processes tells outside what was stored.

A row is told first and forgotten after: a fall between the two tells it again under the same id.
Where no server takes anything, rows wait in the database, and nothing else waits for them.
"""

from collections import defaultdict
from collections.abc import Iterable

import structlog

from analytics.domain.vitals import Metric
from api.jobs.leader import Wakeup, run_as_leader
from api.outlet.messages import OutletMessage, of_alerts, of_frames
from api.outlet.metrics import DOWN, TOLD, WAITING
from api.outlet.settings import OutletSettings
from api.outlet.stream import OutletDownError, OutletStream, connected
from api.services import Connection, Services
from api.store import outlet
from api.store.types import Row

log = structlog.get_logger("api.outlet")
JOB = "outlet"
_METRICS = [int(one) for one in Metric]
_DROPPED = 10_000
_LONGEST_PAUSE_S = 30.0


class Teller:
    """The leader's work, on the connection that holds the lock."""

    def __init__(self, settings: OutletSettings) -> None:
        self._settings = settings
        self._pause_s = settings.tick_s
        self._down = False

    async def tell_outside(self, conn: Connection, wake: Wakeup) -> None:
        """Tell until cancelled, connecting anew whenever no server takes anything."""
        while True:
            try:
                await self._keep(conn)
                async with connected(self._settings) as stream:
                    await self._tell(conn, stream, wake)
            except OutletDownError as failure:
                if not self._down:
                    log.warning("outlet_down", error=str(failure))
                self._down = True
                DOWN.set(1)
            await wake.wait(self._pause_s)
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)

    async def _tell(self, conn: Connection, stream: OutletStream, wake: Wakeup) -> None:
        DOWN.set(0)
        self._down = False
        self._pause_s = self._settings.tick_s
        while True:
            await self._keep(conn)
            told = await self._frames(conn, stream) + await self._alerts(conn, stream)
            if not told:
                await wake.wait(self._settings.tick_s)

    async def _keep(self, conn: Connection) -> None:
        """Say that there is an outlet, and let go of what waited for too long."""
        await outlet.want(conn, self._settings.wait_s)
        while await outlet.drop_old(conn, self._settings.wait_s, _DROPPED) == _DROPPED:
            pass
        if await outlet.alerts_gone(conn):
            log.warning("outlet_missed_alerts")
        WAITING.set((await outlet.backlog(conn))[0])

    async def _frames(self, conn: Connection, stream: OutletStream) -> int:
        rows = await outlet.waiting(conn, self._settings.at_once)
        if rows:
            whose = [row for row in rows if row["kind"] == "frame" and row["patient"] is not None]
            readings = _by_row(await outlet.readings(conn, whose, _METRICS) if whose else ())
            scores = _by_row(await outlet.scores(conn, whose) if whose else ())
            await self._send(stream, of_frames(self._settings, rows, readings, scores))
            await outlet.told(conn, [row["id"] for row in rows])
        return len(rows)

    async def _alerts(self, conn: Connection, stream: OutletStream) -> int:
        last, rows = await outlet.alerts(conn, self._settings.at_once)
        if rows:
            await self._send(stream, of_alerts(self._settings, rows))
            await outlet.alerts_told(conn, max(last, rows[-1]["stream_id"]))
        return len(rows)

    async def _send(self, stream: OutletStream, messages: list[OutletMessage]) -> None:
        await stream.take(messages)
        for message in messages:
            TOLD.labels(message.kind).inc()


def _by_row(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(row)
    return found


async def run_outlet(services: Services, settings: OutletSettings) -> None:
    """Lead, or wait to lead, until cancelled."""
    await run_as_leader(services, JOB, (), Teller(settings).tell_outside)
