"""Liveness of devices and wards: when each was last heard."""

from api.store.types import Conn, Row

_DEVICES = """
    SELECT d.no, d.id, d.patient_no, p.ward, d.expected,
           coalesce(d.bound_from, d.registered_at + make_interval(hours => %s)) AS since,
           w.heard, n.latest
      FROM device d JOIN patient p ON p.no = d.patient_no
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN LATERAL (SELECT max(last_received) AS heard FROM device_window
                          WHERE device_no = d.no) w ON true
     WHERE p.state = 'active' AND d.state IN ('registered', 'enrolled') AND d.bound_to IS NULL
     ORDER BY d.no
"""

_TOKEN_HOURS = 24
"""For so long a new device may be set up; then it counts as in use, and its silence as silence."""

_WARDS = """
    SELECT p.ward, count(*) AS patients,
           (SELECT max(coalesce(e.cleared_at, e.closed_at)) FROM episode e
             WHERE e.condition = 'ward_outage' AND e.ward = p.ward) AS outage_ended,
           EXISTS (SELECT FROM episode e
             WHERE e.condition = 'ward_outage' AND e.ward = p.ward AND e.cleared_at IS NULL
               AND e.state IN ('open', 'acknowledged')) AS in_outage
      FROM patient p WHERE p.state = 'active' GROUP BY p.ward ORDER BY p.ward
"""


async def devices(conn: Conn) -> list[Row]:
    """Return the devices of patients who are watched, those never set up included."""
    return await (await conn.execute(_DEVICES, (_TOKEN_HOURS,))).fetchall()


async def wards(conn: Conn) -> list[Row]:
    """Return the wards with watched patients, and when the last outage of each ended."""
    return await (await conn.execute(_WARDS)).fetchall()


async def not_watched(conn: Conn) -> list[Row]:
    """Return episodes that must end because their patient is not watched any more.

    A discharge ends all; a pause ends technical and pending ones, while a clinical alert that
    was raised before it stays until a person answers.
    """
    cursor = await conn.execute(
        """SELECT e.id, e.patient_no,
                  CASE WHEN e.ended_stay THEN 'discharged' ELSE p.state END AS state
             FROM episode e
             JOIN patient p ON p.no = e.patient_no
            WHERE e.state IN ('pending', 'open', 'acknowledged')
              AND (e.ended_stay OR p.state = 'discharged'
                   OR (p.state <> 'active' AND (e.kind = 'technical' OR e.state = 'pending')))"""
    )
    return await cursor.fetchall()
