"""Report of a demo: the senders' ledger and ground truth against what the ward stored.

Commit times are the database's own (``track_commit_timestamp``), so *stored* means committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from api.store.connections import address
from deploy.bench.commit_times import Identity, commit_times, percentiles, sent_frames
from device_sim.fleet.run_files import RunFiles, read_truth
from device_sim.patients.scenarios import Expectation

_QUARANTINED = """
SELECT d.id, q.boot, q.seq FROM quarantine q JOIN device d ON d.no = q.device_no
 WHERE q.boot IS NOT NULL AND q.seq IS NOT NULL
"""
_RAISED = """
SELECT p.id::text, coalesce(r.condition, e.condition), coalesce(r.raised_at, e.raised_at), dev.id,
       f.boot, f.seq,
       (SELECT extract(epoch FROM pg_xact_commit_timestamp(a.xmin))::float8
          FROM alert_event a WHERE a.episode_id = e.id AND a.event = 'alert.raised'
           AND a.data ->> 'by' = 'finding' AND e.frame_id = coalesce(r.frame_id, e.frame_id)
         LIMIT 1)  -- null: by the passing of time, or a further reason of an alert
  FROM episode e
  LEFT JOIN reason r ON r.episode_id = e.id
  LEFT JOIN patient p ON p.no = e.patient_no
  LEFT JOIN signed_frame f ON f.frame_id = coalesce(r.frame_id, e.frame_id)
                          AND f.patient_no = e.patient_no
  LEFT JOIN device dev ON dev.no = f.device_no
 WHERE e.raised_at IS NOT NULL AND NOT e.historic
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One raised alert: whose, what, when by ward time, and its way from the device's frame."""

    patient: str | None
    condition: str
    raised_at: datetime
    frame: Identity | None
    committed_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything that the summary is made from.

    Attributes:
        sent: by frame identity, real seconds of the first publish.
        stored: by frame identity, the commit times of its rows (more than one counts twice).
        quarantined: identities kept in quarantine.
        duplicates: redeliveries that the ward recognised.
        rejected: frames refused, by any reason.
        readings: stored readings of devices.
        raised: alerts.
        expected: ground truth.
    """

    sent: Mapping[Identity, float]
    stored: Mapping[Identity, Sequence[float]]
    quarantined: frozenset[Identity]
    duplicates: int
    rejected: int
    readings: int
    raised: Sequence[Raised]
    expected: Sequence[Expectation]


def read_books(database_url: str, run: RunFiles) -> Books:
    """Read the ledger and the database.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    with psycopg.connect(address(database_url)) as connection:
        return Books(
            sent=sent_frames(run.ledger),
            stored=commit_times(connection),
            quarantined=frozenset(connection.execute(_QUARANTINED).fetchall()),
            duplicates=_number(connection, "SELECT sum(duplicates) FROM device_window"),
            rejected=_number(connection, "SELECT sum(n) FROM refusal_count"),
            readings=_number(
                connection, "SELECT count(*) FROM observation WHERE device_no IS NOT NULL"
            ),
            raised=[_raised(row) for row in connection.execute(_RAISED)],
            expected=read_truth(run.truth) if run.truth.exists() else [],
        )


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0] or 0) if row else 0


def _raised(row: Sequence[Any]) -> Raised:
    patient, condition, raised_at, device, boot, seq, committed = row
    frame = (device, boot, seq) if device is not None else None
    return Raised(
        patient=patient,
        condition=condition,
        raised_at=raised_at,
        frame=frame,
        committed_s=committed,
    )


def summary(books: Books, loads: Sequence[Mapping[str, Any]], ward_now: datetime) -> dict[str, Any]:
    """Return the figures that the demo prints, without ``healthy``.

    Args:
        books: what was sent and what came of it.
        loads: doctors' minutes in the plan in force (``name``, ``minutes``, ``load_minutes``).
        ward_now: ward time at the end: what was due by then must have been raised.
    """
    sent, stored = books.sent, books.stored
    lost = [one for one in sent if one not in stored and one not in books.quarantined]
    due = [one for one in books.expected if one.by_ms <= ward_now.timestamp() * 1000]
    return {
        "frames": {
            "sent": len(sent),
            "stored": sum(1 for one in sent if one in stored),
            "duplicate": books.duplicates,
            "rejected": books.rejected,
            "lost": len(lost),
            "counted_twice": sum(1 for commits in stored.values() if len(commits) > 1),
        },
        "readings": books.readings,
        "alerts": {
            "raised": len(books.raised),
            "expected": len(due),
            "missed": sum(1 for one in due if not _was_raised(one, books.raised)),
        },
        "publish_to_stored_ms": percentiles(
            [min(stored[one]) - real for one, real in sent.items() if one in stored]
        ),
        "publish_to_alert_ms": percentiles(
            [
                alert.committed_s - sent[alert.frame]
                for alert in books.raised
                if alert.frame is not None and alert.frame in sent and alert.committed_s is not None
            ]
        ),
        "doctors": list(loads),
    }


def _was_raised(wanted: Expectation, raised: Sequence[Raised]) -> bool:
    onset = datetime.fromtimestamp(wanted.from_ms / 1000, UTC)
    return any(
        one.patient == wanted.patient and one.condition in wanted.any_of and one.raised_at >= onset
        for one in raised
    )
