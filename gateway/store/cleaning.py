"""Keeping the quarantine within its quotas, and windows of boots long silent out of the way."""

from psycopg import Connection

from gateway.store.models import instant_of
from gateway.store.session import Row

_OVER = """
    DELETE FROM quarantine q USING (
        SELECT id, row_number() OVER (PARTITION BY coalesce(device_no, 0) ORDER BY id DESC) AS place
          FROM quarantine WHERE NOT signed) ranked
     WHERE q.id = ranked.id AND ranked.place > %s
"""
_SIGNED = """
    SELECT coalesce(device_no, 0), count(*) FROM quarantine WHERE signed GROUP BY 1
"""


def old_quarantine(connection: Connection[Row], before_ms: int) -> None:
    """Forget the bytes of frames refused before this; their counts stay."""
    connection.execute("DELETE FROM quarantine WHERE received < %s", (instant_of(before_ms),))


def unsigned_over(connection: Connection[Row], most: int) -> None:
    """Keep only the newest unsigned frames of each device."""
    connection.execute(_OVER, (most,))


def signed_kept(connection: Connection[Row]) -> dict[int, int]:
    """How many signed frames are kept of each device."""
    return dict(connection.execute(_SIGNED).fetchall())


def old_windows(connection: Connection[Row], before_ms: int) -> None:
    """Forget the windows of boots that have been silent since before this."""
    statement = "DELETE FROM device_window WHERE last_received < %s"
    connection.execute(statement, (instant_of(before_ms),))
