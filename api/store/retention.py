"""SQL of what is over its period: removed by kind, each in one transaction with its proof."""

from datetime import datetime

from api.store.types import Conn, Row


async def last_run(conn: Conn) -> datetime | None:
    """Ward time of the newest run that the audit tells of; None before the first."""
    found = await conn.execute("SELECT last_retention_run() AS at")
    row = await found.fetchone()
    return row["at"] if row else None


async def remove(conn: Conn, kind: str, cut_off: datetime, now: datetime) -> Row | None:
    """Remove what of a kind is over a cut-off, and write the proof; None: there was nothing.

    Args:
        conn: the engine's login, inside a transaction.
        kind: as ``retention_parts`` of the schema has it, or ``audit`` or ``people``.
        cut_off: what is older goes: real time for ``sessions``, the ward's for the others.
        now: ward time, for the audit.
    """
    found = await conn.execute(
        "SELECT remove_over_period(%s, %s, %s) AS proof", (kind, cut_off, now)
    )
    row = await found.fetchone()
    return row["proof"] if row else None


async def over(conn: Conn, kind: str, cut_off: datetime) -> int:
    """How many rows of a kind are over a cut-off now."""
    found = await conn.execute("SELECT rows_over(%s, %s) AS n", (kind, cut_off))
    row = await found.fetchone()
    return int(row["n"]) if row else 0


async def newest_run(conn: Conn) -> Row | None:
    """Time and detail of the newest run that the audit tells of."""
    found = await conn.execute(
        "SELECT id, at, detail FROM audit WHERE action = 'retention.run' ORDER BY id DESC LIMIT 1"
    )
    return await found.fetchone()


async def proofs(conn: Conn) -> list[Row]:
    """Every proof of a removal that the audit holds, oldest first."""
    found = await conn.execute(
        "SELECT id, at, detail FROM audit WHERE action = 'retention.remove' ORDER BY id"
    )
    return await found.fetchall()
