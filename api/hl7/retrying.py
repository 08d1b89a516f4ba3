"""Refused messages that a coordinator has tried again: by the way of every message, once more."""

import asyncio
from uuid import UUID

import psycopg
import structlog

from api.errors import UnavailableError
from api.hl7.admitting import act
from api.hl7.receiving import Receiver
from api.hl7.refused import opened_bytes
from api.http.deps import UnitOfWork
from api.store import hl7

LOOK_S = 2.0
_AT_ONCE = 50
_log = structlog.get_logger("api.hl7")


async def asked_for(receiver: Receiver) -> list[tuple[UUID, bytes]]:
    """Return what is to be tried again; what no longer opens is deleted."""
    services, found = receiver.services, list[tuple[UUID, bytes]]()
    async with services.pool.connection() as conn, conn.transaction():
        feed = await receiver.feed(conn)
        caller = feed.callers[0]
        work = UnitOfWork(conn=conn, caller=caller, now=services.now(), services=services)
        for caller in feed.callers:
            await act(work, caller)
            for row in await hl7.to_retry(conn, _AT_ONCE):
                raw = await opened_bytes(work, row)
                if raw is None:
                    await hl7.dismiss(conn, row["id"])
                else:
                    found.append((row["id"], raw))
    return found


async def retry_asked(receiver: Receiver) -> int:
    """Try what was asked for again, in order; return how many messages there were.

    Raises:
        UnavailableError: no key is in force, or the database does not answer.
    """
    waiting = await asked_for(receiver)
    for message_id, raw in waiting:
        await receiver.handle(raw)
        _log.info("tried_again", message=str(message_id))
    return len(waiting)


async def keep_retrying(receiver: Receiver) -> None:
    """Look every few seconds for as long as the program runs."""
    while True:
        try:
            await retry_asked(receiver)
        except (psycopg.OperationalError, UnavailableError) as error:
            _log.warning("not_tried_again", why=type(error).__name__)
        await asyncio.sleep(LOOK_S)
