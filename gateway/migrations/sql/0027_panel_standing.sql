-- What ranks a patient on the panel, kept beside the assessment as it is written: ranking ten
-- thousand then opens no assessment, each of which is kilobytes away in its own table.
ALTER TABLE patient_now
    ADD COLUMN single_3 boolean NOT NULL GENERATED ALWAYS AS
        (coalesce(assessment #> '{news2,single_3}' = 'true'::jsonb, false)) STORED,
    ADD COLUMN complete boolean NOT NULL GENERATED ALWAYS AS
        (coalesce(jsonb_typeof(assessment #> '{news2,score}') = 'number', false)) STORED,
    -- Nothing but what staff tell is missing: consciousness and oxygen.
    ADD COLUMN staff_gap boolean NOT NULL GENERATED ALWAYS AS
        (coalesce(assessment #> '{news2,missing}' <> '[]'::jsonb
                  AND assessment #> '{news2,missing}' <@ '["acvpu", "o2"]'::jsonb, false)) STORED;

-- Views of the owner's, filtered once by whom the acting user may see: under row-level security
-- each of five tables would ask it again, some of them for each row.
CREATE VIEW panel_standing WITH (security_barrier) AS
    SELECT p.no, p.id, p.state, n.received, n.measured, n.news2_low AS low, n.risk,
           coalesce(n.single_3, false) AS single_3, coalesce(n.complete, false) AS complete,
           coalesce(n.staff_gap, false) AS staff_gap,
           (c.scoring ->> 'adult_from_ms')::bigint AS adult_from_ms,
           c.scoring -> 'pregnant_ms' AS pregnant_ms, a.doctor_id,
           e.worst, e.waiting_since, coalesce(e.owned, false) AS owned,
           coalesce(e.unanswered, 0) AS unanswered, coalesce(e.open_alerts, 0) AS open_alerts
      FROM patient p
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, count(*) AS open_alerts,
               count(*) FILTER (WHERE state = 'open') AS unanswered,
               bool_or(kind = 'clinical' AND state = 'acknowledged') AS owned,
               max(CASE priority WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END) AS worst,
               min(raised_at) FILTER (WHERE state = 'open') AS waiting_since
          FROM episode WHERE state IN ('open', 'acknowledged') AND patient_no IS NOT NULL
         GROUP BY patient_no) e ON e.patient_no = p.no
     WHERE p.state <> 'discharged' AND p.no IN (SELECT unnest(visible_patients()));

-- What a row tells besides, of the few that are shown.
CREATE VIEW panel_row WITH (security_barrier) AS
    SELECT p.no, p.ward, p.time_zone, p.paused_until, n.latest,
           n.assessment -> 'news2' AS news2, n.assessment -> 'baselines' AS baselines,
           n.assessment -> 'refused' AS refused, n.assessment -> 'quality' AS quality,
           coalesce(c.spo2_scale, 1) AS spo2_scale, c.scoring, d.id AS doctor,
           d.name AS doctor_name, coalesce(v.expected, '[]') AS expected
      FROM patient p
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN LATERAL (
        SELECT jsonb_agg(expected) AS expected FROM device
         WHERE patient_no = p.no AND state = 'enrolled' AND bound_to IS NULL) v ON true
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN doctor d ON d.id = a.doctor_id
     WHERE p.no IN (SELECT unnest(visible_patients()));
GRANT SELECT ON panel_standing, panel_row TO homeward_api;
