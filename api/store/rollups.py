"""SQL of roll-ups: what is rolled up by the hour and minute, and the readings where it is not.

An hour that is not rolled up, or was written into since, is read as it is stored: so are the ends
of what is asked for, and an hour in which a bucket ends. What is answered is the same either way.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg.rows import tuple_row

from api.store.types import Conn, Row

# What is asked decides what need not be read at all: a plan for any question reads it (20 times
# the time), planning costs some milliseconds.
_PLANNED_ANEW = False
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
_FINEST = timedelta(seconds=1)
_NEAT = [n for n in range(1, 60) if 60 % n == 0]

# A civil day begins at the place's own midnight; without a zone buckets are of equal length.
BUCKET = {
    True: "time_bucket(%(width)s, {at}, timezone => %(zone)s)",
    False: "time_bucket(%(width)s, {at})",
}

# The hours that may be answered from roll-ups, and what is left of the span beside them.
_PARTS = """
    WITH whole AS MATERIALIZED (
        SELECT r.hour FROM rollup_hour_seen r
         WHERE %(tier)s <> 'readings' AND r.patient_no = %(patient)s AND r.state = 'done'
           AND r.hour >= %(from)s AND r.hour <= %(to)s::timestamptz - INTERVAL '1 hour'
           AND (r.by_minute OR %(tier)s = 'hour')
           AND (%(tier)s = 'minute' OR {first} = {last})),
    other AS MATERIALIZED (
        SELECT unnest(tstzmultirange(tstzrange(%(from)s, %(to)s))
                      - coalesce(range_agg(tstzrange(hour, hour + INTERVAL '1 hour')), '{{}}'))
               AS span FROM whole)
"""
_OBSERVATIONS = """
    SELECT start, metric, min(min) AS min, sum(sum) / sum(count) AS mean, max(max) AS max,
           sum(count)::bigint AS count
      FROM (
        SELECT {rolled} AS start, r.metric, r.min, r.sum, r.max, r.count
          FROM observation_{tier}_seen r
         WHERE %(tier)s <> 'readings' AND r.patient_no = %(patient)s
           AND r.metric = ANY (%(metrics)s::smallint[])
           AND r.start >= %(from)s AND r.start < %(to)s
           AND time_bucket('1 hour', r.start) IN (SELECT hour FROM whole)
        UNION ALL
        SELECT {read}, s.metric, min(s.value), sum(s.value), max(s.value), count(*)
          FROM other CROSS JOIN LATERAL (
               SELECT o.time, o.metric, o.value FROM observation_seen o
                WHERE o.patient_no = %(patient)s AND o.metric = ANY (%(metrics)s::smallint[])
                  AND o.time >= %(from)s AND o.time < %(to)s
                  AND o.time >= lower(other.span) AND o.time < upper(other.span)) s
         GROUP BY 1, 2) parts
     WHERE %(first)s OR (start, metric::integer) > (%(after_time)s, %(after_metric)s)
     GROUP BY 1, 2 ORDER BY 1, 2 LIMIT %(limit)s
"""
_ASSESSMENTS = """
    SELECT start, max(newest) AS newest, max(low) AS low, max(high) AS high, max(band) AS band,
           max(score) AS score, max(risk) AS risk, bool_and(partial) AS partial
      FROM (
        SELECT {rolled} AS start, r.newest, r.low, r.high, r.band, r.score, r.risk, r.partial
          FROM assessment_{tier}_seen r
         WHERE %(tier)s <> 'readings' AND r.patient_no = %(patient)s
           AND r.start >= %(from)s AND r.start < %(to)s
           AND time_bucket('1 hour', r.start) IN (SELECT hour FROM whole)
        UNION ALL
        SELECT {read}, s.time, s.low, s.high, s.band, s.score, s.risk, s.score IS NULL
          FROM other CROSS JOIN LATERAL (
               SELECT a.time, a.low, a.high, a.band, a.score, a.risk FROM assessment_seen a
                WHERE a.patient_no = %(patient)s AND a.time >= %(from)s AND a.time < %(to)s
                  AND a.time >= lower(other.span) AND a.time < upper(other.span)) s) parts
     GROUP BY start ORDER BY start LIMIT %(limit)s
