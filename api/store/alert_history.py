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


async def add(conn: Conn, rows: Sequence[Row]) -> None:
    """Note changes, in the transaction that made them."""
    async with conn.cursor() as cursor:
        await cursor.executemany(_ADD, rows)


async def of_alert(conn: Conn, episode_id: UUID) -> list[Row]:
    """Return what happened to an alert, oldest first, as far as whoever asks may see it."""
    return await (await conn.execute(_OF_ALERT, (episode_id,))).fetchall()
