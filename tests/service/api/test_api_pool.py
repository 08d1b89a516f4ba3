"""The pool of connections: a task that is cancelled while it waits for one ends."""

import asyncio

import pytest
from psycopg.rows import dict_row

from api.store.connections import HeedfulPool, address
from tests.support.databases import Database


async def cancelled_after(database: Database, steps: int) -> bool:
    """Cancel a task that waits, so many steps of the loop after its connection came free."""
    went_on = asyncio.Event()
    async with HeedfulPool(
        address(database.api), kwargs={"row_factory": dict_row}, min_size=1, max_size=1
    ) as pool:

        async def waits() -> None:
            async with pool.connection():
                pass
            went_on.set()
            await asyncio.Event().wait()

        conn = await pool.getconn()
        task = asyncio.create_task(waits())
        while not pool.get_stats().get("requests_waiting"):  # noqa: ASYNC110 - the pool tells nobody
            await asyncio.sleep(0)
        await pool.putconn(conn)
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=2.0)
        task.cancel()
        async with asyncio.timeout(5), pool.connection() as again:
            await again.execute("SELECT 1")  # it was given back
    return bool(done) and task.cancelled()


@pytest.mark.parametrize("steps", range(8))
def test_a_cancellation_is_not_lost_to_a_connection_that_came_free(
    database: Database, steps: int
) -> None:
    assert asyncio.run(cancelled_after(database, steps))
