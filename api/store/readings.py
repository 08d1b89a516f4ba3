"""SQL of readings: observations raw and in buckets, entries by staff, assessments, signed frames.

The API's role has no grant on the hypertables: it reads them through the owner's views, which
filter by ``visible_patients()``.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_FIRST_SPAN, _LONGER = timedelta(hours=1), 8

# One index scan for each metric, so that a page costs the page and not the whole span.
_RAW = """
    SELECT o.time, o.received, o.frame_id, o.metric, o.quality, o.value, o.entered_by,
           d.id AS device, u.username AS entered_by_name, o.marked_at, o.marked_by, o.reason,
           m.username AS marked_by_name
      FROM unnest(%(metrics)s::smallint[]) AS wanted (metric)
     CROSS JOIN LATERAL (
        SELECT s.* FROM observation_on_record s
         WHERE s.patient_no = %(patient)s AND s.metric = wanted.metric
           AND (%(marked)s OR s.marked_at IS NULL) AND (%(devices)s OR s.device_no IS NULL)
           AND s.time >= %(start)s AND s.time < %(end)s
           AND (%(first)s OR (s.time, s.metric::integer, s.frame_id, s.value)
                > (%(start)s, %(metric)s, %(frame)s, %(value)s))
         ORDER BY s.time, s.frame_id, s.value LIMIT %(limit)s) o
      LEFT JOIN device d ON d.no = o.device_no
      LEFT JOIN app_user u ON u.id = o.entered_by
      LEFT JOIN app_user m ON m.id = o.marked_by
     ORDER BY o.time, o.metric, o.frame_id, o.value LIMIT %(limit)s
