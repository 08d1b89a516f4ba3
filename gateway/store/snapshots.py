"""Snapshots of lanes: the newest of each, and older ones for corrections."""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import Connection

from gateway.store.binary_arrays import ByteaArray, Int4Array, Int8Array
from gateway.store.connection import Row
from gateway.store.models import instant_of
from gateway.store.registry import to_ms
from gateway.store.statements import Statement

_LANES = """
    SELECT p.no, s.frame_id, s.taken_at, s.state, n.latest::text, n.measured, n.received,
           (SELECT max(o.taken_at) FROM model_snapshot_past o WHERE o.patient_no = p.no)
      FROM unnest(%s::int[]) p(no)
      LEFT JOIN model_snapshot s ON s.patient_no = p.no
      LEFT JOIN patient_now n ON n.patient_no = p.no
"""
SNAPSHOT = Statement(
    """
    INSERT INTO model_snapshot (patient_no, frame_id, taken_at, state)
    SELECT no, frame_id, to_timestamp(taken / 1000.0), state
      FROM unnest(%s, %s, %s, %s) n(no, frame_id, taken, state)
    ON CONFLICT (patient_no) DO UPDATE SET frame_id = excluded.frame_id,
        taken_at = excluded.taken_at, state = excluded.state
""",
    (
        Int4Array,
        Int8Array,
        Int8Array,
        ByteaArray,
    ),
)
SNAPSHOT_PAST = Statement(
    """
    INSERT INTO model_snapshot_past (patient_no, frame_id, taken_at, state)
    SELECT no, frame_id, to_timestamp(taken / 1000.0), state
      FROM unnest(%s, %s, %s, %s) n(no, frame_id, taken, state)
    ON CONFLICT DO NOTHING
""",
    (
        Int4Array,
        Int8Array,
        Int8Array,
        ByteaArray,
    ),
)


class StoredLane(NamedTuple):
    """What is written down of one lane."""

    patient_no: int
    frame_id: int
    taken_ms: int | None
    snapshot: bytes | None
    latest: bytes | None
    measured_ms: int | None
    received_ms: int | None
    past_ms: int | None


def lanes(connection: Connection[Row], patients: Sequence[int]) -> list[StoredLane]:
    """What is written down of these lanes; every patient has a row."""
    rows = connection.execute(_LANES, (list(patients),))
    return [
        StoredLane(
            no,
            frame_id or 0,
            to_ms(taken),
            None if state is None else bytes(state),
            latest.encode() if latest else None,
            to_ms(measured),
            to_ms(received),
            to_ms(past),
        )
        for no, frame_id, taken, state, latest, measured, received, past in rows
    ]


def forget_past(connection: Connection[Row], before_ms: int) -> None:
    """Forget the snapshots kept beside newer ones that are older than this."""
    statement = "DELETE FROM model_snapshot_past WHERE taken_at < %s"
    connection.execute(statement, (instant_of(before_ms),))
