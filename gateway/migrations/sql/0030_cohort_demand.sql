-- What patients of one cohort have asked of people's time, for the demand of the coming hours.
CREATE TABLE cohort_demand (
    patient_no     integer PRIMARY KEY REFERENCES patient (no),
    ward           text NOT NULL,
    cohort         smallint NOT NULL,           -- groups of a ward, the largest first
    description    text NOT NULL,               -- what sets the group apart: means, nobody's name
    urgent_minutes double precision NOT NULL,   -- a patient and day, of alerts that want a doctor
    other_minutes  double precision NOT NULL,
    made_at        timestamptz NOT NULL         -- ward time
);
CREATE INDEX ON cohort_demand (ward);

ALTER TABLE cohort_demand ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON cohort_demand TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON cohort_demand FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
GRANT SELECT ON cohort_demand TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON cohort_demand TO homeward_engine;
