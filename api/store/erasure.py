"""SQL of erasing a person, and of what was written about people before it was sealed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import errors

from api.store.types import Conn, Row

_SEALED = "sealed.1.%"
_TRIES, _PAUSE_S = 8, 0.1


async def erase(conn: Conn, patient_no: int, now: datetime) -> None:
    """Destroy the key, end devices and accounts, and let nobody see the person again."""
    await conn.execute("SELECT erase_person(%s, %s)", (patient_no, now))


async def records_of_one(conn: Conn, patient_no: int) -> dict[int, str]:
    """State of each record of one person, by number: this one, and those merged with it; held."""
    found = await conn.execute(
        """
        SELECT p.no, p.state FROM patient p
         WHERE coalesce(p.merged_into, p.no)
               = (SELECT coalesce(s.merged_into, s.no) FROM patient s WHERE s.no = %s)
         ORDER BY p.no FOR NO KEY UPDATE OF p
        """,
        (patient_no,),
    )
    return {row["no"]: row["state"] for row in await found.fetchall()}


async def purge(conn: Conn) -> int:
    """Delete every row of people erased within the last day; return how many rows there were.

    Whoever adds a row meanwhile, not knowing of the erasure yet, can be in the way of a row that
    it points at: then all is tried again, a few times. What is left the next look takes.
    """
    for _ in range(_TRIES):
        try:
            async with conn.transaction():
                row = await (await conn.execute("SELECT purge_erased() AS n")).fetchone()
                return int(row["n"]) if row else 0
        except (errors.ForeignKeyViolation, errors.DeadlockDetected):
            await asyncio.sleep(_PAUSE_S)
    return 0


async def devices_in_clear(conn: Conn, limit: int) -> list[Row]:
    """Devices whose kind and serial stand in the clear, with their patients' keys; locked."""
    found = await conn.execute(
        """
        SELECT d.no, d.kind, d.serial, p.id, k.master_version, k.wrapped
          FROM device d JOIN patient p ON p.no = d.patient_no
          JOIN patient_key k ON k.patient_no = p.no
         WHERE d.kind NOT LIKE %(sealed)s
         ORDER BY d.no LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
        """,
        {"sealed": _SEALED, "limit": limit},
    )
    return await found.fetchall()


async def seal_device(conn: Conn, device_no: int, kind: str | None, serial: str | None) -> None:
    """Write a device's kind and serial as they are sealed."""
    await conn.execute(
        "UPDATE device SET kind = %s, serial = %s WHERE no = %s", (kind, serial, device_no)
    )


async def mark_serial(conn: Conn, device_no: int, mark: int | None) -> None:
    """Write by what a device's serial is compared.

    Raises:
        psycopg.errors.ExclusionViolation: another device in use has it.
    """
    await conn.execute("UPDATE device SET serial_mark = %s WHERE no = %s", (mark, device_no))


async def comments_in_clear(conn: Conn, limit: int) -> list[Row]:
    """Alerts of patients whose comment stands in the clear, with the patients' keys."""
    found = await conn.execute(
        """
        SELECT e.id AS episode, e.comment, p.id, k.master_version, k.wrapped
          FROM episode e JOIN patient p ON p.no = e.patient_no
          JOIN patient_key k ON k.patient_no = p.no
         WHERE e.comment <> '' AND e.comment NOT LIKE %s ORDER BY e.id LIMIT %s
        """,
        (_SEALED, limit),
    )
    return await found.fetchall()


async def seal_comments(conn: Conn, sealed: Sequence[tuple[str | None, UUID, str]]) -> None:
    """Write comments as they are sealed (the engine's login), but none that was changed since."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            "UPDATE episode SET comment = %s WHERE id = %s AND comment = %s", sealed
        )
