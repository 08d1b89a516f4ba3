-- The record can be corrected: a reading is marked as entered in error and stays as it was stored.

-- Said by a person, in force for charts at once; the lane follows by its input of the same content.
-- The reason is free text about a person: sealed with the patient's own key.
CREATE TABLE reading_mark (
    patient_no integer NOT NULL REFERENCES patient (no),
    frame_id   bigint NOT NULL,            -- of the reading, with metric and time: its identity
    metric     smallint NOT NULL,
    time       timestamptz NOT NULL,
    marked_at  timestamptz NOT NULL,
    marked_by  uuid NOT NULL REFERENCES app_user,
    reason     bytea NOT NULL,
    PRIMARY KEY (patient_no, frame_id, metric, time)
);
ALTER TABLE reading_mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY gateway_all ON reading_mark TO homeward_gateway USING (true);
CREATE POLICY api_sees ON reading_mark FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON reading_mark FOR INSERT TO homeward_api
    WITH CHECK (marked_by = acting_user() AND patient_no = ANY ((SELECT visible_patients())::integer[]));
GRANT SELECT, INSERT ON reading_mark TO homeward_api;
GRANT SELECT (patient_no, frame_id, metric, time) ON reading_mark TO homeward_gateway;

ALTER TABLE lane_input DROP CONSTRAINT lane_input_kind_check;
ALTER TABLE lane_input ADD CONSTRAINT lane_input_kind_check
    CHECK (kind IN ('observations', 'outcome', 'encounter', 'entered_in_error'));
CREATE INDEX lane_input_corrections ON lane_input (patient_no) WHERE kind = 'entered_in_error';

-- Older snapshots, from which a lane is folded again when an old reading is taken back.
CREATE TABLE model_snapshot_past (
    patient_no integer NOT NULL REFERENCES patient (no),
    frame_id   bigint NOT NULL,
    taken_at   timestamptz NOT NULL,
    state      bytea NOT NULL,
    PRIMARY KEY (patient_no, frame_id)
);
CREATE INDEX ON model_snapshot_past (taken_at);
GRANT SELECT, INSERT, DELETE ON model_snapshot_past TO homeward_gateway;

-- An assessment that knew such a reading stays stored; the course shows what replaced it.
ALTER TABLE assessment ADD COLUMN superseded_as bigint;   -- number of the correction in the lane
GRANT UPDATE (superseded_as) ON assessment TO homeward_gateway;

CREATE OR REPLACE VIEW observation_seen WITH (security_barrier) AS
    SELECT o.* FROM observation o
     WHERE o.patient_no = ANY ((SELECT visible_patients())::integer[])
       AND NOT EXISTS (SELECT FROM reading_mark m
                        WHERE m.patient_no = o.patient_no AND m.frame_id = o.frame_id
                          AND m.metric = o.metric AND m.time = o.time);
CREATE VIEW observation_on_record WITH (security_barrier) AS
    SELECT o.*, m.marked_at, m.marked_by, m.reason
      FROM observation o
      LEFT JOIN reading_mark m ON m.patient_no = o.patient_no AND m.frame_id = o.frame_id
                              AND m.metric = o.metric AND m.time = o.time
     WHERE o.patient_no = ANY ((SELECT visible_patients())::integer[]);
CREATE OR REPLACE VIEW assessment_seen WITH (security_barrier) AS
    SELECT a.* FROM assessment a
     WHERE a.patient_no = ANY ((SELECT visible_patients())::integer[]) AND a.superseded_as IS NULL;
CREATE VIEW assessment_on_record WITH (security_barrier) AS
    SELECT a.* FROM assessment a
     WHERE a.patient_no = ANY ((SELECT visible_patients())::integer[]);
GRANT SELECT ON observation_on_record, assessment_on_record TO homeward_api;
