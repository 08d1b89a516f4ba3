"""What a ward has of what it needs to begin: people, a rota, patients, devices that are heard."""

from datetime import datetime

from api.store.types import Conn, Row

_STEPS = """
    SELECT (SELECT count(*) FROM app_user u
             WHERE u.ward = %(ward)s AND u.state = 'active' AND u.role IN ('doctor', 'nurse'))
               AS clinicians,
           (SELECT count(*) FROM doctor d WHERE d.ward = %(ward)s) AS on_rota,
           (SELECT count(*) FROM shift s JOIN doctor d ON d.id = s.doctor_id
             WHERE d.ward = %(ward)s AND s.removed_at IS NULL AND upper(s.works) > %(now)s)
               AS shifts,
           (SELECT count(*) FROM patient p
             WHERE p.ward = %(ward)s AND p.state <> 'discharged' AND NOT p.simulated) AS patients,
           (SELECT count(*) FROM device v JOIN patient p ON p.no = v.patient_no
             WHERE p.ward = %(ward)s AND v.state <> 'revoked' AND NOT p.simulated) AS devices,
           (SELECT count(*) FROM device v JOIN patient p ON p.no = v.patient_no
             WHERE p.ward = %(ward)s AND v.state = 'enrolled' AND NOT p.simulated) AS enrolled,
           (SELECT count(DISTINCT v.no) FROM device v JOIN patient p ON p.no = v.patient_no
             JOIN device_window w ON w.device_no = v.no
             WHERE p.ward = %(ward)s AND NOT p.simulated) AS heard,
           (SELECT p.id FROM patient p WHERE p.ward = %(ward)s AND p.simulated
             AND p.state <> 'discharged' ORDER BY p.no LIMIT 1) AS simulated
"""


async def of_ward(conn: Conn, ward: str, now: datetime) -> Row:
    """Return how many of each a ward has, and the id of its simulated patient, if any."""
    row = await (await conn.execute(_STEPS, {"ward": ward, "now": now})).fetchone()
    if row is None:
        raise LookupError(ward)
    return row
