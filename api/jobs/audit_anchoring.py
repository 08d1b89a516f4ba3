"""The background tasks that note heads of the audit chain outside the database."""

import asyncio
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
from nacl.signing import SigningKey

from analytics.domain.civil import day_at
from api.evidence.anchors import Anchor, last, note, note_signed
from api.jobs.leader import Wakeup, run_as_leader
from api.services import Connection, Services
from api.store import channels

CHANGE = "audit.anchor"


async def keep_anchors(services: Services, path: Path) -> None:
    """Note the head every few minutes for as long as the program runs."""
    newest = last(path)
    while True:
        async with services.pool.connection() as conn:
            newest = await note(conn, services.now(), path, newest)
        await asyncio.sleep(services.settings.audit_anchor_minutes * 60)


def is_due(now: datetime, newest: Anchor | None, zone: str) -> bool:
    """Whether a head is to be signed: none was yet on this day of the ward's."""
    return newest is None or day_at(now, zone) > day_at(newest.at, zone)


async def sign_head(
    services: Services, path: Path, key: SigningKey, conn: Connection
) -> Anchor | None:
    """Sign the head, note it in the file, and have the site's webhooks told; None: no rows yet.

    Both or neither: a file that cannot be written undoes the notices.
    """
    async with services.pool.connection() as reading, conn.transaction():
        made = await note_signed(reading, services.now(), path, key)
        if made is not None:
            told = {"type": CHANGE, **msgspec.to_builtins(made)}
            told["head"] = told.pop("id")
            await channels.tell_site(conn, CHANGE, told, services.now())
    return made


async def _daily(
    services: Services, path: Path, key: SigningKey, conn: Connection, _: Wakeup
) -> None:
    newest = last(path, signed=True)
    while True:
        if is_due(services.now(), newest, services.settings.zone):
            newest = await sign_head(services, path, key, conn) or newest
        await asyncio.sleep(services.settings.audit_anchor_minutes * 60)


async def sign_daily(services: Services, path: Path, key: SigningKey) -> None:
    """Lead, or wait to lead, until cancelled: sign a head in each of the ward's days.

    Args:
        services: the program's shared services.
        path: the file of anchors.
        key: signs them.
    """
    await run_as_leader(services, "anchors", (), partial(_daily, services, path, key))
