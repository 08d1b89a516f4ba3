"""SQL of how somebody has chosen to see the panel."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_KEEP = """
    INSERT INTO panel_choice (user_id, columns, sort, show, changed_at)
    VALUES (%(user)s, %(columns)s, %(sort)s, %(show)s, %(now)s)
    ON CONFLICT (user_id) DO UPDATE SET columns = excluded.columns, sort = excluded.sort,
        show = excluded.show, changed_at = excluded.changed_at
"""


async def of(conn: Conn, user_id: UUID) -> Row | None:
    """Return what somebody has chosen; None: nothing ever."""
    found = await conn.execute(
        "SELECT columns, sort, show FROM panel_choice WHERE user_id = %s", (user_id,)
    )
    return await found.fetchone()


async def keep(conn: Conn, user_id: UUID, choice: Row, now: datetime) -> None:
    """Keep a choice in place of the one before."""
    await conn.execute(_KEEP, {**choice, "user": user_id, "now": now})
