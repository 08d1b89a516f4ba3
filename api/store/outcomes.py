"""What a ward achieves, counted by the database's own functions: no patient leaves it."""

from datetime import datetime, timedelta

from api.store.types import Conn, Row


async def counts(
    conn: Conn, ward: str | None, span: tuple[datetime, datetime], again: timedelta
) -> dict[str, Row]:
    """Return the counts by part, see ``ward_outcomes``; a part of which there is nothing is absent.

    Args:
        conn: a connection acting for who asks.
        ward: whose; None: every ward's.
        span: from, included, and until, not included.
        again: within which time after a stay another one is a readmission.
    """
    found = await conn.execute(
        "SELECT * FROM ward_outcomes(%s, %s, %s, %s)", (ward, span[0], span[1], again)
    )
    return {row["part"]: row for row in await found.fetchall()}


async def answers(conn: Conn, ward: str | None, span: tuple[datetime, datetime]) -> Row:
    """Return how fast alerts were answered and what people did, see ``ward_answers``."""
    found = await conn.execute("SELECT * FROM ward_answers(%s, %s, %s)", (ward, *span))
    row = await found.fetchone()
    if row is None:
        raise LookupError(ward)
    return row
