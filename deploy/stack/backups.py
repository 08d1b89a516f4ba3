"""Base backups of a running stack: one when there is none, then one now and then."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.errors import BackupFailed, FolderRefused
from deploy.services.binaries import find_services
from deploy.services.unix_account import service_account
from deploy.services.wal_archive import BaseBackup, WalArchive
from deploy.settings import StackSettings
from deploy.stack.plan import StackPlan

_LOOK_S = 60.0


def take_now(stack_json: Path, settings: StackSettings, say: Callable[[str], None]) -> BaseBackup:
    """Take a base backup of a running stack.

    Raises:
        FolderRefused: it does not run.
        BackupFailed: it keeps no backups, or none could be made.
    """
    try:
        told = json.loads(stack_json.read_bytes())
    except OSError as failure:
        reason = f"{failure.strerror}; is `homeward up` running?"
        raise FolderRefused(f"{stack_json}: {reason}") from None
    if not told.get("backups"):
        raise BackupFailed("the ward keeps no backups: start it with --backups FOLDER")
    place = urlsplit(told["database_url"])
    archive = WalArchive(
        folder=Path(told["backups"]), account=service_account(), within_s=settings.backup_wal_s
    )
    login = (unquote(place.username or ""), unquote(place.password or ""))
    tools = find_services(settings, say).postgres
    taken = archive.take(tools, place.port or 0, login, _now())
    archive.forget(settings.backup_keep)
    return taken


async def keep_backups(plan: StackPlan, say: Callable[[str], None]) -> None:
    """Take a base backup whenever the newest is too old, until cancelled."""
    archive, settings = plan.backups, plan.settings
    if archive is None:
        return
    server = plan.postgres()
    while True:
        newest = max((one.ended for one in archive.bases()), default=None)
        if newest is None or _now() - newest >= timedelta(hours=settings.backup_hours):
            login = ("postgres", server.password)
            try:
                tools = plan.binaries.postgres
                await asyncio.to_thread(archive.take, tools, server.port, login, _now())
                archive.forget(settings.backup_keep)
            except (BackupFailed, OSError) as failure:
                say(f"no backup could be taken: {failure}")
        await asyncio.sleep(_LOOK_S)


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - the edge of the program
