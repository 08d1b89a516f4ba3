"""Keeps the broker's list of revoked certificates fresh in a file.

It is written at once when a certificate was revoked, and daily in any case: a list that has expired
shuts every device out. What makes a revoked device's readings worthless is the gateway's refusal;
the list only closes the door as well. Whoever runs the broker makes it read the file again: see
``deploy.secrets.revocation_list`` and ``deploy/broker/serve.sh``.
"""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.domain.care import Role
from api.devices.certificate_authority import Revoked
from api.services import Services
from api.store import devices
from api.store.rls_context import act_for

LOOK_S = 5.0
REISSUE_AFTER = timedelta(days=1)


async def revoked_certificates(services: Services) -> list[Revoked]:
    """Return the certificates of every ward that were revoked and have not ended."""
    async with services.pool.connection() as conn, conn.transaction():
        await act_for(conn, None, Role.ADMIN)
        rows = await devices.revoked_certificates(conn)
    return [Revoked(serial=row["serial"], since=row["revoked_at"]) for row in rows]


async def keep_list(services: Services, path: Path) -> None:
    """Keep the list at ``path`` fresh for as long as the program runs."""
    written: tuple[str, ...] | None = None
    due = datetime.min.replace(tzinfo=UTC)
    while True:
        revoked = await revoked_certificates(services)
        serials = tuple(one.serial for one in revoked)
        now = datetime.fromtimestamp(services.real_s(), UTC)
        if serials != written or now >= due:
            write_whole(path, services.authority.revocation_list(revoked, now))
            written, due = serials, now + REISSUE_AFTER
        await asyncio.sleep(LOOK_S)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step: readers see the old content or the new, never a part.

    Two processes may write at once, as two of the API do: each has a draft of its own.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.draft")
    try:
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
