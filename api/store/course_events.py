"""SQL of what happened to a patient beside the readings: one time line for the chart."""

from datetime import datetime

from api.store.types import Conn, Row

# Each part has the same columns: when, until when, of what kind, what, its words (maybe sealed),
# when it was answered, and by whom it was answered or written.
# An alert stands from when it was raised until it was closed: one from before is on it, too.
_EVENTS = """
    SELECT e.raised_at AS at, e.closed_at AS until,
           CASE WHEN e.kind = 'clinical' THEN 'alert' ELSE 'device' END AS kind,
           e.condition AS what, e.priority, e.message AS text, e.acknowledged_at AS answered,
           coalesce(nullif(u.display_name, ''), u.username) AS by_name, e.id::text AS id
      FROM episode e LEFT JOIN app_user u ON u.id = e.acknowledged_by
     WHERE e.patient_no = %(no)s AND e.raised_at < %(end)s
       AND coalesce(e.closed_at, 'infinity') >= %(start)s AND NOT e.historic
       AND e.state <> 'pending'
    UNION ALL
    SELECT n.written_at, NULL, 'note', n.kind, NULL, n.text, NULL,
           coalesce(nullif(u.display_name, ''), u.username), n.id::text
      FROM patient_note n LEFT JOIN app_user u ON u.id = n.written_by
     WHERE n.patient_no = %(no)s AND n.written_at >= %(start)s AND n.written_at < %(end)s
    UNION ALL
    SELECT c.issued, NULL, CASE WHEN c.command = 'message' THEN 'advice' ELSE 'device' END,
           c.command, NULL, c.args ->> 'text', NULL,
           coalesce(nullif(u.display_name, ''), u.username), c.id::text
      FROM command c JOIN device d ON d.no = c.device_no LEFT JOIN app_user u ON u.id = c.issued_by
     WHERE d.patient_no = %(no)s AND c.issued >= %(start)s AND c.issued < %(end)s
       AND c.command IN ('message', 'measure', 'interval')
    UNION ALL
    SELECT d.bound_from, NULL, 'device', 'enrolled', NULL, d.kind, NULL, NULL, d.id
      FROM device d
     WHERE d.patient_no = %(no)s AND d.bound_from >= %(start)s AND d.bound_from < %(end)s
    UNION ALL
    SELECT d.bound_to, NULL, 'device', 'ended', NULL, d.kind, NULL, NULL, d.id
      FROM device d
     WHERE d.patient_no = %(no)s AND d.bound_to >= %(start)s AND d.bound_to < %(end)s
    UNION ALL
    SELECT p.set_at, NULL, 'plan', 'care_plan', NULL, NULL, NULL,
           coalesce(nullif(u.display_name, ''), u.username), p.revision::text
      FROM care_plan p LEFT JOIN app_user u ON u.id = p.set_by
     WHERE p.patient_no = %(no)s AND p.revision > 1
       AND p.set_at >= %(start)s AND p.set_at < %(end)s
     ORDER BY at, id LIMIT %(limit)s
"""


async def events(
    conn: Conn, patient_no: int, start: datetime, end: datetime, limit: int
) -> list[Row]:
    """Return what was raised, written, sent and changed of a patient in a stretch, oldest first.

    Args:
        conn: a connection acting for staff who may see the patient.
        patient_no: whose.
        start: an alert that was still open then belongs to it.
        end: not included.
        limit: at most so many.
    """
    asked = {"no": patient_no, "start": start, "end": end, "limit": limit}
    return await (await conn.execute(_EVENTS, asked)).fetchall()
