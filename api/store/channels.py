"""How people are called, and which other systems are told: channels and webhooks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_LAST = """
    LEFT JOIN LATERAL (
        SELECT n.state, n.change, n.called_at, n.sent_at, n.delivered_at, n.opened_at, n.failure
          FROM notice n WHERE n.{column} = c.id ORDER BY n.called_at DESC, n.id LIMIT 1) l ON true
"""
_SHOWN = """
    SELECT c.*, l.state, l.change, l.called_at, l.sent_at, l.delivered_at, l.opened_at,
           l.failure AS last_failure
      FROM {table} c {last}
"""
_OWN = _SHOWN.format(table="notice_channel", last=_LAST.format(column="channel_id"))
_HOOKS = _SHOWN.format(table="webhook", last=_LAST.format(column="webhook_id"))

_PUT = """
    INSERT INTO notice_channel (id, user_id, kind, sealed, position, quiet_from, quiet_until,
                                created_at)
    VALUES (%(id)s, %(user_id)s, %(kind)s, %(sealed)s, %(position)s, %(quiet_from)s,
            %(quiet_until)s, %(now)s)
    ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, position = excluded.position,
        quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until
"""

_FAILING = """
    SELECT u.ward, u.role, c.kind, c.id FROM notice_channel c JOIN app_user u ON u.id = c.user_id
     WHERE c.failed_at > coalesce(c.worked_at, '-infinity')
    UNION ALL
    SELECT w.ward, 'admin', 'webhook', w.id FROM webhook w
     WHERE w.failed_at > coalesce(w.worked_at, '-infinity')
    UNION ALL
    SELECT c.ward, 'contact', c.kind, c.id FROM (
        SELECT DISTINCT ON (ward, kind) ward, kind, id, state, called_at FROM notice
         WHERE contact AND state IN ('sent', 'failed', 'seen')
         ORDER BY ward, kind, called_at DESC) c
     WHERE c.state = 'failed' AND c.called_at > (
           SELECT max(s.set_at) FROM ward_settings s WHERE s.ward = c.ward)
"""


async def of_user(conn: Conn, user_id: UUID) -> list[Row]:
    """Return a person's channels in the order in which they are tried, with their last notice."""
    found = await conn.execute(_OWN + " WHERE c.user_id = %s ORDER BY c.position, c.id", (user_id,))
    return await found.fetchall()


async def put(conn: Conn, channel: Row) -> None:
    """Write one channel whole; what is known of its notices stays."""
    await conn.execute(_PUT, channel)


async def keep_only(conn: Conn, user_id: UUID, ids: Sequence[UUID]) -> int:
    """Remove a person's channels but these; how many were removed."""
    found = await conn.execute(
        "DELETE FROM notice_channel WHERE user_id = %s AND id <> ALL (%s)", (user_id, list(ids))
    )
    return found.rowcount


async def remove(conn: Conn, user_id: UUID, channel_id: UUID) -> bool:
    """Remove one channel of a person; False if it is not theirs."""
    found = await conn.execute(
        "DELETE FROM notice_channel WHERE user_id = %s AND id = %s", (user_id, channel_id)
    )
    return found.rowcount > 0


async def webhooks(conn: Conn) -> list[Row]:
    """Return every webhook with its last notice, the oldest first."""
    return await (await conn.execute(_HOOKS + " ORDER BY c.created_at, c.id")).fetchall()


async def add_webhook(conn: Conn, webhook: Row) -> None:
    """Add a webhook."""
    await conn.execute(
        """INSERT INTO webhook (id, ward, sealed, created_by, created_at)
           VALUES (%(id)s, %(ward)s, %(sealed)s, %(created_by)s, %(now)s)""",
        webhook,
    )


async def remove_webhook(conn: Conn, webhook_id: UUID) -> bool:
    """Remove a webhook; False if there is none."""
    found = await conn.execute("DELETE FROM webhook WHERE id = %s", (webhook_id,))
    return found.rowcount > 0


async def failing(conn: Conn) -> list[Row]:
    """Return what does not work, with the ward whom it concerns; None: every ward."""
    return await (await conn.execute(_FAILING)).fetchall()


async def note(conn: Conn, row: Row, now: datetime, *, failure: str | None, worked: bool) -> None:
    """Keep of the channel or webhook of a notice whether it works.

    Args:
        conn: the sender's.
        row: the notice's, with ``channel_id`` and ``webhook_id``.
        now: ward time.
        failure: why it does not.
        worked: whether it does.
    """
    if row["contact"]:
        return  # what came of it stands with the notice itself
    asked = {"now": now, "failure": failure, **row}
    what = (
        "worked_at = %(now)s, failure = NULL"
        if worked
        else ("failed_at = %(now)s, failure = %(failure)s")
    )
    table, key = (
        ("webhook", "webhook_id") if row["webhook_id"] else ("notice_channel", "channel_id")
    )
    await conn.execute(f"UPDATE {table} SET {what} WHERE id = %({key})s".encode(), asked)  # noqa: S608


async def tell_site(conn: Conn, change: str, told: Row, now: datetime) -> int:
    """Write a notice for each webhook of the whole site; return how many there are."""
    found = await conn.execute(
        """INSERT INTO notice (ward, webhook_id, kind, priority, change, told, called_at)
           SELECT 'main', id, 'webhook', 'low', %s, %s, %s FROM webhook WHERE ward IS NULL""",
        (change, Jsonb(told), now),
    )
    return found.rowcount
