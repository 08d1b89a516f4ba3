"""SQL of the population model: how good its newest version has been."""

from api.store.types import Conn, Row


async def newest(conn: Conn) -> Row | None:
    """Return version, time of making and report of the newest version, None before the first."""
    cursor = await conn.execute(
        "SELECT version, made_at, report FROM population_model ORDER BY version DESC LIMIT 1"
    )
    return await cursor.fetchone()
