"""Commands on their way to devices."""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import Connection

from gateway.store.connection import Row
from gateway.store.models import instant_of
from gateway.store.registry import to_ms

_EXPIRE = """
    UPDATE command SET state = 'expired', changed_at = %s, args = args - 'token'
     WHERE state = 'queued' AND expires <= %s AND bucket = ANY (%s)
"""
_QUEUED = """
    SELECT id::text, device_no, command, args, issued, expires FROM command
     WHERE state = 'queued' AND bucket = ANY (%s)
     ORDER BY issued LIMIT %s FOR UPDATE SKIP LOCKED
"""
_LAPSED = """
    UPDATE command SET state = 'expired', changed_at = %s, args = args - 'token'
     WHERE id IN (SELECT id FROM command WHERE state IN ('queued', 'sent') AND expires <= %s
                   FOR UPDATE SKIP LOCKED)
"""
_UNANSWERED = """
    SELECT id::text, device_no, command, args, issued, expires FROM command
     WHERE device_no = ANY (%s) AND state = 'sent' AND changed_at < %s AND expires > %s
     ORDER BY issued LIMIT %s
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
    return [_command(row) for row in connection.execute(_QUEUED, (own, most))]


def unanswered(
    connection: Connection[Row], devices: Sequence[int], now_ms: int, most: int
) -> list[QueuedCommand]:
    """What was sent to these devices before now, has no receipt and still counts, oldest first."""
    now = instant_of(now_ms)
    rows = connection.execute(_UNANSWERED, (list(devices), now, now, most))
    return [_command(row) for row in rows]


def lapse(connection: Connection[Row], now_ms: int) -> None:
    """Mark what is too late and was never answered."""
    now = instant_of(now_ms)
    connection.execute(_LAPSED, (now, now))


def _command(row: Row) -> QueuedCommand:
    id_, no, name, args, issued, expires = row
    return QueuedCommand(id_, no, name, args, to_ms(issued) or 0, to_ms(expires) or 0)


def mark_sent(connection: Connection[Row], ids: Sequence[str], now_ms: int) -> None:
    """Say that these were published; they keep what they say, since it may have to be repeated."""
    connection.execute(_SENT, (instant_of(now_ms), list(ids)))
