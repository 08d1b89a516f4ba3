"""SQL of the outlet: what is still to be told outside, and how far the alerts' feed was told."""

from collections.abc import Sequence
from datetime import datetime

from api.store.types import Conn, Row

_WAITING = """
    SELECT o.id, o.at, o.kind, o.patient_no, o.frame_id, o.first, o.last, p.ward,
           coalesce(o.patient, p.id) AS patient
      FROM outlet o LEFT JOIN patient p ON p.no = o.patient_no AND p.erased_at IS NULL
     ORDER BY o.id LIMIT %s
"""
_ALERTS = """
    SELECT e.stream_id, p.id AS patient, e.ward, e.episode_id AS alert, e.event, e.at,
           coalesce(e.data ->> 'change', '') AS change, e.data ->> 'condition' AS condition,
           e.data ->> 'kind' AS kind, e.data ->> 'priority' AS priority,
           e.data ->> 'state' AS state, e.data ->> 'level' AS level,
           coalesce((e.data ->> 'call')::boolean, false) AS call,
           coalesce((e.data ->> 'historic')::boolean, false) AS historic,
           (e.data ->> 'started_at')::timestamptz AS started_at,
           (e.data ->> 'measured_at')::timestamptz AS measured_at,
           (e.data ->> 'raised_at')::timestamptz AS raised_at,
           (e.data ->> 'closed_at')::timestamptz AS closed_at, e.data ->> 'outcome' AS outcome
      FROM alert_event e LEFT JOIN patient p ON p.no = e.patient_no
     WHERE e.stream_id > %s AND (e.patient_no IS NULL OR p.erased_at IS NULL)
     ORDER BY e.stream_id LIMIT %s
"""
# Whoever is set up anew is told from now on; whoever was away for too long is told of the gap.
_WANT = """
    WITH was AS MATERIALIZED (SELECT wanted_until, alerts FROM outlet_state FOR UPDATE), gap AS (
        INSERT INTO outlet (kind, first, last)
        SELECT 'gap', wanted_until, now() FROM was WHERE wanted_until < now())
    UPDATE outlet_state s SET wanted_until = now() + make_interval(secs => %(wait_s)s),
           alerts = CASE WHEN was.wanted_until IS NULL
                         THEN (SELECT value FROM stream_position) ELSE s.alerts END
      FROM was
     WHERE was.wanted_until IS NULL
        OR was.wanted_until < now() + make_interval(secs => %(wait_s)s) - INTERVAL '1 minute'
"""
_DROP = """
    WITH gone AS (
        DELETE FROM outlet WHERE id IN (
            SELECT id FROM outlet WHERE at < now() - make_interval(secs => %(wait_s)s)
                AND kind = 'frame' ORDER BY id LIMIT %(limit)s)
        RETURNING at), told AS (
        INSERT INTO outlet (kind, first, last)
        SELECT 'gap', min(at), max(at) FROM gone HAVING count(*) > 0)
    SELECT count(*) AS n FROM gone
"""


async def want(conn: Conn, wait_s: float) -> None:
    """Say that there is an outlet, for so many real seconds from now."""
    await conn.execute(_WANT, {"wait_s": wait_s})


async def waiting(conn: Conn, limit: int) -> list[Row]:
    """Return what waits to be told, oldest first; of who is erased without ``patient``."""
    return await (await conn.execute(_WAITING, (limit,))).fetchall()


async def readings(conn: Conn, rows: Sequence[Row], metrics: Sequence[int]) -> list[Row]:
    """Return the readings of rows of the outlet, ``id`` the row's."""
    found = await conn.execute(
        "SELECT * FROM outlet_readings(%s, %s, %s, %s, %s, %s::smallint[])",
        (*_asked(rows), list(metrics)),
    )
    return await found.fetchall()


async def scores(conn: Conn, rows: Sequence[Row]) -> list[Row]:
    """Return what was computed after the frames of rows of the outlet, ``id`` the row's."""
    found = await conn.execute("SELECT * FROM outlet_scores(%s, %s, %s, %s, %s)", _asked(rows))
    return await found.fetchall()


def _asked(rows: Sequence[Row]) -> list[list[object]]:
    return [
        [row[name] for row in rows] for name in ("id", "patient_no", "frame_id", "first", "last")
    ]


async def told(conn: Conn, ids: Sequence[int]) -> None:
    """Forget rows that were told."""
    await conn.execute("DELETE FROM outlet WHERE id = ANY (%s)", (list(ids),))


async def drop_old(conn: Conn, wait_s: float, limit: int) -> int:
    """Forget frames that waited so many real seconds, and have the gap told; return how many."""
    row = await (await conn.execute(_DROP, {"wait_s": wait_s, "limit": limit})).fetchone()
    return int(row["n"]) if row else 0


async def alerts(conn: Conn, limit: int) -> tuple[int, list[Row]]:
    """Return how far the alerts' feed was told, and what follows."""
    row = await (await conn.execute("SELECT alerts FROM outlet_state")).fetchone()
    last = int(row["alerts"]) if row else 0
    return last, await (await conn.execute(_ALERTS, (last, limit))).fetchall()


async def alerts_told(conn: Conn, upto: int) -> None:
    """Write down how far the alerts' feed was told."""
    await conn.execute("UPDATE outlet_state SET alerts = %s", (upto,))


async def alerts_gone(conn: Conn) -> bool:
    """Have a gap told if events were forgotten before they were told; whether there is one."""
    found = await conn.execute(
        """WITH kept AS (SELECT min(stream_id) AS first FROM alert_event),
                lost AS (UPDATE outlet_state s SET alerts = kept.first - 1 FROM kept
                          WHERE kept.first > s.alerts + 1 AND s.wanted_until IS NOT NULL
                         RETURNING s.alerts)
           INSERT INTO outlet (kind, last) SELECT 'gap', now() FROM lost RETURNING id"""
    )
    return await found.fetchone() is not None


async def backlog(conn: Conn) -> tuple[int, datetime | None]:
    """Return how many rows wait, and since when the oldest does (real time)."""
    row = await (await conn.execute("SELECT count(*) AS n, min(at) AS at FROM outlet")).fetchone()
    return (int(row["n"]), row["at"]) if row else (0, None)
