"""One batch into the database: COPY for what is only added, one upsert for each kind of state."""

from collections.abc import Iterable, Mapping, Sequence

from psycopg import Connection

from analytics.lane.lane import assessment_json
from gateway.admission.replay_window import ReplayWindow
from gateway.state.lanes import CachedLane
from gateway.store import outlet, rollups, snapshots, statements
from gateway.store.binary_arrays import columns
from gateway.store.connection import Row
from gateway.store.copy_format import (
    ASSESSMENT_COLUMNS,
    FRAME_COLUMNS,
    HEADER,
    OBSERVATION_COLUMNS,
    TRAILER,
)
from gateway.store.write_set import BatchWrites

_BEGUN = "DELETE FROM patient_now WHERE patient_no = ANY (%s)"


def write(connection: Connection[Row], work: BatchWrites) -> None:
    """Write everything a batch has gathered; the caller's transaction commits it."""
    _copy(connection, "observation", OBSERVATION_COLUMNS, work.observations)
    _copy(connection, "signed_frame", FRAME_COLUMNS, work.frames)
    _copy(connection, "assessment", ASSESSMENT_COLUMNS, work.assessments)
    if work.begun:
        connection.execute(_BEGUN, (work.begun,))
    for statement, rows in _state(work):
        if rows:
            connection.execute(statement.sql, columns(statement.shape, rows))


def _copy(connection: Connection[Row], table: str, columns: str, rows: Sequence[bytes]) -> None:
    if not rows:
        return
    statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"".join((HEADER, *rows, TRAILER)))


def _state(work: BatchWrites) -> list[tuple[statements.Statement, list[tuple[object, ...]]]]:
    """Each statement with its rows."""
    at_ms = work.at_ms
    return [
        (statements.WINDOW, [_window(no, window) for (no, _), window in work.windows.items()]),
        (statements.NOW, [_now(no, hold) for no, hold in work.holds.items() if hold.received_ms]),
        (snapshots.SNAPSHOT, list(_snapshots(work.snapshots, at_ms))),
        (snapshots.SNAPSHOT_PAST, list(_snapshots(work.past, at_ms))),
        (statements.OUTBOX, list[tuple[object, ...]](work.outbox)),
        (statements.QUARANTINE, list[tuple[object, ...]](work.quarantine)),
        (statements.REFUSALS, [(*key, n, at_ms) for key, n in sorted(work.refusals.items())]),
        (statements.EXAMPLES, list[tuple[object, ...]](work.examples)),
        (statements.INPUTS, list[tuple[object, ...]](work.inputs)),
        (statements.RECEIPTS, list[tuple[object, ...]](work.receipts)),
        (statements.ONLINE, [(no, online, at_ms) for no, online in work.online.items()]),
        (statements.SUPERSEDED, list(_superseded(work))),
        (statements.STAFF, work.entered),
        (rollups.HOURS, [(*at, newest) for at, newest in sorted(work.hours.items())]),
        (rollups.OVER, [at for at, newest in sorted(work.hours.items()) if newest]),
        (outlet.TOLD, [(*frame, *ends) for frame, ends in work.told.items()]),
    ]


def _window(device_no: int, window: ReplayWindow) -> tuple[object, ...]:
    low, high, last, jumps = window.clock
    also = ",".join(f"{first},{final}" for first, final in window.ranges)
    refused = ",".join(f'[{seq},"{reason}"]' for seq, reason in window.refused)
    return (
        *(device_no, window.boot, window.upto, window.highest, f"{{{also}}}", f"[{refused}]"),
        *(window.stored, window.duplicates, window.received_ms, last, low, high, jumps),
        window.acked_ms,
    )


def _now(patient_no: int, hold: CachedLane) -> tuple[object, ...]:
    made = hold.assessment
    assessment = None if made is None else assessment_json(made)
    return (
        *(patient_no, hold.received_ms, hold.measured_ms, hold.low, hold.high, hold.risk),
        *(assessment, hold.latest_json()),
    )


def _snapshots(holds: Mapping[int, CachedLane], at_ms: int) -> Iterable[tuple[object, ...]]:
    """A replay begins at what was received last; where nothing ever was, at this moment."""
    for patient_no, hold in holds.items():
        yield patient_no, hold.frame_id, hold.received_ms or at_ms, hold.lane.snapshot()


def _superseded(work: BatchWrites) -> Iterable[tuple[object, ...]]:
    for key in work.superseded:
        if key.superseded_at is not None:
            yield (key.id, key.superseded_ms, *key.superseded_at)
