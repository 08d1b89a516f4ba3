"""Walking what is stored: signed frames with their keys, and the readings made from each."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection

from gateway.store.arrangements import to_ms
from gateway.store.session import Row, translated

_FRAMES = """
    SELECT f.time, f.frame_id, f.key_id, f.boot, f.seq, f.offset_ms, f.patient_no, f.device_no,
           f.kind, f.clock_state, f.refused, f.frame, d.id AS device, d.patient_no AS belongs_to,
           k.device_no AS key_device, k.sign_public, k.enrolled_at, k.revoked_at,
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
_ENTERED = """
    SELECT payload FROM lane_input
     WHERE folded_as = %s AND entered_by = %s AND kind = 'observations'
"""


class Range(NamedTuple):
    """What to walk: one patient (UUID) or all; by time of arrival, upper end excluded."""

    patient: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class EvidenceFrame(NamedTuple):
    """A stored frame with what is known of its device and key; times in ward milliseconds."""

    time_ms: int
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
    key_device: int | None
    sign_public: bytes | None
    enrolled_ms: int | None
    revoked_ms: int | None
    superseded_ms: int | None
    superseded_at: tuple[int, int] | None


class EvidenceReading(NamedTuple):
    """A stored reading; times in ward milliseconds."""

    frame_id: int
    time_ms: int
    device_ms: int | None
    received_ms: int
    metric: int
    quality: int
    value: float
    device_no: int | None
    entered_by: object
    patient_no: int


def frames(connection: Connection[Row], span: Range) -> Iterator[EvidenceFrame]:
    """The stored frames, patient by patient, in their lanes' order; read as they are needed."""
    with translated(), connection.cursor("frames") as cursor:
        for row in cursor.execute(_FRAMES, span._asdict()):
            *stored, refused, frame, device, belongs_to, key_device = row[:15]
            public, enrolled, revoked, superseded, boot, seq = row[15:]
            known = None if public is None else bytes(public)
            at = None if boot is None else (boot, seq)
            yield EvidenceFrame._make(
                (
                    *(to_ms(stored[0]), *stored[1:], refused or [], bytes(frame)),
                    *(device, belongs_to, key_device, known),
                    *(to_ms(enrolled), to_ms(revoked), to_ms(superseded), at),
                )
            )


def readings(connection: Connection[Row], span: Range) -> Iterator[EvidenceReading]:
    """The stored readings in the same order."""
    with translated(), connection.cursor("readings") as cursor:
        for frame_id, time, device_time, received, *rest in cursor.execute(
            _READINGS, span._asdict()
        ):
            yield EvidenceReading._make(
                (frame_id, to_ms(time), to_ms(device_time), to_ms(received), *rest)
            )


def entered(connection: Connection[Row], frame_id: int, by: object) -> dict[str, object] | None:
    """What a named person entered under this id; None: nobody did."""
    with translated():
        row = connection.execute(_ENTERED, (frame_id, by)).fetchone()
    return None if row is None else row[0]
