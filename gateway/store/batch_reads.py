"""Reads of one batch before it is folded, in the batch's own transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from psycopg import Connection

from gateway.admission.clock_offset import OffsetBounds
from gateway.admission.replay_window import ReplayWindow
from gateway.store.binary_arrays import Int2Array, Int4Array, packed
from gateway.store.connection import Row
from gateway.store.registry import to_ms

Identity = tuple[int, int, int]
"""(device number, boot, seq)."""

_CONTEXT = """
    WITH waiting AS MATERIALIZED (
        SELECT DISTINCT patient_no FROM lane_input
         WHERE folded_as IS NULL AND refused IS NULL AND bucket = ANY (%(buckets)s) LIMIT 200)
    SELECT (SELECT value FROM registry_revision),
           (SELECT coalesce(max(version), 0) FROM population_model),
           ARRAY(SELECT DISTINCT patient_no FROM reason
                  WHERE state = 'open' AND priority IN ('medium', 'high')
                    AND NOT starts_with(condition, 'baseline_') AND raised_at > %(since)s
                    AND (patient_no = ANY (%(patients)s)
                         OR patient_no IN (SELECT patient_no FROM waiting))),
           ARRAY(SELECT patient_no FROM waiting),
           EXISTS (SELECT FROM command WHERE state = 'queued')
"""
_WINDOWS = """
    SELECT w.device_no, w.boot, w.upto, w.highest, w.also, w.refused, w.stored, w.duplicates,
           w.last_received, w.acked_at, w.offset_low_ms, w.offset_high_ms, w.last_device_ms,
           w.clock_jumps
      FROM unnest(%s::int[]) d(no)
      CROSS JOIN LATERAL (SELECT * FROM device_window w WHERE w.device_no = d.no
                           ORDER BY w.boot DESC LIMIT 4) w
    UNION ALL
    SELECT w.device_no, w.boot, w.upto, w.highest, w.also, w.refused, w.stored, w.duplicates,
           w.last_received, w.acked_at, w.offset_low_ms, w.offset_high_ms, w.last_device_ms,
           w.clock_jumps
      FROM unnest(%s::int[], %s::bigint[]) p(no, boot)
      JOIN device_window w ON w.device_no = p.no AND w.boot = p.boot
"""
_STORED = """
    SELECT f.device_no, f.boot, f.seq, f.frame
      FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) i(device_no, boot, seq)
      JOIN signed_frame f USING (device_no, boot, seq)
"""
_FRAMES_SINCE = """
    SELECT f.patient_no, f.frame_id, f.time, f.frame, f.offset_ms, f.clock_state,
           f.plan_revision, f.model_version, f.in_episode, f.paused, f.settings_no, f.refused
      FROM unnest(%s::int[], %s::bigint[]) p(no, since)
      JOIN signed_frame f ON f.patient_no = p.no AND f.frame_id > p.since
     WHERE f.time >= %s AND f.kind = 1
     ORDER BY f.frame_id
"""
_INPUTS_SINCE = """
    SELECT i.patient_no, i.folded_as, i.folded_at, i.kind, i.payload,
           i.plan_revision, i.model_version, i.in_episode, i.paused, i.settings_no,
           i.id
      FROM unnest(%s::int[], %s::bigint[]) p(no, since)
      JOIN lane_input i ON i.patient_no = p.no AND i.folded_as > p.since
     ORDER BY i.folded_as
"""
_INPUTS_WAITING = """
    SELECT id, patient_no, kind, entered_at, entered_by, payload FROM lane_input
     WHERE folded_as IS NULL AND refused IS NULL AND patient_no = ANY (%s) ORDER BY id
"""
_REFUSE_INPUT = "UPDATE lane_input SET refused = %s WHERE id = %s"
_DUE_ACKS = """
    SELECT w.device_no FROM device_window w
      JOIN device d ON d.no = w.device_no JOIN patient p ON p.no = d.patient_no
     WHERE (w.acked_at IS NULL OR w.acked_at < w.last_received) AND p.bucket = ANY (%s)
     GROUP BY w.device_no ORDER BY max(w.last_received) DESC LIMIT %s
"""


class Context(NamedTuple):
    """What a batch reads first."""

    revision: int
    model_version: int
    in_episode: frozenset[int]
    waiting: list[int]
    commands: bool


class StoredFold(NamedTuple):
    """One stored frame, with what its fold used."""

    patient_no: int
    frame_id: int
    received_ms: int
    frame: bytes
    offset_ms: int | None
    clock_state: int
    plan_revision: int
    model_version: int
    in_episode: bool
    paused: bool
    settings_no: int
    refused: list[int]


class StoredInput(NamedTuple):
    """A person's input that was folded, with what its fold used."""

    patient_no: int
    frame_id: int
    received_ms: int
    kind: str
    payload: dict[str, object]
    plan_revision: int
    model_version: int
    in_episode: bool
    paused: bool
    settings_no: int


