"""SQL of the throttles; windows are real time."""

from collections.abc import Sequence

from api.store.types import Conn, Row


async def count(conn: Conn, key: str, window_s: int) -> Row:
    """Count one attempt; answer how many there were in the window and seconds until it ends."""
    found = await conn.execute(
        """
        INSERT INTO login_throttle AS t (key, failures, window_start) VALUES (%(key)s, 1, now())
        ON CONFLICT (key) DO UPDATE SET
            failures = CASE WHEN t.window_start < now() - make_interval(secs => %(window)s)
                            THEN 1 ELSE least(t.failures + 1, 1000000) END,
            window_start = CASE WHEN t.window_start < now() - make_interval(secs => %(window)s)
                                THEN now() ELSE t.window_start END
        RETURNING failures,
            ceil(extract(epoch FROM window_start - now()) + %(window)s)::integer AS wait_s
        """,
        {"key": key, "window": window_s},
    )
    row = await found.fetchone()
    return row or {"failures": 0, "wait_s": 0}


async def give_back(conn: Conn, key: str) -> None:
    """Take one attempt off the count."""
    await conn.execute(
        "UPDATE login_throttle SET failures = greatest(failures - 1, 0) WHERE key = %s", (key,)
    )


async def forget(conn: Conn, keys: Sequence[str]) -> None:
    """Delete counts."""
    await conn.execute("DELETE FROM login_throttle WHERE key = ANY (%s)", (list(keys),))
