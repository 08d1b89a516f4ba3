"""Episodes as the alert engine keeps them: read with a lock, written whole.

``analytics.alerts.transitions`` has one ``due_ms``; the table keeps it in the column of what it is
the end of (``pending_due``, ``escalate_due``, ``acknowledged_until``), so that a person can read
it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import msgspec
from psycopg.types.json import Jsonb

from analytics.alerts.transitions import Episode, Level
from analytics.domain.alerts import Priority, State, kind_of
from analytics.domain.episode import CalledFor
from api.store.timestamps import instant, maybe_ms, ms_of
from api.store.types import Conn, Row

LEVELS: tuple[Level, ...] = tuple(Level)
DUE_COLUMN = {
    State.PENDING: "pending_due",
    State.OPEN: "escalate_due",
    State.ACKNOWLEDGED: "acknowledged_until",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRow:
    """One row: the pure episode and what only the database knows of it.

    Attributes:
        episode: state, times and severity, as ``analytics.alerts.transitions`` decides on them.
        patient_no: None for an alert about the ward.
        ward: the ward that it belongs to.
        device_no: the device that it is about, if one.
        doctor_id: who holds it; None is the coordinator.
        planned_id: whose the patient was by the plan when it was addressed last.
        frame_id: the reading that raised it.
    """

    episode: Episode
    patient_no: int | None
    ward: str
    id: UUID = field(default_factory=uuid4)
    device_no: int | None = None
    doctor_id: UUID | None = None
    planned_id: UUID | None = None
    frame_id: int | None = None
    acknowledged_by: UUID | None = None
    closed_by: UUID | None = None
    outcome: str | None = None
    comment: str | None = None

    @property
    def open(self) -> bool:
        """Whether it still lives (pending included)."""
        return self.episode.state in DUE_COLUMN


_NEWEST = """
    SELECT DISTINCT ON (patient_no, condition) * FROM episode
     WHERE patient_no = ANY (%(patients)s) AND condition = ANY (%(conditions)s) AND NOT historic
       AND (state IN ('pending', 'open', 'acknowledged')
            OR (state = 'resolved' AND closed_at > %(since)s AND NOT ended_stay))
     ORDER BY patient_no, condition, (closed_at IS NULL) DESC, closed_at DESC
"""

_LOCK_LIVING = """
    SELECT FROM episode
     WHERE patient_no = ANY (%(patients)s) AND condition = ANY (%(conditions)s)
       AND state IN ('pending', 'open', 'acknowledged')
     ORDER BY id FOR UPDATE
"""

_OPEN_BY_CONDITION = """
    SELECT * FROM episode
     WHERE condition = ANY (%s) AND state IN ('pending', 'open', 'acknowledged') FOR UPDATE
"""

_DUE = """
    SELECT * FROM episode
     WHERE (state = 'pending' AND pending_due <= %(now)s)
        OR (state = 'open' AND escalate_due <= %(now)s)
        OR (state = 'acknowledged' AND acknowledged_until <= %(now)s)
     ORDER BY coalesce(pending_due, escalate_due, acknowledged_until) LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
