-- When each patient is to be observed next, as the alert engine last worked it out; and how often a device
-- was set up to measure, beside how often it measures now.

CREATE TABLE observation_due (
    patient_no integer PRIMARY KEY REFERENCES patient (no),
    band       text NOT NULL CHECK (band IN ('low', 'raised', 'single_3', 'urgent', 'emergency')),
    every_min  integer NOT NULL CHECK (every_min > 0),
    metrics    text[] NOT NULL,            -- what is due first
    due_at     timestamptz NOT NULL,       -- ward time, all of them
    overdue_at timestamptz NOT NULL,
    reminders  smallint NOT NULL DEFAULT 0,   -- of this observation
    remind_at  timestamptz                 -- when the next may be sent; null: none was yet
);
CREATE INDEX ON observation_due (due_at);
ALTER TABLE observation_due ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON observation_due TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON observation_due FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
GRANT SELECT ON observation_due TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON observation_due TO homeward_engine;

-- What a person set stays beside what the schedule made of it. Commands that were obeyed before this step
-- changed nothing here, and go on so: only what is obeyed from now on counts.
ALTER TABLE device ADD COLUMN own_rhythm jsonb;   -- null: `expected` is as it was set up
ALTER TABLE command ADD COLUMN taken_over boolean NOT NULL DEFAULT false;
UPDATE command SET taken_over = true WHERE command = 'interval';
CREATE INDEX command_rhythm ON command (changed_at)
    WHERE command = 'interval' AND state = 'done' AND NOT taken_over;
GRANT UPDATE (expected, own_rhythm) ON device TO homeward_engine;
GRANT SELECT (patient_no) ON app_user TO homeward_engine;

-- On the panel: when the next observation is due, and whether it is overdue.
CREATE OR REPLACE VIEW panel_standing WITH (security_barrier) AS
    SELECT p.no, p.id, p.state, n.received, n.measured, n.news2_low AS low, n.risk,
           coalesce(n.single_3, false) AS single_3, coalesce(n.complete, false) AS complete,
           coalesce(n.staff_gap, false) AS staff_gap,
           (c.scoring ->> 'adult_from_ms')::bigint AS adult_from_ms,
           c.scoring -> 'pregnant_ms' AS pregnant_ms, a.doctor_id,
           e.worst, e.waiting_since, coalesce(e.owned, false) AS owned,
           coalesce(e.unanswered, 0) AS unanswered, coalesce(e.open_alerts, 0) AS open_alerts,
           o.overdue_at
      FROM patient p
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN observation_due o ON o.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, count(*) AS open_alerts,
               count(*) FILTER (WHERE state = 'open') AS unanswered,
               bool_or(kind = 'clinical' AND state = 'acknowledged') AS owned,
               max(CASE priority WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END) AS worst,
               min(raised_at) FILTER (WHERE state = 'open') AS waiting_since
          FROM episode WHERE state IN ('open', 'acknowledged') AND patient_no IS NOT NULL
         GROUP BY patient_no) e ON e.patient_no = p.no
     WHERE p.state <> 'discharged' AND p.no IN (SELECT unnest(visible_patients()));

CREATE OR REPLACE VIEW panel_row WITH (security_barrier) AS
    SELECT p.no, p.ward, p.time_zone, p.paused_until, n.latest,
           n.assessment -> 'news2' AS news2, n.assessment -> 'baselines' AS baselines,
           n.assessment -> 'refused' AS refused, n.assessment -> 'quality' AS quality,
           coalesce(c.spo2_scale, 1) AS spo2_scale, c.scoring, d.id AS doctor,
           d.name AS doctor_name, coalesce(v.expected, '[]') AS expected,
           o.band AS observation_band, o.every_min, o.metrics AS observation_metrics, o.due_at,
           o.overdue_at, o.reminders
      FROM patient p
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN observation_due o ON o.patient_no = p.no
      LEFT JOIN LATERAL (
        SELECT jsonb_agg(expected) AS expected FROM device
         WHERE patient_no = p.no AND state = 'enrolled' AND bound_to IS NULL) v ON true
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN doctor d ON d.id = a.doctor_id
     WHERE p.no IN (SELECT unnest(visible_patients()));
