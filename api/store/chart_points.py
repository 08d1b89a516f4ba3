"""Points of the pages' charts: the course of a score, newest readings, messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from api.store import rollups
from api.store.types import Conn, Row

_POINTS = 700

# Slots are counted from `start`, so that the newest one ends now.
_DAY = """
    SELECT p.id, p.no, %(start)s + %(width)s * slot.n AS time, max(s.low) AS low
      FROM patient p
      JOIN assessment_seen s ON s.patient_no = p.no AND s.time >= %(start)s
     CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM s.time - %(start)s)
                                      / extract(epoch FROM %(width)s))::integer AS n) AS slot
     WHERE p.id = ANY (%(patients)s) GROUP BY p.id, p.no, slot.n
"""

_NEWEST = """
    SELECT patient_no, received, measured, assessment, latest FROM patient_now
     WHERE patient_no = ANY (%s)
"""

_MESSAGES = """
    SELECT c.id, c.args ->> 'text' AS text, c.issued, c.state
      FROM command c JOIN device d ON d.no = c.device_no
     WHERE d.patient_no = %s AND c.command = 'message' ORDER BY c.issued DESC LIMIT 30
"""


async def assessments(conn: Conn, patient_no: int, start: datetime, end: datetime) -> list[Row]:
    """Return a patient's scores and risk over time, oldest first, thinned to the worst of a slice.

    So a thinned chart never hides a bad quarter of an hour; ``newest`` of a slice is where it is
    drawn.

    Args:
        conn: a connection acting for a person who may see the patient.
        patient_no: the patient.
        start: from this event time on.
        end: up to, without, this event time.
    """
    span = (start, end)
    width = rollups.neat_width(span, _POINTS)
    return await rollups.assessments(conn, patient_no, span, width, zone=None, limit=2 * _POINTS)


async def day_courses(
    conn: Conn, patients: Sequence[UUID], start: datetime, width: timedelta
) -> list[Row]:
    """Return the worst score of each slot of ``width`` since ``start``, of each of the patients."""
    asked = {"patients": list(patients), "start": start, "width": width}
    return await (await conn.execute(_DAY, asked)).fetchall()


async def newest(conn: Conn, numbers: Sequence[int]) -> dict[int, Row]:
    """Return the newest arrival, assessment and readings of each of these patients."""
    rows = await (await conn.execute(_NEWEST, (list(numbers),))).fetchall()
    return {row["patient_no"]: row for row in rows}


async def messages(conn: Conn, patient_no: int) -> list[Row]:
    """Return the newest 30 messages that were sent to a patient's devices."""
    return await (await conn.execute(_MESSAGES, (patient_no,))).fetchall()


async def patient_id(conn: Conn, patient_no: int) -> UUID | None:
    """Return the outside id of a patient whom the acting person may see."""
    row = await (
        await conn.execute("SELECT id FROM patient WHERE no = %s", (patient_no,))
    ).fetchone()
    return row["id"] if row else None


async def accounts(conn: Conn, patient_no: int) -> list[Row]:
    """Return the accounts with which a patient sees their own readings."""
    found = await conn.execute(
        """SELECT id, username, display_name, state FROM app_user WHERE patient_no = %s
            ORDER BY username""",
        (patient_no,),
    )
    return await found.fetchall()
