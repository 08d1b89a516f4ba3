"""SQL of the FHIR facade: readings with their partner in a pressure, scores, people.

The acting user's rights choose, as in every store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics.domain.vitals import Metric
from api.store.types import Conn, Row

Key = tuple[datetime, int, int]
"""Where a page of observations ends: time, metric (0: a score), frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationsAsked:
    """Which observations of a patient.

    Attributes:
        patient_no: whose.
        span: mapped time, start included, end not.
        received: by when they came in, as ``span``.
        newest_first: the order.
        after: the last one of the page before.
        limit: at most so many.
    """

    patient_no: int
    span: tuple[datetime, datetime]
    received: tuple[datetime, datetime]
    newest_first: bool
    after: Key | None
    limit: int

    def parameters(self) -> Row:
        """Return the parameters that both statements have."""
        time, metric, frame = self.after or (self.span[0], 0, 0)
        return {
            "patient": self.patient_no,
            "start": self.span[0],
            "end": self.span[1],
            "since": self.received[0],
            "until": self.received[1],
            "first": self.after is None,
            "time": time,
            "metric": metric,
            "frame": frame,
            "limit": self.limit,
        }


_ORDER = {True: ("<", "DESC"), False: (">", "ASC")}
_SYSTOLIC, _DIASTOLIC = int(Metric.SBP), int(Metric.DBP)

# One index scan for each metric, cut at the page; the two values of one pressure are one row.
_READINGS = f"""
    SELECT o.*, d.id AS device, u.role AS entered_by_role,
           coalesce(nullif(u.display_name, ''), u.username) AS entered_by_name
      FROM unnest(%(metrics)s::smallint[]) AS wanted (metric)
     CROSS JOIN LATERAL (
        SELECT s.time, s.received, s.frame_id, s.patient_no, s.device_no, s.metric, s.quality,
               s.value, s.entered_by, s.marked_at, t.value AS other
          FROM observation_on_record s
          LEFT JOIN LATERAL (
              SELECT x.value FROM observation_on_record x
               WHERE s.metric = {_SYSTOLIC} AND x.patient_no = s.patient_no
                 AND x.metric = {_DIASTOLIC} AND x.time = s.time AND x.frame_id = s.frame_id
               LIMIT 1) t ON true
         WHERE s.patient_no = %(patient)s AND s.metric = wanted.metric
           AND s.time >= %(start)s AND s.time < %(end)s
           AND s.received >= %(since)s AND s.received < %(until)s
           AND (s.metric <> {_DIASTOLIC} OR NOT EXISTS (
                SELECT FROM observation_on_record y
                 WHERE y.patient_no = s.patient_no AND y.metric = {_SYSTOLIC}
                   AND y.time = s.time AND y.frame_id = s.frame_id))
           AND (%(first)s OR (s.time, s.metric::integer, s.frame_id)
                {{than}} (%(time)s, %(metric)s, %(frame)s))
         ORDER BY s.time {{order}}, s.frame_id {{order}} LIMIT %(limit)s) o
      LEFT JOIN device d ON d.no = o.device_no
      LEFT JOIN app_user u ON u.id = o.entered_by
     ORDER BY o.time {{order}}, o.metric {{order}}, o.frame_id {{order}} LIMIT %(limit)s
"""  # noqa: S608 - our own numbers

_SCORES = """
    SELECT a.time, a.received, a.frame_id, a.patient_no, a.score, a.low, a.high, a.missing,
           0 AS metric,
           ARRAY(SELECT o.metric::integer FROM observation_seen o
                  WHERE o.patient_no = a.patient_no AND o.metric = ANY (%(scored)s::smallint[])
                    AND o.time = a.time AND o.frame_id = a.frame_id ORDER BY 1) AS measured
      FROM assessment_seen a
     WHERE a.patient_no = %(patient)s AND a.time >= %(start)s AND a.time < %(end)s
       AND a.received >= %(since)s AND a.received < %(until)s
       AND (%(first)s OR (a.time, 0, a.frame_id) {than} (%(time)s, %(metric)s, %(frame)s))
     ORDER BY a.time {order}, a.frame_id {order} LIMIT %(limit)s
"""


async def observations(conn: Conn, asked: ObservationsAsked, metrics: Sequence[int]) -> list[Row]:
    """Readings of these metrics, a pressure's two as one row with ``other``."""
    than, order = _ORDER[asked.newest_first]
    found = await conn.execute(
        _READINGS.format(than=than, order=order), asked.parameters() | {"metrics": list(metrics)}
    )
    return await found.fetchall()


async def scores(conn: Conn, asked: ObservationsAsked, scored: Sequence[int]) -> list[Row]:
    """NEWS2 as it was assessed, with which of the ``scored`` metrics came in the same frame."""
    than, order = _ORDER[asked.newest_first]
    found = await conn.execute(
        _SCORES.format(than=than, order=order), asked.parameters() | {"scored": list(scored)}
    )
    return await found.fetchall()


_CLINICIANS = """
    SELECT u.id, coalesce(nullif(u.display_name, ''), u.username) AS name, u.state
      FROM app_user u
     WHERE u.role IN ('doctor', 'nurse', 'coordinator')
       AND (%(ward)s::text IS NULL OR u.ward = %(ward)s)
       AND (%(id)s::uuid IS NULL OR u.id = %(id)s)
       AND (%(of)s::integer IS NULL OR u.id IN (
            SELECT user_id FROM care_team WHERE patient_no = %(of)s))
       AND (%(after)s::uuid IS NULL OR u.id > %(after)s)
     ORDER BY u.id LIMIT %(limit)s
"""


async def practitioners(
    conn: Conn,
    *,
    ward: str | None,
    of_patient: int | None,
    only: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """Accounts of staff, by id.

    Args:
        conn: any connection of the API.
        ward: of this ward alone; None: of all.
        of_patient: in this patient's care team alone.
        only: this one alone.
        after: the last of the page before.
        limit: at most so many.
    """
    asked = {"ward": ward, "of": of_patient, "id": only, "after": after, "limit": limit}
    found = await conn.execute(_CLINICIANS, asked)
    return await found.fetchall()


async def encounter(conn: Conn, encounter_id: UUID) -> Row | None:
    """One stay that the acting user may see, with its patient's id."""
    found = await conn.execute(
        """
        SELECT e.id, e.status, e.class, e.period_start, e.period_end, e.participants,
               e.patient_no, p.id AS patient
          FROM encounter e JOIN patient p ON p.no = e.patient_no WHERE e.id = %s
        """,
        (encounter_id,),
    )
    return await found.fetchone()


async def alert_of_reason(conn: Conn, reason_id: UUID) -> UUID | None:
    """The alert that a reason belongs to, if the acting user may see it."""
    found = await conn.execute("SELECT episode_id FROM reason WHERE id = %s", (reason_id,))
    row = await found.fetchone()
    return row["episode_id"] if row else None


async def audit_event(conn: Conn, audit_id: int) -> Row | None:
    """One row of the record of accesses."""
    found = await conn.execute(
        """
        SELECT a.id, a.at, a.actor, u.username, a.action, p.id AS patient
          FROM audit a LEFT JOIN app_user u ON u.id::text = a.actor
          LEFT JOIN patient p ON p.no = a.patient_no WHERE a.id = %s
        """,
        (audit_id,),
    )
    return await found.fetchone()


async def folded_as(conn: Conn, entry_id: int) -> int | None:
    """The number under which the lane folded an entry, None while it waits."""
    found = await conn.execute("SELECT folded_as FROM lane_input WHERE id = %s", (entry_id,))
    row = await found.fetchone()
    return row["folded_as"] if row else None