"""


class BucketRow(NamedTuple):
    """What was measured of one metric in one stretch of time, ``start`` its start."""

    start: datetime
    metric: int
    low: float
    mean: float
    high: float
    n: int


def tier_of(width: timedelta) -> str:
    """Return what buckets of a width are made of: ``hour``, ``minute`` or ``readings``."""
    if width >= HOUR:
        return "hour"
    return "minute" if width % MINUTE == timedelta() and HOUR % width == timedelta() else "readings"


def neat_width(span: tuple[datetime, datetime], most: int) -> timedelta:
    """Return a width of which ``most`` hold a span, made whole so that roll-ups can answer it.

    Below a minute whole seconds, else minutes that divide the hour, or whole hours.
    """
    least = max(_FINEST, timedelta(seconds=math.ceil((span[1] - span[0]).total_seconds() / most)))
    if least < MINUTE:
        return least
    return next((MINUTE * n for n in _NEAT if MINUTE * n >= least), HOUR * -(-least // HOUR))


def _text(statement: str, tier: str, *, civil: bool) -> str:
    bucket = BUCKET[civil]
    parts = _PARTS.format(
        first=bucket.format(at="r.hour"),
        last=bucket.format(at="r.hour + INTERVAL '1 hour' - INTERVAL '1 microsecond'"),
    )
    body = statement.format(
        rolled=bucket.format(at="r.start"),
        read=bucket.format(at="s.time"),
        tier="hour" if tier == "readings" else tier,
    )
    return parts + body


async def observations(
    conn: Conn,
    patient_no: int,
    metrics: Sequence[int],
    span: tuple[datetime, datetime],
    width: timedelta,
    *,
    zone: str | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[BucketRow]:
    """Lowest, mean, highest and count of each metric in buckets of ``width``, by time.

    A chart of weeks is thousands of them: plain tuples cost a third of what dictionaries do.

    Args:
        conn: a connection acting for who may see the patient.
        patient_no: whose readings.
        metrics: codes of the metrics.
        span: start, inclusive, and end.
        width: of a bucket.
        zone: buckets are civil days of it; None: they are of equal length.
        after: start and metric of the last bucket seen; None for the first page.
        limit: at most so many.
    """
    tier = tier_of(width)
    asked = {
        "tier": tier,
        "width": width,
        "zone": zone,
        "patient": patient_no,
        "metrics": list(metrics),
        "from": max(span[0], after[0]) if after else span[0],
        "to": span[1],
        "first": after is None,
        "after_time": after[0] if after else span[0],
        "after_metric": after[1] if after else 0,
        "limit": limit,
    }
    statement = _text(_OBSERVATIONS, tier, civil=zone is not None)
    async with conn.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(statement, asked, prepare=_PLANNED_ANEW)
        return list(map(BucketRow._make, await cursor.fetchall()))


async def assessments(
    conn: Conn,
    patient_no: int,
    span: tuple[datetime, datetime],
    width: timedelta,
    *,
    zone: str | None,
    limit: int,
) -> list[Row]:
    """The worst of the scores in buckets, as :func:`observations` cuts them."""
    tier = tier_of(width)
    asked = {
        "tier": tier,
        "width": width,
        "zone": zone,
        "patient": patient_no,
        "from": span[0],
        "to": span[1],
        "limit": limit,
    }
    statement = _text(_ASSESSMENTS, tier, civil=zone is not None)
    return await (await conn.execute(statement, asked, prepare=_PLANNED_ANEW)).fetchall()


async def roll_up(conn: Conn, metrics: Sequence[int], most: int, dense: int) -> int:
    """Roll up some of the hours that are due; return how many.

    Args:
        conn: a connection with the engine's rights, inside a transaction.
        metrics: codes of all metrics.
        most: at most so many hours of patients.
        dense: an hour with so many readings of one metric is rolled up by the minute too.
    """
    found = await conn.execute(
        "SELECT roll_up(%s::smallint[], %s, %s) AS n", (list(metrics), most, dense)
    )
    row = await found.fetchone()
    return int(row["n"]) if row else 0
