"""Enters the readings of simulated patients, step by step by the ward's clock.

They take the way of readings that people enter, in the name of an account that is nobody: so they
are scored, raise alerts and are drawn like any other, and are told apart by who entered them and
by the record's own mark. Every process may do it: a story is locked by whoever tells it on.
"""

import asyncio
from datetime import datetime, timedelta

from analytics.ward.practice import STEP_S, vitals_at
from api.services import Services
from api.store import simulations
from api.store.timestamps import ms_of
from api.store.types import Conn, Row

LOOK_S = 2.0
MOST_STEPS = 30
"""After a standstill so many of the newest steps are entered; what lies before is left out."""


async def tell_on(conn: Conn, now: datetime) -> int:
    """Enter what is due of every story; return how many steps there were."""
    done = 0
    async with conn.transaction():
        for story in await simulations.running(conn):
            reached = int((now - story["begun_at"]) / timedelta(seconds=STEP_S)) + 1
            first = max(story["told"], reached - MOST_STEPS)
            samples = [_sample(story, step) for step in range(first, reached)]
            if samples:
                await simulations.enter(conn, story, samples, reached, now)
                done += len(samples)
    return done


def _sample(story: Row, step: int) -> Row:
    at = story["begun_at"] + timedelta(seconds=step * STEP_S)
    return {"t": ms_of(at), **vitals_at(step)}


async def tell_stories(services: Services) -> None:
    """Look every other second for as long as the program runs."""
    while True:
        async with services.engine_pool.connection() as conn:
            await tell_on(conn, services.now())
        await asyncio.sleep(LOOK_S)
