"""SQL of readings that were entered in error: the mark, and the input of the patient's lane."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_ADD = """
    INSERT INTO reading_mark (patient_no, frame_id, metric, time, marked_at, marked_by, reason)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1
"""
_TELL_LANE = """
    INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)
    SELECT no, bucket, 'entered_in_error', %s, %s, %s FROM patient WHERE no = %s
    RETURNING id, pg_notify('homeward_inbox', 'entry')
"""


async def add(conn: Conn, reading: Row, *, by: UUID, reason: bytes, now: datetime) -> int | None:
    """Mark a reading and tell the patient's lane; None: it is marked already.

    Args:
        conn: a connection acting for who marks it.
        reading: its row.
        by: that person.
        reason: sealed.
        now: the ward's time.

    Returns:
        The number of the lane's input.
    """
    place = tuple(reading[name] for name in ("patient_no", "frame_id", "metric", "time"))
    if await (await conn.execute(_ADD, (*place, now, by, reason))).fetchone() is None:
        return None
    payload = {
        "frame": reading["frame_id"],
        "metric": reading["metric"],
        "t": round(reading["time"].timestamp() * 1000),
    }
    asked = (now, by, Jsonb(payload), reading["patient_no"])
    row = await (await conn.execute(_TELL_LANE, asked)).fetchone()
    if row is None:
        raise LookupError(reading["patient_no"])
    input_id: int = row["id"]
    return input_id
