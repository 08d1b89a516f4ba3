"""Rows in PostgreSQL's binary COPY format, packed by ``struct``: the fastest way in.

Each row is one ``pack`` call: the number of fields, then for each its length and bytes. The
column lists here are those of the COPY statements in ``gateway.store``.
"""

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct, pack

import msgspec

from analytics.lane.assessment import Assessment
from analytics.readings import Measurement
from gateway.admission.clock_offset import ClockState

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
_EPOCH_2000_MS = 946_684_800_000

OBSERVATION_COLUMNS = (
    "time, received, device_time, frame_id, patient_no, device_no, metric, quality, value"
)
FRAME_COLUMNS = (
    "time, frame_id, key_id, boot, seq, offset_ms, patient_no, device_no, kind, clock_state,"
    " plan_revision, settings_no, model_version, in_episode, paused, refused, frame"
)
ASSESSMENT_COLUMNS = (
    "time, received, frame_id, patient_no, model_version, plan_revision, risk, score, low, high,"
    " band, single_3, missing, assumed, late, in_episode"
)

_BANDS = {"low": 0, "low_medium": 1, "medium": 2, "high": 3}
_OBSERVATION_HEAD = Struct(">h iq iq iq iq ii ii".replace(" ", ""))
_OBSERVATION_TAIL = Struct(">ih ih id".replace(" ", ""))
_FRAME_HEAD = Struct(">h iq iq iq iq iq".replace(" ", ""))
_FRAME_TAIL = Struct(">ii ii ih ih ii ii ii i? i?".replace(" ", ""))
_ASSESSMENT_HEAD = Struct(">h iq iq iq ii ii ii id".replace(" ", ""))
_ASSESSMENT_TAIL = Struct(">ih ih ih ih ih ih i? i?".replace(" ", ""))
_BIGINT = Struct(">iq")
_SMALLINT = Struct(">ih")
_LENGTH = Struct(">i")
_NULL = b"\xff\xff\xff\xff"
_INT4_OID = 23


class FrameRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One row of ``signed_frame``; times in ward milliseconds."""

    received_ms: int
    frame_id: int
    key_id: int
    boot: int
    seq: int
    offset_ms: int | None
    patient_no: int
    device_no: int
    kind: int
    clock_state: ClockState
    plan_revision: int
    settings_no: int
    model_version: int
    in_episode: bool
    paused: bool
    refused: list[int]
    frame: bytes


def instant(at_ms: int) -> int:
    """A ``timestamptz`` as PostgreSQL sends it: microseconds since 2000."""
    return (at_ms - _EPOCH_2000_MS) * 1000


def observation_rows(
    samples: Iterable[Measurement], device_ms: Iterable[int], frame: FrameRow
) -> list[bytes]:
    """Rows of ``observation``; what readings of one moment have in common is packed once.

    Args:
        samples: what was accepted of the frame.
        device_ms: the device's own time of each.
        frame: as it is stored.
    """
    made: list[bytes] = []
    common, since, told = b"", -1, -1
    for sample, at_ms in zip(samples, device_ms, strict=True):
        if sample.t_ms != since or at_ms != told:
            since, told = sample.t_ms, at_ms
            common = _OBSERVATION_HEAD.pack(
                *(9, 8, instant(since), 8, instant(frame.received_ms), 8, instant(told)),
                *(8, frame.frame_id, 4, frame.patient_no, 4, frame.device_no),
            )
        own = _OBSERVATION_TAIL.pack(2, sample.metric, 2, sample.quality, 8, sample.value)
        made.append(common + own)
    return made


def _int_array(values: list[int]) -> bytes:
    """An ``integer[]`` of one dimension, with its length; NULL when empty."""
    if not values:
        return _NULL
    body = pack(">iiiii", 1, 0, _INT4_OID, len(values), 1)
    body += b"".join(pack(">ii", 4, value) for value in values)
    return pack(">i", len(body)) + body


def frame_row(row: FrameRow) -> bytes:
    """One row of ``signed_frame``."""
    head = _FRAME_HEAD.pack(
        *(17, 8, instant(row.received_ms), 8, row.frame_id, 8, row.key_id),
        *(8, row.boot, 8, row.seq),
    )
    offset = _NULL if row.offset_ms is None else _BIGINT.pack(8, row.offset_ms)
    tail = _FRAME_TAIL.pack(
        *(4, row.patient_no, 4, row.device_no, 2, row.kind, 2, row.clock_state),
        *(4, row.plan_revision, 4, row.settings_no, 4, row.model_version),
        *(1, row.in_episode, 1, row.paused),
    )
    refused = _int_array(row.refused)
    return b"".join((head, offset, tail, refused, _LENGTH.pack(len(row.frame)), row.frame))


@lru_cache(maxsize=1024)
def _mask(codes: tuple[int, ...]) -> int:
    """The same few sets come again and again."""
    made = 0
    for code in codes:
        made |= 1 << code
    return made


def assessment_values(made: Assessment) -> tuple[object, ...]:
    """What a stored assessment says besides the risk, as its columns hold it."""
    return (
        made.time_ms,
        made.model_version,
        made.plan_revision,
        made.score,
        made.low,
        made.high,
        _BANDS[made.band or ""],
        _mask(made.single_3),
        _mask(made.missing),
        _mask(made.assumed),
        made.late,
    )


def assessment_row(made: Assessment, patient_no: int) -> bytes:
    """One row of ``assessment``; sets of metrics as masks, one bit by code.

    Raises:
        ValueError: nothing was scored, since NEWS2 does not apply to the person.
    """
    if made.band is None:
        raise ValueError(made.unscored)
    head = _ASSESSMENT_HEAD.pack(
        *(16, 8, instant(made.time_ms), 8, instant(made.received_ms), 8, made.frame_id),
        *(4, patient_no, 4, made.model_version, 4, made.plan_revision, 8, made.risk),
    )
    score = _NULL if made.score is None else _SMALLINT.pack(2, made.score)
    tail = _ASSESSMENT_TAIL.pack(
        *(2, made.low, 2, made.high, 2, _BANDS[made.band], 2, _mask(made.single_3)),
        *(2, _mask(made.missing), 2, _mask(made.assumed), 1, made.late, 1, made.in_episode),
    )
    return head + score + tail
