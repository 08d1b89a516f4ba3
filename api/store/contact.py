"""SQL of whom to tell of messages and asked-for calls away from the page (the engine's login)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_UNTOLD = """
    SELECT 'message' AS what, m.id, m.patient_no, p.ward, m.by_patient, false AS overdue
      FROM patient_message m JOIN patient p ON p.no = m.patient_no
     WHERE m.told_at IS NULL
    UNION ALL
    SELECT 'message', m.id, m.patient_no, p.ward, true, true
      FROM patient_message m JOIN patient p ON p.no = m.patient_no
     WHERE m.by_patient AND m.first_seen IS NULL AND m.overdue_at IS NULL
       AND m.told_at IS NOT NULL AND m.written_at <= %(unread_since)s
    UNION ALL
    SELECT 'call_asked', r.id, r.patient_no, p.ward, true, false
      FROM call_request r JOIN patient p ON p.no = r.patient_no
     WHERE r.told_at IS NULL AND r.state = 'open'
    UNION ALL
    SELECT 'call_asked', r.id, r.patient_no, p.ward, true, true
      FROM call_request r JOIN patient p ON p.no = r.patient_no
     WHERE r.state = 'open' AND r.told_at IS NOT NULL AND r.overdue_at IS NULL
       AND r.due_at <= %(now)s
    UNION ALL
    SELECT 'advice', a.id, a.patient_no, p.ward, false, false
      FROM advice a JOIN patient p ON p.no = a.patient_no
     WHERE a.told_at IS NULL
    UNION ALL
    SELECT 'advice', a.id, a.patient_no, p.ward, true, true
      FROM advice a JOIN patient p ON p.no = a.patient_no
     WHERE a.confirmed_at IS NULL AND a.told_at IS NOT NULL AND a.overdue_at IS NULL
       AND a.due_at <= %(now)s AND p.state <> 'discharged'
     LIMIT %(limit)s
"""

_MARK = {
    ("message", False): "UPDATE patient_message SET told_at = %(now)s WHERE id = %(id)s",
    ("message", True): "UPDATE patient_message SET overdue_at = %(now)s WHERE id = %(id)s",
    ("call_asked", False): "UPDATE call_request SET told_at = %(now)s WHERE id = %(id)s",
    ("call_asked", True): "UPDATE call_request SET overdue_at = %(now)s WHERE id = %(id)s",
    ("advice", False): "UPDATE advice SET told_at = %(now)s WHERE id = %(id)s",
    ("advice", True): "UPDATE advice SET overdue_at = %(now)s WHERE id = %(id)s",
}

_TEAM = "SELECT patient_no, user_id FROM care_team WHERE patient_no = ANY (%s)"

_OWN = """
    SELECT patient_no, id AS user_id FROM app_user
     WHERE role = 'patient' AND state = 'active' AND patient_no = ANY (%s)
"""

# One notice of a kind waits for a person at a time: ten messages in a minute ring once.
_TELL = """
    INSERT INTO notice (patient_no, ward, user_id, channel_id, kind, priority, change, called_at)
    SELECT %(patient_no)s, %(ward)s, u.id, c.id, c.kind, %(priority)s, %(change)s, %(now)s
      FROM app_user u CROSS JOIN LATERAL (
            SELECT id, kind FROM notice_channel
             WHERE user_id = u.id ORDER BY position, id LIMIT 1) c
     WHERE u.id = ANY (%(users)s) AND u.state = 'active' AND NOT EXISTS (
           SELECT FROM notice n WHERE n.user_id = u.id AND n.patient_no = %(patient_no)s
              AND n.change = %(change)s AND n.state = 'waiting')
