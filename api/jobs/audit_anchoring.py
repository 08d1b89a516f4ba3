"""The background task that notes heads of the audit chain outside the database."""

import asyncio
from pathlib import Path

from api.evidence.anchors import last, note
from api.services import Services


async def keep_anchors(services: Services, path: Path) -> None:
    """Note the head every few minutes for as long as the program runs."""
    newest = last(path)
    while True:
        async with services.pool.connection() as conn:
            newest = await note(conn, services.now(), path, newest)
        await asyncio.sleep(services.settings.audit_anchor_minutes * 60)
