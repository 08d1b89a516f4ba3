"""SQL of the population model: how good its newest version has been."""

from api.store.types import Conn, Row


async def newest(conn: Conn) -> Row | None:
    """Return version, time of making and report of the newest version, None before the first."""
    cursor = await conn.execute(
        "SELECT version, made_at, report FROM population_model ORDER BY version DESC LIMIT 1"
    )
    return await cursor.fetchone()


async def versions(conn: Conn, before: int | None, limit: int) -> list[Row]:
    """Return versions with their reports, newest first; ``before`` that number, if given."""
    cursor = await conn.execute(
        "SELECT version, made_at, report FROM population_model"
        " WHERE %(before)s::int IS NULL OR version < %(before)s ORDER BY version DESC LIMIT %(n)s",
        {"before": before, "n": limit},
    )
    return await cursor.fetchall()
