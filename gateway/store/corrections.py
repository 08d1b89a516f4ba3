"""SQL of readings that were entered in error: which they are, what is folded again, what goes.

A mark is an input of the patient's lane and has its place in the lane's order like any other; the
readings themselves are never changed or deleted.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from psycopg import Connection

from analytics.domain.vitals import Quality
from analytics.readings import Measurement
from gateway.store.batch_reads import StoredFold, StoredInput
from gateway.store.connection import Row
from gateway.store.models import instant_of
from gateway.store.registry import to_ms

KIND = "entered_in_error"
Mark = tuple[int, int, int]
"""(frame id, metric, event time in ms): a reading that was entered in error."""
_GOOD = [int(quality) for quality in Quality if quality.scored]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLACK = timedelta(hours=1)
_MOST_BASES = 3

_MARKS = """
    SELECT patient_no, (payload->>'frame')::bigint, (payload->>'metric')::int,
           (payload->>'t')::bigint
      FROM lane_input
     WHERE patient_no = ANY (%s) AND kind = 'entered_in_error' AND folded_as IS NOT NULL
"""
_BASES = """
    SELECT frame_id, taken_at, state FROM (
        SELECT frame_id, taken_at, state FROM model_snapshot
         WHERE patient_no = %(patient)s AND frame_id < %(before)s
        UNION ALL
        SELECT frame_id, taken_at, state FROM model_snapshot_past
         WHERE patient_no = %(patient)s AND frame_id < %(before)s) s
     ORDER BY frame_id DESC LIMIT %(most)s
"""
_FRAMES = """
    SELECT f.patient_no, f.frame_id, f.time, f.frame, f.offset_ms, f.clock_state,
           f.plan_revision, f.model_version, f.in_episode, f.paused, f.settings_no, f.refused
      FROM signed_frame f
     WHERE f.patient_no = %(patient)s AND f.frame_id > %(since)s AND f.kind = 1
       AND f.time >= %(oldest)s
     ORDER BY f.frame_id DESC LIMIT %(most)s
"""
_INPUTS = """
    SELECT i.patient_no, i.folded_as, i.folded_at, i.kind, i.payload,
           i.plan_revision, i.model_version, i.in_episode, i.paused, i.settings_no
      FROM lane_input i
     WHERE i.patient_no = %(patient)s AND i.folded_as > %(since)s
     ORDER BY i.folded_as DESC LIMIT %(most)s
"""
# The newest of each metric that is left, and the time of the newest that is good for a score.
_LATEST = """
    SELECT m.metric, o.time, o.value, o.quality, d.id,
           (SELECT g.time FROM observation g
             WHERE g.patient_no = %(patient)s AND g.metric = m.metric AND g.quality = ANY (%(good)s)
               AND g.time >= %(since)s
               AND NOT EXISTS (SELECT FROM reading_mark k
                                WHERE k.patient_no = g.patient_no AND k.frame_id = g.frame_id
                                  AND k.metric = g.metric AND k.time = g.time)
             ORDER BY g.time DESC LIMIT 1)
      FROM unnest(%(metrics)s::smallint[]) m(metric)
     CROSS JOIN LATERAL (
        SELECT * FROM observation s
         WHERE s.patient_no = %(patient)s AND s.metric = m.metric AND s.time >= %(since)s
           AND NOT EXISTS (SELECT FROM reading_mark k
                            WHERE k.patient_no = s.patient_no AND k.frame_id = s.frame_id
                              AND k.metric = s.metric AND k.time = s.time)
         ORDER BY s.time DESC LIMIT 1) o
      LEFT JOIN device d ON d.no = o.device_no
"""
_TAINTED = "DELETE FROM model_snapshot_past WHERE patient_no = %s AND frame_id >= %s"
_SUPERSEDE = """
    UPDATE assessment SET superseded_as = %(by)s
     WHERE patient_no = %(patient)s AND frame_id = ANY (%(frames)s) AND superseded_as IS NULL
       AND time BETWEEN %(first)s AND %(last)s
"""
_FORGET_EXAMPLES = """
    DELETE FROM risk_example WHERE patient_no = %s AND at = ANY (%s) AND used_in IS NULL
