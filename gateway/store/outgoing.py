"""Commands on their way to devices."""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import Connection

from gateway.store.arrangements import to_ms
from gateway.store.models import instant_of
from gateway.store.session import Row

_EXPIRE = """
    UPDATE command SET state = 'expired', changed_at = %s
     WHERE state = 'queued' AND expires <= %s AND bucket = ANY (%s)
"""
_QUEUED = """
    SELECT id::text, device_no, command, args, issued, expires FROM command
     WHERE state = 'queued' AND bucket = ANY (%s)
     ORDER BY issued LIMIT %s FOR UPDATE SKIP LOCKED
"""
_SENT = """
    UPDATE command SET state = 'sent', changed_at = %s WHERE id = ANY (%s::uuid[])
"""


class QueuedCommand(NamedTuple):
    """A command that waits for its device."""

    id: str
    device_no: int
    command: str
    args: dict[str, str | int | float]
    issued_ms: int
    expires_ms: int


def queued(
    connection: Connection[Row], buckets: Sequence[int], now_ms: int, most: int
) -> list[QueuedCommand]:
    """The commands that wait, oldest first; those too late are marked so."""
    now, own = instant_of(now_ms), list(buckets)
    connection.execute(_EXPIRE, (now, now, own))
    rows = connection.execute(_QUEUED, (own, most))
    return [
        QueuedCommand(id_, no, name, args, to_ms(issued) or 0, to_ms(expires) or 0)
        for id_, no, name, args, issued, expires in rows
    ]


def mark_sent(connection: Connection[Row], ids: Sequence[str], now_ms: int) -> None:
    """Say that these were published."""
    connection.execute(_SENT, (instant_of(now_ms), list(ids)))
