"""Rolls up the hours that are over, so that a chart of weeks costs what it shows.

Several API processes may do so side by side: each hour is locked by whoever rolls it up.
"""

import asyncio

from analytics.domain.vitals import Metric
from api.services import Services
from api.store import rollups

AT_ONCE = 16
_METRICS = [int(one) for one in Metric]


async def roll_up_some(services: Services) -> int:
    """Roll up some hours that are due; how many."""
    async with services.engine_pool.connection() as conn, conn.transaction():
        return await rollups.roll_up(conn, _METRICS, AT_ONCE, services.settings.roll_up_dense)


async def roll_up_all(services: Services) -> None:
    """Roll up what is due, then look again now and then, for as long as the program runs."""
    while True:
        done = await roll_up_some(services)
        await asyncio.sleep(0.0 if done == AT_ONCE else services.settings.roll_up_s)