"""
_UNASSESSED = """
    UPDATE patient_now SET measured = NULL, news2_low = NULL, news2_high = NULL, risk = NULL,
           assessment = NULL
     WHERE patient_no = %s
"""


class RefoldBase(NamedTuple):
    """A snapshot from which a lane may be folded again."""

    frame_id: int
    taken_ms: int
    state: bytes


class Newest(NamedTuple):
    """The newest reading of a metric that is left, and the time of its newest good one."""

    sample: Measurement
    device: str | None
    good_ms: int | None


def marks(connection: Connection[Row], patients: Sequence[int]) -> dict[int, frozenset[Mark]]:
    """The readings of these patients that were entered in error, as far as their lanes know."""
    found: dict[int, set[Mark]] = {}
    for patient_no, frame_id, metric, t_ms in connection.execute(_MARKS, (list(patients),)):
        found.setdefault(patient_no, set()).add((frame_id, metric, t_ms))
    return {patient_no: frozenset(known) for patient_no, known in found.items()}


def bases(connection: Connection[Row], patient_no: int, before: int) -> list[RefoldBase]:
    """The newest snapshots from before a frame, newest first."""
    asked = {"patient": patient_no, "before": before, "most": _MOST_BASES}
    rows = connection.execute(_BASES, asked)
    return [
        RefoldBase(frame_id, to_ms(taken) or 0, bytes(state)) for frame_id, taken, state in rows
    ]


def folded_since(
    connection: Connection[Row], patient_no: int, base: RefoldBase | None, most: int
) -> tuple[list[StoredFold], list[StoredInput]]:
    """The newest frames and inputs folded after a snapshot, at most so many of each, in order."""
    oldest = _EPOCH if base is None else instant_of(base.taken_ms) - _SLACK
    asked = {
        "patient": patient_no,
        "since": 0 if base is None else base.frame_id,
        "oldest": oldest,
        "most": most,
    }
    frames = [
        StoredFold._make((no, frame_id, to_ms(at) or 0, bytes(frame), *rest, refused or []))
        for no, frame_id, at, frame, *rest, refused in connection.execute(_FRAMES, asked)
    ]
    inputs = [
        StoredInput(no, frame_id, to_ms(at) or 0, *rest)
        for no, frame_id, at, *rest in connection.execute(_INPUTS, asked)
    ]
    return frames[::-1], inputs[::-1]


def newest_left(
    connection: Connection[Row],
    patient_no: int,
    metrics: Sequence[int],
    since_ms: int,
) -> list[Newest]:
    """The newest reading of each of these metrics, of this stay, that is not entered in error."""
    asked = {
        "patient": patient_no,
        "metrics": list(metrics),
        "since": instant_of(since_ms),
        "good": _GOOD,
    }
    rows = connection.execute(_LATEST, asked)
    return [
        Newest(Measurement(metric, to_ms(at) or 0, value, quality), device, to_ms(good_at))
        for metric, at, value, quality, device, good_at in rows
    ]


def forget_tainted(connection: Connection[Row], patient_no: int, first: int) -> None:
    """Delete the older snapshots that know a reading from this frame on; start the panel anew."""
    connection.execute(_TAINTED, (patient_no, first))
    connection.execute(_UNASSESSED, (patient_no,))


def supersede(
    connection: Connection[Row],
    patient_no: int,
    assessed: Sequence[tuple[int, int]],
    by: int,
) -> None:
    """Take assessments out of the course; they stay stored, with what superseded them.

    Args:
        connection: the batch's.
        patient_no: whose.
        assessed: (frame id, event time) of each.
        by: the number of the correction in the lane.
    """
    times = [at_ms for _, at_ms in assessed]
    asked = {
        "patient": patient_no,
        "frames": [frame_id for frame_id, _ in assessed],
        "first": instant_of(min(times)),
        "last": instant_of(max(times)),
        "by": by,
    }
    connection.execute(_SUPERSEDE, asked)


def forget_examples(connection: Connection[Row], patient_no: int, at_ms: Sequence[int]) -> None:
    """Delete examples that no model has learnt from yet."""
    connection.execute(_FORGET_EXAMPLES, (patient_no, [instant_of(at) for at in at_ms]))
