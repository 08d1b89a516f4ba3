"""SQL of the panel: one row for each patient whom the acting user may see and who is not gone."""

from api.store.types import Conn, Row

MOST = 5_000


_PANEL = """
    SELECT p.id, p.no, p.sealed, k.master_version, k.wrapped, p.ward, p.state, p.time_zone,
           p.paused_until, n.received, n.measured, n.news2_low, n.risk, n.latest,
           n.assessment -> 'news2' AS news2, n.assessment -> 'refused' AS refused, c.scoring,
           coalesce(e.open_alerts, 0) AS open_alerts, e.worst,
           d.id AS doctor, d.name AS doctor_name, coalesce(v.expected, '[]') AS expected
      FROM patient p
      LEFT JOIN patient_key k ON k.patient_no = p.no
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, count(*) AS open_alerts,
               (array_agg(priority ORDER BY array_position(
                    ARRAY['high', 'medium', 'low'], priority)))[1] AS worst
          FROM episode WHERE state IN ('open', 'acknowledged') AND patient_no IS NOT NULL
         GROUP BY patient_no) e ON e.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, jsonb_agg(expected) AS expected
          FROM device WHERE state = 'enrolled' AND bound_to IS NULL
         GROUP BY patient_no) v ON v.patient_no = p.no
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN doctor d ON d.id = a.doctor_id
     WHERE p.state <> 'discharged'
     ORDER BY p.no LIMIT %s
"""


async def rows(conn: Conn) -> list[Row]:
    """Patients of the panel with their newest state, open alerts, doctor and schedules.

    At most 5,000 patients, in the order they were taken in.
    """
    found = await conn.execute(
        _PANEL,
        (MOST,),
    )
    return await found.fetchall()
