"""Signed frames that lie in quarantine, by their numbers."""

from collections.abc import Collection

from psycopg import Connection

from gateway.store.batch_reads import Identity
from gateway.store.connection import Row

AT_ONE_NUMBER = 8
"""The oldest of so many frames are looked at; a device that says more under one number is cloned,
and each further one is another conflict."""

_SIGNED = """
    SELECT device_no, boot, seq, payload
      FROM (SELECT q.device_no, q.boot, q.seq, q.payload,
                   row_number() OVER (PARTITION BY q.device_no, q.boot, q.seq ORDER BY q.id) place
              FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) i(device_no, boot, seq)
              JOIN quarantine q USING (device_no, boot, seq)
             WHERE q.signed) held
     WHERE place <= %s
"""


def signed_frames(
    connection: Connection[Row], identities: Collection[Identity]
) -> list[tuple[Identity, bytes]]:
    """The payloads, as they came, of signed frames in quarantine under these numbers."""
    if not identities:
        return []
    columns = [list(column) for column in zip(*identities, strict=True)]
    rows = connection.execute(_SIGNED, [*columns, AT_ONE_NUMBER])
    return [((device_no, boot, seq), bytes(raw)) for device_no, boot, seq, raw in rows]
