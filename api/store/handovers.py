"""Open alerts whose holder is not the right one any more: a shift or the plan has changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.episodes import EpisodeRow, record_of
from api.store.types import Conn, Row

_UNATTENDED = """
    SELECT e.* FROM episode e
      LEFT JOIN assignment a ON a.patient_no = e.patient_no AND a.doctor_id = ANY (%(at_work)s)
     WHERE e.kind = 'clinical' AND e.state IN ('open', 'acknowledged') AND NOT e.historic
       AND CASE WHEN e.condition = ANY (%(coordinators)s)
           THEN e.doctor_id <> ALL (%(at_work)s)
                OR (e.ward = ANY (%(out_of_hours)s) AND e.escalation_level < 3)
           WHEN e.ward = ANY (%(staffed)s) THEN
             e.doctor_id IS NULL OR e.doctor_id <> ALL (%(at_work)s)
             OR a.doctor_id <> coalesce(e.planned_id, '00000000-0000-0000-0000-000000000000')
             OR (e.state = 'open' AND e.escalation_level = 0 AND EXISTS (
                 SELECT FROM jsonb_to_recordset(%(unfit)s)
                          AS u (ward text, response text, doctor uuid)
                  WHERE u.ward = e.ward AND u.doctor = e.doctor_id AND u.response =
                        CASE WHEN e.condition = ANY (%(emergency)s)
                                  OR e.condition LIKE 'critical\\_%%' THEN 'emergency'
                             WHEN e.condition = ANY (%(urgent)s) OR e.priority <> 'low'
                             THEN 'urgent' ELSE 'routine' END))
           ELSE e.doctor_id IS NOT NULL OR e.escalation_level <
                CASE WHEN e.ward = ANY (%(out_of_hours)s) THEN 3 ELSE 2 END END
     ORDER BY e.id LIMIT %(limit)s FOR UPDATE OF e SKIP LOCKED
"""

_ASTRAY = """
    SELECT e.*, p.ward AS ward_now FROM episode e JOIN patient p ON p.no = e.patient_no
     WHERE e.state IN ('pending', 'open', 'acknowledged') AND e.ward <> p.ward
     ORDER BY e.id LIMIT %s FOR UPDATE OF e SKIP LOCKED
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Who is at work, by what makes a difference to whom an alert is for.

    Attributes:
        at_work: everybody.
        unfit: whom a ward does not want first for a response while it has somebody whom it does:
            ``ward``, ``response``, ``doctor``.
        staffed: wards with anybody.
        out_of_hours: wards in which the out-of-hours contact is in the coordinators' place now.
        emergency: conditions that want the emergency response, besides ``critical_*``.
        urgent: those that want the urgent one, besides what is not low.
        coordinators: conditions that are the coordinator's from the beginning.
    """

    at_work: Collection[UUID]
    unfit: Sequence[Row]
    staffed: Collection[str]
    out_of_hours: Collection[str]
    emergency: Collection[str]
    urgent: Collection[str]
    coordinators: Collection[str]


async def unattended(conn: Conn, present: Present, limit: int) -> list[EpisodeRow]:
    """Return, locked, alerts that must be addressed anew.

    Those held by nobody at work; those of a ward without anybody that are not the coordinator's;
    those whose patient has another doctor by the plan than when they were addressed; those that
    nobody has answered, held by a nurse where the ward wants a doctor and has one, or the reverse.

    Args:
        conn: the leader's connection, in a transaction.
        present: who is at work.
        limit: the most rows.
    """
    asked = {
        "at_work": list(present.at_work),
        "unfit": Jsonb(list(present.unfit)),
        "staffed": list(present.staffed),
        "out_of_hours": list(present.out_of_hours),
        "emergency": list(present.emergency),
        "urgent": list(present.urgent),
        "coordinators": list(present.coordinators),
        "limit": limit,
    }
    cursor = await conn.execute(_UNATTENDED, asked)
    return [record_of(row) for row in await cursor.fetchall()]


async def astray(conn: Conn, limit: int) -> list[tuple[EpisodeRow, str]]:
    """Return, locked, living alerts of patients who are in another ward now, with that ward."""
    rows = await (await conn.execute(_ASTRAY, (limit,))).fetchall()
    return [(record_of(row), row["ward_now"]) for row in rows]
