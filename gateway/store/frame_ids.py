"""Small errands inside a batch's transaction: a block of frame ids, a wake-up."""

from psycopg import Connection

from gateway.store.connection import Row

OUTBOX = "homeward_outbox"


def next_block(connection: Connection[Row]) -> int:
    """The first id of a block of 100,000 that nobody else has."""
    row = connection.execute("SELECT nextval('frame_block')").fetchone()
    return int(row[0]) if row else 0


def wake_engine(connection: Connection[Row]) -> None:
    """Wake the alert engine once this transaction is committed."""
    connection.execute("SELECT pg_notify(%s, '')", (OUTBOX,))
