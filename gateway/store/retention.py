"""Keeping the quarantine within its quotas, and windows of boots long silent out of the way."""

from psycopg import Connection

from gateway.store.connection import Row
from gateway.store.models import instant_of

_OVER = """
    DELETE FROM quarantine q USING (
        SELECT id, row_number() OVER (PARTITION BY coalesce(device_no, 0) ORDER BY id DESC) AS place
          FROM quarantine WHERE NOT signed) ranked
     WHERE q.id = ranked.id AND ranked.place > %s
"""
_SIGNED = """
    SELECT coalesce(device_no, 0), count(*), sum(octet_length(payload))
      FROM quarantine WHERE signed GROUP BY 1
"""
_OLD_WINDOWS = """
    DELETE FROM device_window w
     WHERE w.last_received < %s AND w.upto = w.highest
       AND EXISTS (SELECT FROM device_window n WHERE n.device_no = w.device_no AND n.boot > w.boot)
"""


def old_quarantine(connection: Connection[Row], before_ms: int) -> None:
    """Forget the bytes of frames refused before this; their counts stay."""
    connection.execute("DELETE FROM quarantine WHERE received < %s", (instant_of(before_ms),))


def unsigned_over(connection: Connection[Row], most: int) -> None:
    """Keep only the newest unsigned frames of each device."""
    connection.execute(_OVER, (most,))


def signed_kept(connection: Connection[Row]) -> dict[int, tuple[int, int]]:
    """How many signed frames are kept of each device, and how many bytes they are."""
    return {no: (frames, size) for no, frames, size in connection.execute(_SIGNED)}


def old_windows(connection: Connection[Row], before_ms: int) -> None:
    """Forget the windows of boots that have been silent since before this, and are whole.

    A hole is a loss and stays shown. The newest boot of a device tells which numbers are new.
    """
    connection.execute(_OLD_WINDOWS, (instant_of(before_ms),))