"""


async def observations(
    conn: Conn,
    patient_no: int,
    metrics: Sequence[int],
    span: tuple[datetime, datetime],
    *,
    after: tuple[int, int, float] | None,
    limit: int,
    marked: bool = False,
    devices: bool = True,
) -> list[Row]:
    """Readings by mapped time ascending, ``span`` start inclusive and end exclusive.

    Args:
        conn: a connection acting for who may see the patient.
        patient_no: whose readings.
        metrics: codes of the metrics.
        span: start and end; with ``after`` the start is the time of the last reading seen.
        after: metric, frame and value of the last reading seen, None for the first page.
        limit: at most so many.
        marked: also those that were entered in error.
        devices: also those that devices measured, not only what people entered.
    """
    metric, frame, value = after or (0, 0, 0.0)
    asked = {
        "metrics": list(metrics),
        "patient": patient_no,
        "start": span[0],
        "end": span[1],
        "first": after is None,
        "limit": limit,
        "marked": marked,
        "devices": devices,
    }
    asked |= {"metric": metric, "frame": frame, "value": value}
    rows: list[Row] = []
    for until in growing_ends(*span):
        rows = await (await conn.execute(_RAW, asked | {"end": until})).fetchall()
        if len(rows) >= limit:
            break
    return rows


def growing_ends(start: datetime, end: datetime) -> Iterator[datetime]:
    """Return ends of ever longer spans from ``start``, the last of them ``end``.

    A full page of a shorter span is the first page of the whole one. The database sorts all
    readings of a span before it gives the first: of 30 days at 1 Hz 2.6 million.
    """
    length = _FIRST_SPAN
    while end - start > length:
        yield start + length
        length *= _LONGER
    yield end


async def observation(
    conn: Conn, patient_no: int, metric: int, time: datetime, frame_id: int
) -> Row | None:
    """One reading by its identity, marked or not, if the acting user may see it."""
    found = await conn.execute(
        """
        SELECT s.time, s.received, s.device_time, s.frame_id, s.patient_no, s.device_no, s.metric,
               s.quality, s.value, s.entered_by, p.id AS patient, d.id AS device,
               u.username AS entered_by_name, s.marked_at, s.marked_by, s.reason,
               m.username AS marked_by_name
          FROM observation_on_record s JOIN patient p ON p.no = s.patient_no
          LEFT JOIN device d ON d.no = s.device_no
          LEFT JOIN app_user u ON u.id = s.entered_by
          LEFT JOIN app_user m ON m.id = s.marked_by
         WHERE s.patient_no = %s AND s.metric = %s AND s.time = %s AND s.frame_id = %s LIMIT 1
        """,
        (patient_no, metric, time, frame_id),
    )
    return await found.fetchone()


async def signed_frame(
    conn: Conn, patient_no: int, frame_id: int, received: datetime, slack: timedelta
) -> Row | None:
    """The signed frame that a reading came in, with the key that signed it."""
    found = await conn.execute(
        """
        SELECT f.time, f.frame_id, f.boot, f.seq, f.offset_ms, f.clock_state, f.frame, f.key_id,
               f.device_no, d.id AS device, k.device_no AS key_device_no, k.sign_public,
               k.enrolled_at, k.superseded_at, k.superseded_boot, k.superseded_seq, k.revoked_at
          FROM signed_frame_seen f
          LEFT JOIN device d ON d.no = f.device_no
          LEFT JOIN device_key k ON k.id = f.key_id
         WHERE f.patient_no = %(patient)s AND f.frame_id = %(frame)s
           AND f.time BETWEEN %(received)s::timestamptz - %(slack)s
                          AND %(received)s::timestamptz + %(slack)s
         LIMIT 1
        """,
        {"patient": patient_no, "frame": frame_id, "received": received, "slack": slack},
    )
    return await found.fetchone()


async def entry_as(conn: Conn, patient_no: int, frame_id: int) -> Row | None:
    """What a named person entered, by the number under which the lane folded it."""
    found = await conn.execute(
        """
        SELECT l.id, l.entered_at, l.entered_by, u.username, u.display_name, u.role, l.payload
          FROM lane_input l LEFT JOIN app_user u ON u.id = l.entered_by
         WHERE l.patient_no = %s AND l.folded_as = %s AND l.kind = 'observations'
        """,
        (patient_no, frame_id),
    )
    return await found.fetchone()


async def add_entry(
    conn: Conn,
    patient: Row,
    payload: Row,
    entered_by: UUID,
    now: datetime,
    *,
    entry_key: bytes | None = None,
    source: str | None = None,
) -> tuple[int, bool]:
    """Give readings that a person entered to the patient's lane, and wake the gateway.

    Args:
        conn: a connection acting for who enters them.
        patient: a row with ``no`` and ``bucket``.
        payload: ``samples``, each with ``t`` (milliseconds since 1970) and metrics by name, and
            how they are to be judged.
        entered_by: the named person.
        now: the ward's time.
        entry_key: names the entry; one that was taken under it before is answered instead.
        source: where it comes from, sealed.

    Returns:
        The entry's number, and whether it had been taken before.
    """
    found = await conn.execute(
        """
        INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload,
                                entry_key, source)
        VALUES (%s, %s, 'observations', %s, %s, %s, %s, %s)
        ON CONFLICT (patient_no, entry_key) WHERE entry_key IS NOT NULL DO NOTHING
        RETURNING id, pg_notify('homeward_inbox', 'entry')
        """,
        (patient["no"], patient["bucket"], now, entered_by, Jsonb(payload), entry_key, source),
    )
    row = await found.fetchone()
    if row is not None:
        return int(row["id"]), False
    known = await entry_by_key(conn, patient["no"], entry_key) if entry_key else None
    if known is None:
        raise LookupError(patient["no"])
    return known, True


async def entry_by_key(conn: Conn, patient_no: int, entry_key: bytes) -> int | None:
    """The number of the entry that was taken under a key."""
    found = await conn.execute(
        "SELECT id FROM lane_input WHERE patient_no = %s AND entry_key = %s",
        (patient_no, entry_key),
    )
    row = await found.fetchone()
    return int(row["id"]) if row else None


async def folded(conn: Conn, entry_id: int) -> bool:
    """Whether the gateway has made readings of an entry."""
    found = await conn.execute(
        "SELECT folded_as IS NOT NULL AS folded FROM lane_input WHERE id = %s", (entry_id,)
    )
    row = await found.fetchone()
    return row is not None and bool(row["folded"])


async def latest(conn: Conn, patient_no: int) -> Row | None:
    """The newest state of a patient: assessment as the gateway wrote it, latest readings."""
    found = await conn.execute(
        "SELECT received, measured, assessment, latest FROM patient_now WHERE patient_no = %s",
        (patient_no,),
    )
    return await found.fetchone()


_SERIES = """
    SELECT time, value, quality FROM (
        SELECT s.time, s.value, s.quality FROM observation_seen s
         WHERE s.patient_no = %(patient)s AND s.metric = %(metric)s
           AND s.time >= %(from)s AND s.time < %(to)s
         ORDER BY s.time DESC LIMIT %(limit)s) newest
     ORDER BY time
"""


async def series(
    conn: Conn, patient_no: int, metric: int, span: tuple[datetime, datetime], limit: int
) -> list[Row]:
    """Readings of one metric ascending, the newest ``limit`` of a span; none entered in error."""
    asked = {"patient": patient_no, "metric": metric, "limit": limit}
    found = await conn.execute(_SERIES, asked | {"from": span[0], "to": span[1]})
    return await found.fetchall()
