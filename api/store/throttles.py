"""SQL of the throttles and of the places that an account signed in from; times are real."""

from collections.abc import Sequence
from uuid import UUID

from api.store.types import Conn, Row

_SWEPT_AT_ONCE = 20


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


async def queue(conn: Conn, key: str, pace_s: float, most_s: float) -> float | None:
    """Take the next place in a key's queue: seconds until it comes, None if that is too long."""
    found = await conn.execute(
        """
        UPDATE login_throttle
           SET next_look = greatest(coalesce(next_look, now()), now())
                           + make_interval(secs => %(pace)s)
         WHERE key = %(key)s
           AND coalesce(next_look, now()) <= now() + make_interval(secs => %(most)s)
        RETURNING greatest(extract(epoch FROM next_look - now()) - %(pace)s, 0) AS wait_s
        """,
        {"key": key, "pace": pace_s, "most": most_s},
    )
    row = await found.fetchone()
    return None if row is None else float(row["wait_s"])


async def sweep(conn: Conn, window_s: int) -> None:
    """Delete a few counts whose window is over; rows that somebody holds are left."""
    await conn.execute(
        """
        DELETE FROM login_throttle WHERE key IN (
            SELECT key FROM login_throttle
             WHERE window_start < now() - make_interval(secs => %s)
             ORDER BY window_start LIMIT %s FOR UPDATE SKIP LOCKED)
        """,
        (window_s, _SWEPT_AT_ONCE),
    )


async def give_back(conn: Conn, key: str) -> None:
    """Take one attempt off the count."""
    await conn.execute(
        "UPDATE login_throttle SET failures = greatest(failures - 1, 0) WHERE key = %s", (key,)
    )


async def forget(conn: Conn, keys: Sequence[str]) -> None:
    """Delete counts."""
    await conn.execute("DELETE FROM login_throttle WHERE key = ANY (%s)", (list(keys),))


async def failed(conn: Conn) -> int:
    """How many log-ins failed or were refused lately; as the engine."""
    found = await conn.execute(
        """
        SELECT coalesce(sum(failures), 0)::bigint AS n FROM login_throttle
         WHERE key LIKE 'pair:%' AND window_start > now() - interval '15 minutes'
        """
    )
    row = await found.fetchone()
    return int(row["n"]) if row else 0


async def knows(conn: Conn, username: str, places: Sequence[str], days: int) -> bool:
    """Whether the account of that name signed in from one of these places lately."""
    found = await conn.execute(
        """
        SELECT FROM login_place p JOIN app_user u ON u.id = p.user_id
         WHERE u.username = %s AND p.place = ANY (%s)
           AND p.seen_at > now() - make_interval(days => %s) LIMIT 1
        """,
        (username, list(places), days),
    )
    return await found.fetchone() is not None


async def remember(conn: Conn, user_id: UUID, places: Sequence[str], most: int) -> None:
    """Note the places that an account has just signed in from; the newest ``most`` are kept."""
    await conn.execute(
        """
        INSERT INTO login_place (user_id, place, seen_at)
        SELECT %s, unnest(%s::text[]), now()
        ON CONFLICT (user_id, place) DO UPDATE SET seen_at = excluded.seen_at
        """,
        (user_id, list(places)),
    )
    await conn.execute(
        """
        DELETE FROM login_place WHERE user_id = %(user)s AND place NOT IN (
            SELECT place FROM login_place WHERE user_id = %(user)s
             ORDER BY seen_at DESC LIMIT %(most)s)
        """,
        {"user": user_id, "most": most},
    )


async def forget_places(conn: Conn, user_id: UUID) -> None:
    """Forget where an account signed in: its password was set by somebody else."""
    await conn.execute("DELETE FROM login_place WHERE user_id = %s", (user_id,))
