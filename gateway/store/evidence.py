"""Stored evidence as it is walked to be proved: frames with keys, readings, entries, counts.

All of it is read in one transaction that sees the database at one moment: on a ward at work, what
is stored between two questions would look like tampering. Times are microseconds since 1970 and
plain numbers, so that a change of less than a millisecond shows, and a time that no calendar
holds is a finding rather than an error.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection, IsolationLevel
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from typing_extensions import override

from gateway.store.connection import Row, connect, translated

_EPOCH_2000_US = 946_684_800_000_000
ROWS_AT_ONCE = 1_000
_FRAMES = """
    SELECT f.time, f.frame_id, f.key_id, f.boot, f.seq, f.offset_ms, f.patient_no, f.device_no,
           f.kind, f.clock_state, coalesce(f.refused, '{}'), f.frame, d.id, d.patient_no,
           d.bound_from, d.bound_to, k.device_no, k.sign_public, k.enrolled_at, k.revoked_at,
           k.superseded_at, k.superseded_boot, k.superseded_seq
      FROM signed_frame f
      LEFT JOIN device d ON d.no = f.device_no
      LEFT JOIN device_key k ON k.id = f.key_id
     WHERE (%(patient)s::uuid IS NULL
            OR f.patient_no = (SELECT no FROM patient WHERE id = %(patient)s::uuid))
       AND (%(since)s::timestamptz IS NULL OR f.time >= %(since)s)
       AND (%(until)s::timestamptz IS NULL OR f.time < %(until)s)
     ORDER BY f.patient_no, f.frame_id
"""
_READINGS = """
    SELECT o.frame_id, o.time, o.device_time, o.received, o.metric, o.quality, o.value,
           o.device_no, o.entered_by, o.patient_no
      FROM observation o
     WHERE (%(patient)s::uuid IS NULL
            OR o.patient_no = (SELECT no FROM patient WHERE id = %(patient)s::uuid))
       AND (%(since)s::timestamptz IS NULL OR o.received >= %(since)s)
       AND (%(until)s::timestamptz IS NULL OR o.received < %(until)s)
     ORDER BY o.patient_no, o.frame_id
"""
_ENTRIES = """
    SELECT i.id, i.folded_as, i.patient_no, i.entered_at, i.folded_at, i.entered_by, i.payload
      FROM lane_input i
     WHERE i.kind = 'observations' AND i.folded_as IS NOT NULL
       AND (%(patient)s::uuid IS NULL
            OR i.patient_no = (SELECT no FROM patient WHERE id = %(patient)s::uuid))
       AND (%(since)s::timestamptz IS NULL OR i.folded_at >= %(since)s)
       AND (%(until)s::timestamptz IS NULL OR i.folded_at < %(until)s)
     ORDER BY i.patient_no, i.folded_as
"""
# The narrow index answers which numbers are there twice; only those frames are looked up.
_DOUBLED = """
    WITH doubled AS (
        SELECT device_no, boot, seq FROM signed_frame
         WHERE %(patient)s::uuid IS NULL
            OR device_no IN (SELECT d.no FROM device d JOIN patient p ON p.no = d.patient_no
                              WHERE p.id = %(patient)s::uuid)
         GROUP BY device_no, boot, seq HAVING count(*) > 1)
    SELECT coalesce(d.id, f.device_no::text), f.boot, f.seq,
           array_agg(f.frame_id ORDER BY f.frame_id)
      FROM doubled JOIN signed_frame f USING (device_no, boot, seq)
      LEFT JOIN device d ON d.no = f.device_no
     GROUP BY f.device_no, d.id, f.boot, f.seq
    HAVING bool_or((%(since)s::timestamptz IS NULL OR f.time >= %(since)s)
                   AND (%(until)s::timestamptz IS NULL OR f.time < %(until)s))
     ORDER BY f.device_no, f.boot, f.seq
