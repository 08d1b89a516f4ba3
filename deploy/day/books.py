"""What the day left in the database, read as its owner reads it: every call, answer and notice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from api.store.connections import address
from gateway.ingest.rules import NETWORK_MS

LATE = timedelta(minutes=15)
"""A sample that came later than this is back-fill (docs/clinical.md) ..."""
NETWORK = timedelta(milliseconds=NETWORK_MS)
"""... by more than its way may take, which a fast clock makes longer; the gateway counts alike."""
WAITED_FOR = "unconfirmed_deterioration"
"""What is called by silence after a back-fill, on purpose and to the coordinator alone."""

_CHANGES = """
SELECT p.id::text AS patient, e.id::text AS alert, e.kind, h.at, h.call, h.change, h.rung,
       h.priority, h.actor IS NOT NULL AS by_person, d.name AS holder
  FROM alert_history h JOIN episode e ON e.id = h.episode_id
  LEFT JOIN patient p ON p.no = e.patient_no LEFT JOIN doctor d ON d.id = h.doctor_id
 ORDER BY h.no
"""
_REASONS = """
SELECT p.id::text AS patient, r.condition, r.priority, r.started_at, r.raised_at
  FROM reason r JOIN patient p ON p.no = r.patient_no WHERE r.raised_at IS NOT NULL
 UNION ALL
SELECT p.id::text, e.condition, e.priority, e.started_at, e.raised_at
  FROM episode e JOIN patient p ON p.no = e.patient_no
 WHERE e.kind = 'technical' AND e.raised_at IS NOT NULL
"""
_COUNTS: Mapping[str, str] = {
    "late_readings": "SELECT count(*) FROM observation WHERE received > time + %(late)s",
    "historic": "SELECT count(*) FROM episode WHERE historic",
    "historic_called": """SELECT count(*) FROM alert_history h JOIN episode e ON e.id = h.episode_id
                           WHERE h.call AND e.historic""",
    "backfill_called": """SELECT count(*) FROM alert_event a
        WHERE (a.data ->> 'call')::boolean AND a.data ->> 'by' = 'finding'
          AND a.data ->> 'kind' = 'clinical' AND a.data ->> 'condition' <> %(waited_for)s
          AND (a.data ->> 'received_at')::timestamptz
            > (a.data ->> 'measured_at')::timestamptz + %(late)s""",
    "unconfirmed_called": """SELECT count(*) FROM alert_event a
        WHERE (a.data ->> 'call')::boolean AND a.data ->> 'condition' = %(waited_for)s""",
    "findings_left": "SELECT count(*) FROM outbox WHERE taken_at IS NULL",
    "notices_left": "SELECT count(*) FROM notice WHERE state = 'waiting'",
    "twins": """SELECT count(*) FROM (
        SELECT FROM episode WHERE kind = 'clinical' AND NOT historic
           AND state IN ('pending', 'open', 'acknowledged')
         GROUP BY patient_no HAVING count(*) > 1) twin""",
    "calls_untold": """SELECT abs((SELECT count(*) FROM alert_history WHERE call)
        - (SELECT count(*) FROM alert_event WHERE (data ->> 'call')::boolean))""",
}
# A call of somebody is one notice over their first channel: neither none nor two.
_NOTICES = """
SELECT count(*) FILTER (WHERE n = 0) AS lost, count(*) FILTER (WHERE n > 1) AS doubled
  FROM (SELECT c.episode_id, c.at, count(n.id) AS n
          FROM (SELECT episode_id, at, (array_agg(doctor_id ORDER BY no DESC))[1] AS holder
                  FROM alert_history GROUP BY 1, 2 HAVING bool_or(call)) c
          JOIN doctor d ON d.id = c.holder
          LEFT JOIN notice n ON n.episode_id = c.episode_id AND n.called_at = c.at
                            AND n.user_id = d.user_id AND n.step = 0
         GROUP BY 1, 2) one
"""
_SENT = "SELECT id, sent_at IS NOT NULL AS sent FROM notice WHERE kind = 'push'"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBooks:
    """The record of a day.

    Attributes:
        changes: of alerts, in order.
        reasons: each condition that was raised, with the first reading that met it.
        counts: by the names of this module's questions.
        lost: calls without their notice.
        doubled: calls with more than one.
        sent: notices that the ward says a telephone was handed.
        known: every notice for a telephone.
    """

    changes: Sequence[Mapping[str, Any]]
    reasons: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]
    lost: int
    doubled: int
    sent: frozenset[UUID]
    known: frozenset[UUID]

    def unrung(self, rung: Iterable[UUID]) -> int:
        """Return how many notices were sent that no telephone has had."""
        return len(self.sent - set(rung))

    def invented(self, rung: Iterable[UUID]) -> int:
        """Return how many notices rang that the ward does not know."""
        return len(set(rung) - self.known)


def read_day(database_url: str, rate: float) -> DayBooks:
    """Read the record.

    Args:
        database_url: as its owner.
        rate: of the ward's clock.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    asked = {"late": LATE + NETWORK * max(0.0, rate - 1.0), "waited_for": WAITED_FOR}
    with psycopg.connect(address(database_url), row_factory=dict_row) as sql:
        notices = sql.execute(_SENT).fetchall()
        told = sql.execute(_NOTICES).fetchone() or {}
        return DayBooks(
            changes=sql.execute(_CHANGES).fetchall(),
            reasons=sql.execute(_REASONS).fetchall(),
            counts={name: _number(sql, query, asked) for name, query in _COUNTS.items()},
            lost=told["lost"],
            doubled=told["doubled"],
            sent=frozenset(one["id"] for one in notices if one["sent"]),
            known=frozenset(one["id"] for one in notices),
        )


def patients_of(database_url: str, doctor_id: str) -> int:
    """Return how many patients are somebody's by the plan in force."""
    with psycopg.connect(address(database_url), row_factory=dict_row) as sql:
        query = "SELECT count(*) FROM assignment WHERE doctor_id = %(doctor)s"
        return _number(sql, query, {"doctor": doctor_id})


def settled(database_url: str) -> bool:
    """Whether no finding waits for the engine and no notice for the sender."""
    with psycopg.connect(address(database_url), row_factory=dict_row) as sql:
        left = (_COUNTS["findings_left"], _COUNTS["notices_left"])
        return not any(_number(sql, query, {}) for query in left)


def _number(
    sql: psycopg.Connection[dict[str, Any]], query: str, asked: Mapping[str, object]
) -> int:
    row = sql.execute(query.encode(), asked).fetchone() or {}
    return int(next(iter(row.values()), 0))


def first(changes: Sequence[Mapping[str, Any]], since: datetime, *names: str) -> datetime | None:
    """Return when one of these changes came first from a time on; no names: a call."""
    for one in changes:
        wanted = one["change"] in names if names else one["call"]
        if one["at"] >= since and wanted:
            at: datetime = one["at"]
            return at
    return None
