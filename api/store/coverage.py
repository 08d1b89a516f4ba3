"""SQL of coverage: readings and frames of one device by local day, and the holes in its numbers."""

from datetime import datetime

from api.store.types import Conn, Row

_HOURS = """
    SELECT (o.time AT TIME ZONE %(zone)s)::date AS day, o.metric, count(*) AS count
      FROM observation_seen o
     WHERE o.patient_no = %(patient)s AND o.device_no = %(device)s
       AND o.time >= %(start)s AND o.time < %(end)s
     GROUP BY 1, 2, date_trunc('hour', o.time)
"""
_FRAMES = """
    SELECT (f.time AT TIME ZONE %(zone)s)::date AS day, count(*) AS count
      FROM signed_frame_seen f
     WHERE f.device_no = %(device)s AND f.time >= %(start)s AND f.time < %(end)s
     GROUP BY 1
"""
# ``also`` holds pairs, first and last handled above ``upto``: before each first there is a hole.
_HOLES = """
    SELECT w.boot, w.also[i] AS seq, w.also[i] - coalesce(w.also[i - 1], w.upto) - 1 AS missing
      FROM device_window w, generate_series(1, cardinality(w.also), 2) AS i
     WHERE w.device_no = %(device)s
"""
_MISSING = f"""
    WITH hole AS ({_HOLES})
    SELECT (s.time AT TIME ZONE %(zone)s)::date AS day,
           least(sum(hole.missing), 9007199254740991)::bigint AS count
      FROM hole JOIN (
        SELECT f.boot, f.seq, f.time FROM signed_frame_seen f
         WHERE f.device_no = %(device)s AND f.time >= %(start)s AND f.time < %(end)s
        UNION
        SELECT q.boot, q.seq, min(q.received) FROM quarantine_seen q
         WHERE q.device_no = %(device)s AND q.signed
           AND q.received >= %(start)s AND q.received < %(end)s
           AND NOT EXISTS (SELECT FROM signed_frame_seen f WHERE f.device_no = q.device_no
                              AND f.boot = q.boot AND f.seq = q.seq)
         GROUP BY q.boot, q.seq) s USING (boot, seq)
     GROUP BY 1
"""  # noqa: S608 - our own text


class CoverageQuery(dict[str, object]):
    """Parameters of these statements."""

    def __init__(self, row: Row, span: tuple[datetime, datetime], zone: str) -> None:
        super().__init__(
            device=row["no"], patient=row["patient_no"], start=span[0], end=span[1], zone=zone
        )


async def hours(conn: Conn, asked: CoverageQuery) -> list[Row]:
    """Readings by mapped time: ``day``, ``metric`` and ``count``, a row for each hour."""
    return await (await conn.execute(_HOURS, asked)).fetchall()


async def frames(conn: Conn, asked: CoverageQuery) -> list[Row]:
    """Frames by time of receipt: ``day`` and ``count``."""
    return await (await conn.execute(_FRAMES, asked)).fetchall()


async def missing(conn: Conn, asked: CoverageQuery) -> list[Row]:
    """Frames missing, by the day on which the next one came: ``day`` and ``count``."""
    return await (await conn.execute(_MISSING, asked)).fetchall()


async def missing_in_all(conn: Conn, asked: CoverageQuery) -> int:
    """How many numbers are missing below ones that were handled, in every kept boot."""
    statement = f"""
        SELECT least(coalesce(sum(missing), 0), 9007199254740991)::bigint AS count
          FROM ({_HOLES}) hole
    """  # noqa: S608 - our own text
    row = await (await conn.execute(statement, asked)).fetchone()
    return int(row["count"]) if row else 0
