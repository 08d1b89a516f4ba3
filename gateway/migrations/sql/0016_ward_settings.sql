-- What a ward has set. Never changed, only added to: a decision names the revision that it used.

CREATE TABLE ward_settings (
    no       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ward     text NOT NULL CHECK (length(ward) BETWEEN 1 AND 60),
    revision integer NOT NULL CHECK (revision >= 1),
    profile  text NOT NULL DEFAULT 'standard',
    -- Name of a setting to its value, for those that differ from the profile's.
    settings jsonb NOT NULL DEFAULT '{}',
    reason   text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    set_by   uuid REFERENCES app_user,
    set_at   timestamptz NOT NULL,
    rev      bigint NOT NULL DEFAULT 0,
    UNIQUE (ward, revision)
);
CREATE INDEX ON ward_settings (rev);
CREATE TRIGGER ward_settings_revision BEFORE INSERT ON ward_settings
    FOR EACH ROW EXECUTE FUNCTION stamp_revision();

-- Which of them each fold used, beside the care plan's revision; 0: the program's own defaults.
ALTER TABLE signed_frame ADD COLUMN settings_no integer NOT NULL DEFAULT 0;
ALTER TABLE lane_input ADD COLUMN settings_no integer NOT NULL DEFAULT 0;

-- What was set for one patient besides limits, and why, sealed with the patient's own key.
ALTER TABLE care_plan
    ADD COLUMN profile  text,
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN reasons  bytea;

-- A revision of the care plan by whoever cares for the patient. What ``changes`` does not name
-- stays as it was in the revision before, which is read under the patient's lock.
CREATE FUNCTION change_care_plan(patient_number integer, changes jsonb, at_time timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE plan care_plan;
BEGIN
    IF acting_role() NOT IN ('doctor', 'coordinator', 'admin') OR NOT may_see(patient_number) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not set this care plan';
    END IF;
    PERFORM FROM patient WHERE no = patient_number FOR NO KEY UPDATE;
    SELECT c.* INTO plan FROM care_plan c JOIN patient p ON p.no = c.patient_no
     WHERE p.no = patient_number AND c.revision = p.plan_revision;
    IF NOT FOUND THEN
        plan.spo2_scale := 1;
        plan.limits := '{}';
        plan.settings := '{}';
    END IF;
    plan := jsonb_populate_record(plan, changes - ARRAY['patient_no', 'revision', 'set_by', 'set_at']);
    UPDATE patient SET plan_revision = plan_revision + 1 WHERE no = patient_number
        RETURNING no, plan_revision INTO plan.patient_no, plan.revision;
    plan.set_by := acting_user();
    plan.set_at := at_time;
    INSERT INTO care_plan SELECT plan.*;
    RETURN plan.revision;
END $$;
DROP FUNCTION set_care_plan(integer, smallint, jsonb, timestamptz);

-- A ward's settings are the ward's, and hold nothing about anybody: whoever sees a patient sees the
-- limits in force, of whichever ward. Only a coordinator of the ward may add to them.
ALTER TABLE ward_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_sees ON ward_settings FOR SELECT TO homeward_api USING (true);
CREATE POLICY api_adds ON ward_settings FOR INSERT TO homeward_api
    WITH CHECK (manages(ward) AND set_by = acting_user());
CREATE POLICY engine_all ON ward_settings TO homeward_engine USING (true);
CREATE POLICY gateway_all ON ward_settings TO homeward_gateway USING (true);
GRANT SELECT, INSERT ON ward_settings TO homeward_api;
GRANT SELECT ON ward_settings TO homeward_engine, homeward_gateway;
REVOKE EXECUTE ON FUNCTION change_care_plan(integer, jsonb, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_care_plan(integer, jsonb, timestamptz) TO homeward_api;

CREATE OR REPLACE VIEW signed_frame_seen WITH (security_barrier) AS
    SELECT f.* FROM signed_frame f WHERE f.patient_no = ANY ((SELECT visible_patients())::integer[]);
