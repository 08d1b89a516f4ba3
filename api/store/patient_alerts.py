"""Patients' clinical alerts with their reasons, as the alert engine keeps them: locked, whole.

The alert is a row of ``episode``, its reasons are rows of ``reason``; what waits for persistence is
a reason of no alert.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from analytics.alerts.patient import PatientAlert, Reason
from analytics.domain.alerts import Priority, State
from api.store.episodes import EpisodeRow, record_of, upsert
from api.store.timestamps import instant, maybe_ms, ms_of
from api.store.types import Conn, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """One row of ``reason``: the pure reason and what only the database knows of it.

    Attributes:
        reason: as ``analytics.alerts`` decides on it.
        patient_no: whose.
        alert_id: the alert that it is a reason of; None while it only waits.
        frame_id: the reading that raised it.
    """

    reason: Reason
    patient_no: int
    id: UUID = field(default_factory=uuid4)
    alert_id: UUID | None = None
    frame_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """A patient's alert as it is stored.

    Attributes:
        patient_no: whose.
        alert: the living one, or the one that a person closed last; None: none of interest.
        reasons: by condition.
    """

    patient_no: int
    alert: EpisodeRow | None = None
    reasons: dict[str, ReasonRow] = field(default_factory=dict)

    @property
    def case(self) -> PatientAlert:
        """The alert and its reasons as the pure functions take them."""
        return PatientAlert(
            alert=None if self.alert is None else self.alert.episode,
            reasons={name: row.reason for name, row in self.reasons.items()},
        )


_LOCK_ALERTS = """
    SELECT FROM episode
     WHERE patient_no = ANY (%(patients)s) AND kind = 'clinical'
       AND state IN ('open', 'acknowledged')
     ORDER BY id FOR UPDATE
"""
_ALERTS = """
    SELECT DISTINCT ON (patient_no) * FROM episode
     WHERE patient_no = ANY (%(patients)s) AND kind = 'clinical' AND NOT historic
       AND (state IN ('open', 'acknowledged')
            OR (state = 'resolved' AND closed_at > %(since)s AND NOT ended_stay))
     ORDER BY patient_no, (closed_at IS NULL) DESC, closed_at DESC
"""
_REASONS = """
    SELECT r.* FROM reason r
     WHERE r.patient_no = ANY (%(patients)s)
       AND (r.state IN ('pending', 'open') OR r.episode_id = ANY (%(alerts)s))
     ORDER BY r.id FOR UPDATE
"""
_UPSERT = upsert(
    "reason",
    ("id", "patient_no", "condition"),
    (
        *("episode_id", "priority", "state", "started_at", "measured_at", "received_at"),
        *("pending_due", "raised_at", "cleared_at", "count", "worst", "value", "message", "rule"),
        *("frame_id", "detail"),
    ),
)
_DUE = """
    SELECT DISTINCT patient_no FROM (
        SELECT patient_no FROM reason WHERE state = 'pending' AND pending_due <= %(now)s
         ORDER BY pending_due LIMIT %(limit)s) waiting
"""
_UNWATCHED = """
    SELECT DISTINCT r.patient_no FROM reason r JOIN patient p ON p.no = r.patient_no
     WHERE r.state = 'pending' AND p.state <> 'active'
"""


async def load(conn: Conn, patients: Sequence[int], since_ms: int) -> dict[int, PatientRecord]:
    """Return the alert of each of these patients with its reasons, locked; alerts first.

    Args:
        conn: the leader's connection, in a transaction.
        patients: patients' numbers.
        since_ms: alerts that ended before this are of no interest.
    """
    asked: Row = {"patients": list(patients), "since": instant(since_ms)}
    await conn.execute(_LOCK_ALERTS, asked)
    rows = await (await conn.execute(_ALERTS, asked)).fetchall()
    alerts = {row["patient_no"]: record_of(row) for row in rows}
    asked["alerts"] = [one.id for one in alerts.values() if one.open]
    found: dict[int, dict[str, ReasonRow]] = {}
    for row in await (await conn.execute(_REASONS, asked)).fetchall():
        of_patient = found.setdefault(row["patient_no"], {})
        made = _reason_of(row)
        if made.reason.living or row["condition"] not in of_patient:
            of_patient[row["condition"]] = made
    return {
        no: PatientRecord(patient_no=no, alert=alerts.get(no), reasons=found.get(no, {}))
        for no in patients
    }


async def due(conn: Conn, now_ms: int, limit: int) -> list[int]:
    """Return patients of whom a reason has waited for long enough."""
    cursor = await conn.execute(_DUE, {"now": instant(now_ms), "limit": limit})
    return [row["patient_no"] for row in await cursor.fetchall()]


async def unwatched(conn: Conn) -> list[int]:
    """Return patients who are not watched any more, and of whom a reason waits."""
    rows = await (await conn.execute(_UNWATCHED)).fetchall()
    return [row["patient_no"] for row in rows]


async def save(conn: Conn, rows: Iterable[ReasonRow]) -> None:
    """Write the reasons whole; new ones are inserted. What ends is written before what begins."""
    ordered = sorted(rows, key=lambda row: row.reason.living)
    async with conn.cursor() as cursor:
        await cursor.executemany(_UPSERT, [_parameters(row) for row in ordered])


def _reason_of(row: Row) -> ReasonRow:
    return ReasonRow(
        id=row["id"],
        patient_no=row["patient_no"],
        alert_id=row["episode_id"],
        frame_id=row["frame_id"],
        reason=Reason(
            condition=row["condition"],
            priority=Priority(row["priority"]),
            state=State(row["state"]),
            started_ms=ms_of(row["started_at"]),
            measured_ms=ms_of(row["measured_at"]),
            received_ms=ms_of(row["received_at"]),
            raised_ms=maybe_ms(row["raised_at"]),
            due_ms=maybe_ms(row["pending_due"]),
            cleared_ms=maybe_ms(row["cleared_at"]),
            count=row["count"],
            worst=row["worst"],
            value=row["value"],
            message=row["message"],
            rule=row["rule"],
            detail=row["detail"],
        ),
    )


def _parameters(row: ReasonRow) -> Row:
    reason = row.reason
    return {
        "id": row.id,
        "patient_no": row.patient_no,
        "episode_id": row.alert_id,
        "condition": reason.condition,
        "priority": reason.priority.value,
        "state": reason.state.value,
        "started_at": instant(reason.started_ms),
        "measured_at": instant(reason.measured_ms),
        "received_at": instant(reason.received_ms),
        "pending_due": instant(reason.due_ms),
        "raised_at": instant(reason.raised_ms),
        "cleared_at": instant(reason.cleared_ms),
        "count": reason.count,
        "worst": reason.worst,
        "value": reason.value,
        "message": reason.message,
        "rule": reason.rule,
        "frame_id": row.frame_id,
        "detail": Jsonb(reason.detail),
    }
