"""What people did last about patients: an answer to an alert, a reading entered, a note."""

from collections.abc import Sequence
from uuid import UUID

from api.store.types import Conn, Row

_LAST = """
    SELECT p.no, p.id AS patient, l.what, l.outcome, l.at,
           coalesce(nullif(u.display_name, ''), u.username) AS by
      FROM patient p
      LEFT JOIN LATERAL (
          (SELECT h.change AS what, CASE WHEN h.change = 'resolved' THEN e.outcome END AS outcome,
                  h.at, h.actor FROM alert_history h JOIN episode e ON e.id = h.episode_id
            WHERE h.patient_no = p.no AND h.actor IS NOT NULL ORDER BY h.no DESC LIMIT 1)
          UNION ALL
          (SELECT 'observed', NULL, i.entered_at, i.entered_by
             FROM lane_input i JOIN app_user s ON s.id = i.entered_by AND s.role <> 'patient'
            WHERE i.patient_no = p.no AND i.kind = 'observations' ORDER BY i.id DESC LIMIT 1)
          UNION ALL
          (SELECT 'noted', NULL, n.written_at, n.written_by FROM patient_note n
            WHERE n.patient_no = p.no ORDER BY n.written_at DESC LIMIT 1)
          ORDER BY at DESC LIMIT 1) l ON true
      LEFT JOIN app_user u ON u.id = l.actor
     WHERE p.id = ANY (%(ids)s)
"""


async def of_patients(conn: Conn, ids: Sequence[UUID]) -> list[Row]:
    """Return these patients, as far as whoever asks may see them, with what was done last.

    ``what`` is in the words of the alert engine, ``observed`` or ``noted``; None: nothing yet.
    """
    return await (await conn.execute(_LAST, {"ids": list(ids)})).fetchall()