class Waiting(NamedTuple):
    """A person's input that waits for its lane."""

    id: int
    patient_no: int
    kind: str
    entered_ms: int
    entered_by: object
    payload: dict[str, object]


def context(
    connection: Connection[Row], patients: Sequence[int], buckets: Sequence[int], since_ms: int
) -> Context:
    """Read the registry's revision, the model's version, whose baselines rest and what waits.

    An alert that was raised before ``since_ms`` (ward time) lets no baseline rest any more.
    """
    asked = {
        "patients": packed(Int4Array, patients),
        "buckets": packed(Int2Array, buckets),
        "since": datetime.fromtimestamp(max(0, since_ms) / 1000, UTC),
    }
    found = connection.execute(_CONTEXT, asked).fetchone()
    if found is None:
        return Context(0, 0, frozenset(), [], commands=False)
    revision, version, episodes, waiting, commands = found
    return Context(revision, version, frozenset(episodes), list(waiting), commands)


def in_episode(
    connection: Connection[Row], patients: Collection[int], since_ms: int
) -> frozenset[int]:
    """Whose baselines rest among further patients, as ``context`` tells it."""
    return context(connection, list(patients), [], since_ms).in_episode if patients else frozenset()


def windows(
    connection: Connection[Row], devices: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], ReplayWindow]:
    """The four newest windows of each device, and those of the named boots."""
    parameters = (list(devices), [no for no, _ in pairs], [boot for _, boot in pairs])
    found = (_window(row) for row in connection.execute(_WINDOWS, parameters))
    return dict(found)


def _window(row: Row) -> tuple[tuple[int, int], ReplayWindow]:
    device_no, boot, upto, highest, also, refused, stored, duplicates = row[:8]
    window = ReplayWindow(boot)
    window.upto, window.highest = upto, highest
    window.ranges = [[also[at], also[at + 1]] for at in range(0, len(also), 2)]
    window.refused = [(seq, reason) for seq, reason in refused]
    window.stored, window.duplicates = stored, duplicates
    window.received_ms, window.acked_ms = to_ms(row[8]) or 0, to_ms(row[9])
    window.clock = OffsetBounds(*row[10:14])
    return (device_no, boot), window


def stored_frames(
    connection: Connection[Row], identities: Iterable[Identity]
) -> dict[Identity, bytes]:
    """The frames kept under these identities."""
    columns = list(zip(*identities, strict=True))
    if not columns:
        return {}
    rows = connection.execute(_STORED, [list(column) for column in columns])
    return {(device_no, boot, seq): bytes(frame) for device_no, boot, seq, frame in rows}


def frames_since(
    connection: Connection[Row], since: Sequence[tuple[int, int]], oldest_ms: int
) -> list[StoredFold]:
    """The frames with readings of (patient, above this frame id), in the lanes' order."""
    patients, ids = [no for no, _ in since], [frame_id for _, frame_id in since]
    oldest = datetime.fromtimestamp(max(0, oldest_ms) / 1000, UTC)
    rows = connection.execute(_FRAMES_SINCE, (patients, ids, oldest))
    return [
        StoredFold._make((no, frame_id, to_ms(at) or 0, bytes(frame), *rest, refused or []))
        for no, frame_id, at, frame, *rest, refused in rows
    ]


def inputs_since(
    connection: Connection[Row], since: Sequence[tuple[int, int]]
) -> list[StoredInput]:
    """People's inputs that were folded above these frame ids, in the lanes' order."""
    patients, ids = [no for no, _ in since], [frame_id for _, frame_id in since]
    rows = connection.execute(_INPUTS_SINCE, (patients, ids))
    return [StoredInput(no, frame_id, to_ms(at) or 0, *rest) for no, frame_id, at, *rest, _ in rows]


def waiting_inputs(connection: Connection[Row], patients: Sequence[int]) -> list[Waiting]:
    """What people have entered for these patients and no lane has folded yet."""
    rows = connection.execute(_INPUTS_WAITING, (list(patients),))
    return [
        Waiting(id_, no, kind, to_ms(at) or 0, by, payload)
        for id_, no, kind, at, by, payload in rows
    ]


def refuse_input(connection: Connection[Row], input_id: int, why: str) -> None:
    """Say that a person's input cannot be folded; it waits no more."""
    connection.execute(_REFUSE_INPUT, (why, input_id))


def due_acks(connection: Connection[Row], buckets: Sequence[int], limit: int) -> list[int]:
    """Devices that sent something after they were last told, those heard last first.

    When a device was told is written down with its next frame, so most of them know already.
    """
    rows = connection.execute(_DUE_ACKS, (list(buckets), limit))
    return [no for (no,) in rows]
