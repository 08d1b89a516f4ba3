"""Open alerts whose holder is not the right one any more: a shift or the plan has changed."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from api.store.episodes import EpisodeRow, record_of
from api.store.types import Conn

_UNATTENDED = """
    SELECT e.* FROM episode e
      LEFT JOIN assignment a ON a.patient_no = e.patient_no AND a.doctor_id = ANY (%(at_work)s)
     WHERE e.kind = 'clinical' AND e.state IN ('open', 'acknowledged') AND NOT e.historic
       AND CASE WHEN e.condition = ANY (%(coordinators)s) THEN e.doctor_id <> ALL (%(at_work)s)
           WHEN e.ward = ANY (%(staffed)s) THEN
             e.doctor_id IS NULL OR e.doctor_id <> ALL (%(at_work)s)
             OR a.doctor_id <> coalesce(e.planned_id, '00000000-0000-0000-0000-000000000000')
             OR (e.doctor_id = ANY (%(nurses)s) AND e.ward = ANY (%(with_doctors)s)
                 AND e.state = 'open' AND e.escalation_level = 0
                 AND (e.condition = ANY (%(emergencies)s) OR e.condition LIKE 'critical\\_%%'))
           ELSE e.doctor_id IS NOT NULL OR e.escalation_level < 2 END
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
        nurses: those of them who are no doctors.
        staffed: wards with anybody.
        with_doctors: wards with a doctor.
        emergencies: conditions that are for a doctor first, besides ``critical_*``.
        coordinators: conditions that are the coordinator's from the beginning.
    """

    at_work: Collection[UUID]
    nurses: Collection[UUID]
    staffed: Collection[str]
    with_doctors: Collection[str]
    emergencies: Collection[str]
    coordinators: Collection[str]


async def unattended(conn: Conn, present: Present, limit: int) -> list[EpisodeRow]:
    """Return, locked, alerts that must be addressed anew.

    Those held by nobody at work; those of a ward without anybody that are not the coordinator's;
    those whose patient has another doctor by the plan than when they were addressed; emergencies
    that nobody has answered, held by a nurse while a doctor is there.

    Args:
        conn: the leader's connection, in a transaction.
        present: who is at work.
        limit: the most rows.
    """
    asked = {
        "at_work": list(present.at_work),
        "nurses": list(present.nurses),
        "staffed": list(present.staffed),
        "with_doctors": list(present.with_doctors),
        "emergencies": list(present.emergencies),
        "coordinators": list(present.coordinators),
        "limit": limit,
    }
    cursor = await conn.execute(_UNATTENDED, asked)
    return [record_of(row) for row in await cursor.fetchall()]


async def astray(conn: Conn, limit: int) -> list[tuple[EpisodeRow, str]]:
    """Return, locked, living alerts of patients who are in another ward now, with that ward."""
    rows = await (await conn.execute(_ASTRAY, (limit,))).fetchall()
    return [(record_of(row), row["ward_now"]) for row in rows]
