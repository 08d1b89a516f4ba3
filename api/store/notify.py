"""Wake-ups between the programs: a notification says that there is something, never what."""

from api.store.types import Conn


async def wake_rota(conn: Conn, cause: str) -> None:
    """Wake the re-planner; ``cause`` is written into the plan."""
    await conn.execute("SELECT pg_notify('homeward_rota', %s)", (cause,))


async def wake_duty(conn: Conn, cause: str) -> None:
    """Wake the alert engine: it may be for somebody else now whom open alerts are for."""
    await conn.execute("SELECT pg_notify('homeward_duty', %s)", (cause,))


async def wake_gateway(conn: Conn, what: str) -> None:
    """Wake the gateway's lanes: somebody added something to one."""
    await conn.execute("SELECT pg_notify('homeward_inbox', %s)", (what,))
