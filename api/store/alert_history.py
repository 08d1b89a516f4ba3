"""What happened to alerts, in short and for good: written with each change, read as evidence."""

from collections.abc import Sequence
from uuid import UUID

from api.store.types import Conn, Row

_ADD = """
    INSERT INTO alert_history (episode_id, patient_no, ward, at, change, call, rung, priority,
                               actor, doctor_id, settings_revision)
    VALUES (%(episode_id)s, %(patient_no)s, %(ward)s, %(now)s, %(change)s, %(call)s, %(rung)s,
            %(priority)s, %(actor)s, %(doctor_id)s, %(settings_revision)s)
"""

_OF_ALERT = """
    SELECT h.at, h.change, h.call, h.rung, h.priority, h.settings_revision,
           coalesce(nullif(u.display_name, ''), u.username) AS actor, u.role AS actor_role,
           d.name AS doctor
      FROM alert_history h LEFT JOIN app_user u ON u.id = h.actor
      LEFT JOIN doctor d ON d.id = h.doctor_id
     WHERE h.episode_id = %s ORDER BY h.no
"""

_SEEN = """
    SELECT coalesce(nullif(u.display_name, ''), u.username) AS by, u.role, r.first, r.last, r.times
      FROM (SELECT a.actor, min(a.at) AS first, max(a.at) AS last, count(*) AS times FROM audit a
             WHERE a.patient_no = %(patient)s AND a.detail ->> 'alert' = %(alert)s
               AND a.action IN ('alert.read', 'alert.evidence') GROUP BY a.actor) r
      JOIN app_user u ON u.id::text = r.actor ORDER BY r.first, u.id
"""


async def add(conn: Conn, rows: Sequence[Row]) -> None:
    """Note changes, in the transaction that made them."""
    async with conn.cursor() as cursor:
        await cursor.executemany(_ADD, rows)


async def of_alert(conn: Conn, episode_id: UUID) -> list[Row]:
    """Return what happened to an alert, oldest first, as far as whoever asks may see it."""
    return await (await conn.execute(_OF_ALERT, (episode_id,))).fetchall()


async def seen_by(conn: Conn, patient_no: int, episode_id: UUID) -> list[Row]:
    """Return who has opened an alert or its evidence: first and last time, and how often."""
    asked = {"patient": patient_no, "alert": str(episode_id)}
    return await (await conn.execute(_SEEN, asked)).fetchall()