"""

_FIXED = ("id", "patient_no", "device_no", "kind")
_CHANGING = (
    *("ward", "condition", "priority", "state", "historic", "started_at", "measured_at"),
    *("received_at", "pending_due", "escalate_due", "acknowledged_until", "deadline", "raised_at"),
    *("doctor_id", "message", "value", "count", "rule", "frame_id", "detail", "cleared_at"),
    *("escalation_level", "acknowledged_by", "acknowledged_at", "closed_at", "closed_by"),
    *("outcome", "comment", "planned_id", "calls", "planned", "lapsed_at", "called_for"),
    *("snoozed_until", "snoozed_since"),
)


def upsert(table: str, fixed: Sequence[str], changing: Sequence[str]) -> str:
    """Return the statement that writes rows whole, by their id.

    Args:
        table: our own name.
        fixed: columns that never change, ``id`` among them.
        changing: the others.
    """
    names = (*fixed, *changing)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) "  # noqa: S608 - our own words
        f"VALUES ({', '.join(f'%({name})s' for name in names)}) ON CONFLICT (id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in changing)
    )


_UPSERT = upsert("episode", _FIXED, _CHANGING)


def record_of(row: Row) -> EpisodeRow:
    """Return the record that a row of ``episode`` holds."""
    state = State(row["state"])
    due = row[DUE_COLUMN[state]] if state in DUE_COLUMN else None
    return EpisodeRow(
        id=row["id"],
        patient_no=row["patient_no"],
        ward=row["ward"],
        device_no=row["device_no"],
        doctor_id=row["doctor_id"],
        planned_id=row["planned_id"],
        frame_id=row["frame_id"],
        acknowledged_by=row["acknowledged_by"],
        closed_by=row["closed_by"],
        outcome=row["outcome"],
        comment=row["comment"],
        episode=Episode(
            condition=row["condition"],
            priority=Priority(row["priority"]),
            state=state,
            started_ms=ms_of(row["started_at"]),
            measured_ms=ms_of(row["measured_at"]),
            received_ms=ms_of(row["received_at"] or row["measured_at"]),
            level=LEVELS[row["escalation_level"]],
            raised_ms=maybe_ms(row["raised_at"]),
            due_ms=maybe_ms(due),
            deadline_ms=maybe_ms(row["deadline"]),
            cleared_ms=maybe_ms(row["cleared_at"]),
            acknowledged_ms=maybe_ms(row["acknowledged_at"]),
            lapsed_ms=maybe_ms(row["lapsed_at"]),
            planned=row["planned"],
            calls=row["calls"],
            closed_ms=maybe_ms(row["closed_at"]),
            closed_by_person=row["closed_by"] is not None,
            historic=row["historic"],
            count=row["count"],
            value=row["value"],
            message=row["message"],
            rule=row["rule"],
            detail=row["detail"],
            called_for=row["called_for"] and msgspec.convert(row["called_for"], CalledFor),
            snoozed_ms=maybe_ms(row["snoozed_until"]),
            snoozed_since_ms=maybe_ms(row["snoozed_since"]),
        ),
    )


def _parameters(record: EpisodeRow) -> Row:
    episode = record.episode
    due: Row = dict.fromkeys(DUE_COLUMN.values())
    if episode.state in DUE_COLUMN:
        due[DUE_COLUMN[episode.state]] = instant(episode.due_ms)
    return {
        **due,
        "id": record.id,
        "patient_no": record.patient_no,
        "device_no": record.device_no,
        "ward": record.ward,
        "condition": episode.condition,
        "kind": kind_of(episode.condition).value,
        "priority": episode.priority.value,
        "state": episode.state.value,
        "historic": episode.historic,
        "started_at": instant(episode.started_ms),
        "measured_at": instant(episode.measured_ms),
        "received_at": instant(episode.received_ms),
        "deadline": instant(episode.deadline_ms),
        "raised_at": instant(episode.raised_ms),
        "doctor_id": record.doctor_id,
        "planned_id": record.planned_id,
        "message": episode.message,
        "value": episode.value,
        "count": episode.count,
        "rule": episode.rule,
        "frame_id": record.frame_id,
        "detail": Jsonb(episode.detail),
        "cleared_at": instant(episode.cleared_ms),
        "escalation_level": LEVELS.index(episode.level),
        "acknowledged_by": record.acknowledged_by,
        "acknowledged_at": instant(episode.acknowledged_ms),
        "closed_at": instant(episode.closed_ms),
        "closed_by": record.closed_by,
        "outcome": record.outcome,
        "comment": record.comment,
        "calls": episode.calls,
        "planned": episode.planned,
        "lapsed_at": instant(episode.lapsed_ms),
        "called_for": episode.called_for and Jsonb(msgspec.to_builtins(episode.called_for)),
        "snoozed_until": instant(episode.snoozed_ms),
        "snoozed_since": instant(episode.snoozed_since_ms),
    }


async def newest(
    conn: Conn, patients: Sequence[int], conditions: Sequence[str], since_ms: int
) -> list[EpisodeRow]:
    """Return, for each patient and condition, the living episode or the last one resolved.

    Args:
        conn: the leader's connection, in a transaction.
        patients: patients' numbers.
        conditions: names of conditions.
        since_ms: episodes resolved before this are of no interest.
    """
    asked = {"patients": list(patients), "conditions": list(conditions), "since": instant(since_ms)}
    await conn.execute(_LOCK_LIVING, asked)
    cursor = await conn.execute(_NEWEST, asked)
    return [record_of(row) for row in await cursor.fetchall()]


async def get(conn: Conn, episode_id: UUID) -> EpisodeRow | None:
    """Return one episode, locked until the end of the transaction."""
    cursor = await conn.execute("SELECT * FROM episode WHERE id = %s FOR UPDATE", (episode_id,))
    row = await cursor.fetchone()
    return None if row is None else record_of(row)


async def of_conditions(conn: Conn, conditions: Sequence[str]) -> list[EpisodeRow]:
    """Return the living episodes of these conditions, locked."""
    cursor = await conn.execute(_OPEN_BY_CONDITION, (list(conditions),))
    return [record_of(row) for row in await cursor.fetchall()]


async def due(conn: Conn, now_ms: int, limit: int) -> list[EpisodeRow]:
    """Return episodes whose next stored moment has come, longest due first, locked."""
    cursor = await conn.execute(_DUE, {"now": instant(now_ms), "limit": limit})
    return [record_of(row) for row in await cursor.fetchall()]


async def save(conn: Conn, records: Iterable[EpisodeRow]) -> None:
    """Write the records whole; new ones are inserted."""
    async with conn.cursor() as cursor:
        await cursor.executemany(_UPSERT, [_parameters(record) for record in records])
