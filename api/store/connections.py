"""Connections to the database that nobody waits on for ever.

Two things may swallow an answer: a line that is cut without a word, which the kernel finds by its
own timers, and a server that has stopped, whose kernel goes on acknowledging. So every connection
has the kernel's timers set, and every answer a time in which it must come.
"""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

from psycopg import AsyncConnection, OperationalError, conninfo
from psycopg.abc import PQGen
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool
from typing_extensions import override

LINE: Mapping[str, str] = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""Parameters of libpq: a line that is cut without a word is found after 15 s at most."""
_LOOK_S = 0.1

T = TypeVar("T")


def address(database_url: str, wanted: str = "read-write") -> str:
    """Return an address with the kernel's timers in it; of several hosts the one that takes writes.

    What the address says of them itself, by libpq's names, holds. ``wanted`` is libpq's
    ``target_session_attrs``.

    Raises:
        psycopg.ProgrammingError: it is no address.
    """
    said = {name: str(value) for name, value in conninfo.conninfo_to_dict(database_url).items()}
    several = "," in (said.get("host") or said.get("hostaddr") or "")
    found = {"target_session_attrs": wanted} if several else {}
    return conninfo.make_conninfo(**{**LINE, **found, **said})


def answering_within(answer_s: float) -> type[AsyncConnection[DictRow]]:
    """Return a class of connections that are given up when an answer takes longer.

    Args:
        answer_s: real seconds; above what any statement may take.
    """

    class TimedConnection(AsyncConnection[DictRow]):
        """Ends itself rather than wait for ever."""

        @override
        async def wait(
            self, gen: PQGen[T], interval: float = _LOOK_S, timeout: float | None = None
        ) -> T:
            if timeout is not None:
                return await super().wait(gen, interval, timeout)
            try:
                async with asyncio.timeout(answer_s):
                    return await super().wait(gen, interval)
            except TimeoutError:
                self.pgconn.finish()
                raise OperationalError(f"no answer within {answer_s:g} s") from None

    return TimedConnection


class HeedfulPool(AsyncConnectionPool[AsyncConnection[DictRow]]):
    """A pool whose wait for a connection loses no cancellation.

    It waits by ``asyncio.wait_for``, which returns what has come and forgets that its task was
    cancelled in the same moment (Python 3.11): a job would work on while the program ends.
    """

    @override
    async def getconn(self, timeout: float | None = None) -> AsyncConnection[DictRow]:
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        conn = await super().getconn(timeout)
        if task is not None and task.cancelling() > before:
            await self.putconn(conn)
            raise asyncio.CancelledError
        return conn