"""
_COUNTED = """
    SELECT w.device_no, d.id, w.boot, w.stored - w.removed
      FROM device_window w JOIN device d ON d.no = w.device_no
     WHERE %(patient)s::uuid IS NULL
        OR d.patient_no = (SELECT no FROM patient WHERE id = %(patient)s::uuid)
     ORDER BY w.device_no, w.boot
"""


class Range(NamedTuple):
    """What to walk: one patient (UUID) or all; by time of arrival, upper end excluded."""

    patient: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether it ends nowhere in time."""
        return self.since is None and self.until is None


class EvidenceFrame(NamedTuple):
    """A stored frame with what is known of its device and key; times in microseconds."""

    time_us: int
    frame_id: int
    key_id: int
    boot: int
    seq: int
    offset_ms: int | None
    patient_no: int
    device_no: int
    kind: int
    clock_state: int
    refused: list[int]
    frame: bytes
    device: str | None
    belongs_to: int | None
    bound_from_us: int | None
    bound_to_us: int | None
    key_device: int | None
    sign_public: bytes | None
    enrolled_us: int | None
    revoked_us: int | None
    superseded_us: int | None
    superseded_boot: int | None
    superseded_seq: int | None


class EvidenceReading(NamedTuple):
    """A stored reading; times in microseconds."""

    frame_id: int
    time_us: int
    device_us: int | None
    received_us: int
    metric: int
    quality: int
    value: float
    device_no: int | None
    entered_by: object
    patient_no: int


class EvidenceEntry(NamedTuple):
    """What a named person entered, folded as ``frame_id``; times in microseconds."""

    id: int
    frame_id: int
    patient_no: int
    entered_us: int
    folded_us: int | None
    entered_by: object
    payload: object


class Doubled(NamedTuple):
    """One number of a device's boot under which more than one frame is stored."""

    device: str
    boot: int
    seq: int
    frame_ids: list[int]


class BootCount(NamedTuple):
    """How many frames of a boot the gateway counted, but for those that went by their age."""

    device_no: int
    device: str
    boot: int
    stored: int


class _Microseconds(Loader):
    """A ``timestamptz`` as a number, which every time is, whatever a calendar makes of it."""

    format = Format.BINARY

    @override
    def load(self, data: Buffer) -> int:
        return int.from_bytes(data, "big", signed=True) + _EPOCH_2000_US


def snapshot(url: str) -> Connection[Row]:
    """A connection that sees the database as it is at its first question, and writes nothing.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    connection = connect(url, "homeward-verify")
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.adapters.register_loader("timestamptz", _Microseconds)
    return connection


def frames(connection: Connection[Row], span: Range) -> Iterator[EvidenceFrame]:
    """The stored frames, patient by patient, in their lanes' order; read as they are needed."""
    return map(EvidenceFrame._make, _walk(connection, "frames", _FRAMES, span))


def readings(connection: Connection[Row], span: Range) -> Iterator[EvidenceReading]:
    """The stored readings in the same order."""
    return map(EvidenceReading._make, _walk(connection, "readings", _READINGS, span))


def entries(connection: Connection[Row], span: Range) -> Iterator[EvidenceEntry]:
    """The entries of readings by named persons that were folded, in the same order."""
    return map(EvidenceEntry._make, _walk(connection, "entries", _ENTRIES, span))


def doubled(connection: Connection[Row], span: Range) -> Iterator[Doubled]:
    """The numbers that are stored more than once, with a frame in the range at least."""
    return map(Doubled._make, _walk(connection, "doubled", _DOUBLED, span))


def counted(connection: Connection[Row], span: Range) -> Iterator[BootCount]:
    """The gateway's counts of stored frames, of every boot that it still keeps a window of."""
    return map(BootCount._make, _walk(connection, "counted", _COUNTED, span))


def _walk(connection: Connection[Row], name: str, asked: str, span: Range) -> Iterator[Row]:
    with translated(), connection.cursor(name, binary=True) as cursor:
        cursor.itersize = ROWS_AT_ONCE
        yield from cursor.execute(asked, span._asdict())
