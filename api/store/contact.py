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
     LIMIT %(limit)s
"""

_MARK = {
    ("message", False): "UPDATE patient_message SET told_at = %(now)s WHERE id = %(id)s",
    ("message", True): "UPDATE patient_message SET overdue_at = %(now)s WHERE id = %(id)s",
    ("call_asked", False): "UPDATE call_request SET told_at = %(now)s WHERE id = %(id)s",
    ("call_asked", True): "UPDATE call_request SET overdue_at = %(now)s WHERE id = %(id)s",
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
