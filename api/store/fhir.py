"""SQL of the FHIR facade: readings with their partner in a pressure, scores, people.

The acting user's rights choose, as in every store. Pages come from functions of the owner's that
ask for those rights once and then read along the index: see the schema step ``record_pages``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
        limit: at most so many, of each metric.
    """

    patient_no: int
    span: tuple[datetime, datetime]
    received: tuple[datetime, datetime]
    newest_first: bool
    after: Key | None
    limit: int

    def parameters(self) -> Row:
        """Return the parameters that both statements have."""
        time, metric, frame = self.after or (None, None, None)
        return {
            "patient": self.patient_no,
            "start": self.span[0],
            "end": self.span[1],
            "since": self.received[0],
            "until": self.received[1],
            "newest_first": self.newest_first,
            "time": time,
            "metric": metric,
            "frame": frame,
            "limit": self.limit,
        }


_ORDER = {True: "DESC", False: "ASC"}
_PAGE = """(%(patient)s, %(metrics)s::smallint[], %(start)s, %(end)s, %(since)s, %(until)s,
            %(newest_first)s, %(time)s, %(metric)s, %(frame)s, %(limit)s)"""
_READINGS = """
    SELECT o.*, d.id AS device, u.role AS entered_by_role,
           coalesce(nullif(u.display_name, ''), u.username) AS entered_by_name
      FROM {what} o
      LEFT JOIN device d ON d.no = o.device_no
      LEFT JOIN app_user u ON u.id = o.entered_by
"""
_SCORES = f"""
    SELECT a.time, a.received, a.frame_id, a.patient_no, a.score, a.low_points AS low,
           a.high_points AS high, a.missing, a.measured, 0 AS metric
      FROM assessment_page{_PAGE} a
"""  # noqa: S608 - our own words
_NAMED = "observations_named(%(patient)s, %(metrics)s::smallint[], %(times)s, %(frames)s::bigint[])"


async def observations(conn: Conn, asked: ObservationsAsked, metrics: Sequence[int]) -> list[Row]:
    """Readings, at most ``limit`` of each of these metrics, in the order that is asked for.

    A pressure's two values are one row with ``other``.
    """
    order = _ORDER[asked.newest_first]
    statement = _READINGS.format(what=f"observation_page{_PAGE}")
    statement += f" ORDER BY o.time {order}, o.metric {order}, o.frame_id {order}"
    found = await conn.execute(
        statement.encode(), asked.parameters() | {"metrics": sorted(metrics)}
    )
    return await found.fetchall()


async def scores(conn: Conn, asked: ObservationsAsked, scored: Sequence[int]) -> list[Row]:
    """NEWS2 as it was assessed, with which of the ``scored`` metrics came in the same frame."""
    found = await conn.execute(_SCORES, asked.parameters() | {"metrics": sorted(scored)})
    return await found.fetchall()


async def named(conn: Conn, patient_no: int, keys: Sequence[Key]) -> list[Row]:
    """Readings of one patient by time, metric and frame; a pressure's two values are one row."""
    asked = {
        "patient": patient_no,
        "times": [time for time, _, _ in keys],
        "metrics": [metric for _, metric, _ in keys],
        "frames": [frame for _, _, frame in keys],
    }
    found = await conn.execute(_READINGS.format(what=_NAMED).encode(), asked)
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
        SELECT a.id, a.at, a.actor, u.username, a.action, a.patient_no, p.id AS patient
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