"""


_NEWS = """
    SELECT c.id, c.patient_no, p.ward, d.user_id AS doctor, c.news AS what, c.news_by AS by
      FROM consultation c JOIN patient p ON p.no = c.patient_no JOIN doctor d ON d.id = c.doctor_id
     WHERE c.news IS NOT NULL
    UNION ALL
    SELECT c.id, c.patient_no, p.ward, d.user_id, 'early', NULL
      FROM consultation c JOIN patient p ON p.no = c.patient_no JOIN doctor d ON d.id = c.doctor_id
     WHERE c.state = 'booked' AND c.early_told IS NULL AND lower(c.during) <= %(early)s
       AND lower(c.during) > %(soon)s
    UNION ALL
    SELECT c.id, c.patient_no, p.ward, d.user_id, 'soon', NULL
      FROM consultation c JOIN patient p ON p.no = c.patient_no JOIN doctor d ON d.id = c.doctor_id
     WHERE c.state = 'booked' AND c.soon_told IS NULL AND lower(c.during) <= %(soon)s
       AND upper(c.during) > %(now)s
     LIMIT %(limit)s
"""

_TOLD = {
    "early": "UPDATE consultation SET early_told = %(now)s WHERE id = %(id)s",
    "soon": """UPDATE consultation SET soon_told = %(now)s,
                      early_told = coalesce(early_told, %(now)s) WHERE id = %(id)s""",
}
_NEWS_TOLD = "UPDATE consultation SET news = NULL, news_by = NULL WHERE id = %(id)s"


async def news(
    conn: Conn, now: datetime, *, early: datetime, soon: datetime, limit: int
) -> list[Row]:
    """Return what is new of consultations, and of which it is time to remind.

    Args:
        conn: the engine's.
        now: ward time.
        early: what begins before is reminded of for the first time ...
        soon: ... and for the second.
        limit: at most so much.
    """
    asked = {"now": now, "early": early, "soon": soon, "limit": limit}
    return await (await conn.execute(_NEWS, asked)).fetchall()


async def mark_news(conn: Conn, row: Row, now: datetime) -> None:
    """Note that both sides were told."""
    statement = _TOLD.get(row["what"], _NEWS_TOLD)
    await conn.execute(statement.encode(), {"id": row["id"], "now": now})


async def asked_of(conn: Conn, limit: int) -> list[Row]:
    """Return the cases whose experts were not told yet: ``patient_no``, ``ward``, ``users``."""
    found = await conn.execute(
        """SELECT c.id, c.patient_no, p.ward, array_agg(e.user_id ORDER BY e.user_id) AS users
             FROM expert_case c JOIN patient p ON p.no = c.patient_no
             JOIN case_expert e ON e.case_id = c.id
            WHERE c.told_at IS NULL GROUP BY c.id, c.patient_no, p.ward LIMIT %s""",
        (limit,),
    )
    return await found.fetchall()


async def mark_asked(conn: Conn, case_id: UUID, now: datetime) -> None:
    """Note that a case's experts were told."""
    await conn.execute("UPDATE expert_case SET told_at = %s WHERE id = %s", (now, case_id))


async def untold(conn: Conn, now: datetime, unread_since: datetime, limit: int) -> list[Row]:
    """Return what nobody was told of yet, and what has waited too long."""
    asked = {"now": now, "unread_since": unread_since, "limit": limit}
    return await (await conn.execute(_UNTOLD, asked)).fetchall()


async def mark(conn: Conn, row: Row, now: datetime) -> None:
    """Note that somebody was told of it."""
    await conn.execute(_MARK[row["what"], row["overdue"]].encode(), {"id": row["id"], "now": now})


async def teams(conn: Conn, patients: Sequence[int]) -> dict[int, list[UUID]]:
    """Return the care team of each of these patients."""
    return await _users(conn, _TEAM, patients)


async def own_accounts(conn: Conn, patients: Sequence[int]) -> dict[int, list[UUID]]:
    """Return the accounts of these patients themselves."""
    return await _users(conn, _OWN, patients)


async def _users(conn: Conn, asked: str, patients: Sequence[int]) -> dict[int, list[UUID]]:
    found: dict[int, list[UUID]] = {}
    for row in await (await conn.execute(asked.encode(), (list(patients),))).fetchall():
        found.setdefault(row["patient_no"], []).append(row["user_id"])
    return found


async def tell(conn: Conn, told: Row) -> None:
    """Write the notice of each of ``users``, over the channel that they want first.

    Args:
        conn: the engine's.
        told: ``users``, ``patient_no``, ``ward``, ``priority``, ``change``, ``now``.
    """
    await conn.execute(_TELL, told)
