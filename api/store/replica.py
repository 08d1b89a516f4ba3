"""SQL of a replica: how far behind the primary it is at most."""

from api.store.types import Conn


async def behind_s(replica: Conn, primary: Conn) -> float | None:
    """Return the real seconds that what a replica shows is old at most; None: nobody can tell.

    The leaders' newest sign of life is a moment by the primary's clock, taken before it was
    committed: whatever was committed before that moment is there too. No clock but the primary's
    is in it.

    Args:
        replica: in a transaction that keeps one snapshot: what is read in it then is as old.
        primary: the primary.
    """
    found = await replica.execute("SELECT max(beat) AS beat FROM engine_leader")
    beat = await found.fetchone()
    if beat is None or beat["beat"] is None:
        return None
    found = await primary.execute(
        "SELECT extract(epoch FROM clock_timestamp() - %s)::float8 AS s", (beat["beat"],)
    )
    row = await found.fetchone()
    return None if row is None else float(row["s"])
