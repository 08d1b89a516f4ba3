"""Reminders to patients by the channels that they chose, and by a device of theirs."""

from datetime import datetime

from api.store.types import Conn, Row

# Not of an alert: it waits for the end of quiet hours, and nobody is called in the person's place.
_REMIND = """
    INSERT INTO notice (patient_no, ward, user_id, channel_id, kind, priority, change, called_at)
    SELECT %(no)s, %(ward)s, u.id, c.id, c.kind, 'low', %(change)s, %(now)s
      FROM app_user u CROSS JOIN LATERAL (
            SELECT id, kind FROM notice_channel
             WHERE user_id = u.id ORDER BY position, id LIMIT 1) c
     WHERE u.patient_no = %(no)s AND u.role = 'patient' AND u.state = 'active'
"""
# One device of each patient shows it: what measures something of it, else the newest.
_TELL = """
    INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at)
    SELECT d.no, p.bucket, 'message', jsonb_build_object('text', %(text)s::text), %(now)s,
           %(expires)s, %(now)s
      FROM patient p CROSS JOIN LATERAL (
            SELECT no FROM device
             WHERE patient_no = p.no AND state = 'enrolled' AND bound_to IS NULL
             ORDER BY expected ?| %(metrics)s::text[] DESC, no DESC LIMIT 1) d
     WHERE p.no = %(no)s
    RETURNING pg_notify('homeward_inbox', 'command')
"""


async def notify(conn: Conn, patient_no: int, ward: str, change: str, now: datetime) -> int:
    """Write a notice to the patient's own accounts, over the channel that each wants first.

    Who has no channel is reminded by the page and the device alone; how many were told.
    """
    told = {"no": patient_no, "ward": ward, "change": change, "now": now}
    return (await conn.execute(_REMIND, told)).rowcount


async def show(conn: Conn, asked: Row) -> int:
    """Show words on a device of the patient; 0: there is none.

    Args:
        conn: the engine's.
        asked: ``no``, ``text``, ``metrics`` that they are about, ``now``, ``expires``.
    """
    return (await conn.execute(_TELL, asked)).rowcount
