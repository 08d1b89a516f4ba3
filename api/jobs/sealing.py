"""Seals what people wrote about patients before such text was sealed: no migration has the keys.

Comments on alerts, and the kind and serial of devices. A serial that two devices in use bear is
left without its mark: neither is taken away from anybody, and the log names both.
"""

import asyncio

import psycopg
import structlog

from analytics.domain.care import Role
from api.services import Services
from api.store import erasure
from api.store.rls_context import act_for
from api.store.types import Conn, Row
from api.vault import personal_data
from api.vault.envelope import Vault

LOOK_S = 3600.0
AT_ONCE = 200
_log = structlog.get_logger("api.sealing")


async def seal_devices(conn: Conn, vault: Vault) -> int:
    """Seal kind and serial of some devices, at most two hundred; how many they were.

    Args:
        conn: a connection with the API's rights, inside a transaction.
        vault: gives the patients' keys.
    """
    await act_for(conn, None, Role.ADMIN)
    rows = await erasure.devices_in_clear(conn, AT_ONCE)
    for row in rows:
        text = personal_data.text_of(vault, row)
        mark = await personal_data.serial_mark(conn, vault, row["serial"])
        await erasure.seal_device(conn, row["no"], text.seal(row["kind"]), text.seal(row["serial"]))
        await _mark(conn, row, mark)
    return len(rows)


async def _mark(conn: Conn, row: Row, mark: int | None) -> None:
    try:
        async with conn.transaction():
            await erasure.mark_serial(conn, row["no"], mark)
    except psycopg.errors.ExclusionViolation:
        _log.warning("one serial number is in use twice: release one", device_no=row["no"])


async def seal_comments(services: Services) -> int:
    """Seal some comments: read with the API's rights, written with the engine's; how many."""
    async with services.pool.connection() as conn, conn.transaction():
        await act_for(conn, None, Role.ADMIN)
        rows = await erasure.comments_in_clear(conn, AT_ONCE)
    sealed = [
        (
            personal_data.text_of(services.vault, row).seal(row["comment"]),
            row["episode"],
            row["comment"],
        )
        for row in rows
    ]
    if sealed:
        async with services.engine_pool.connection() as conn, conn.transaction():
            await erasure.seal_comments(conn, sealed)
    return len(rows)


async def seal_all(services: Services) -> None:
    """Seal everything, then look every hour for as long as the program runs."""
    while True:
        async with services.pool.connection() as conn, conn.transaction():
            done = await seal_devices(conn, services.vault)
        done = max(done, await seal_comments(services))
        await asyncio.sleep(0.0 if done == AT_ONCE else LOOK_S)
