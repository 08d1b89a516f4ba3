-- What the API needs besides the rows: the vault's own keys, and care plans set by a doctor.

-- Keys of the vault that belong to no patient (second factors, the index of external ids).
CREATE TABLE vault_key (
    name           text PRIMARY KEY,
    master_version integer NOT NULL,
    wrapped        bytea NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON vault_key TO homeward_api;
GRANT SELECT ON alembic_version TO homeward_api;

-- A revision of the care plan by whoever cares for the patient: doctors may set limits and the
-- oxygen scale, though they may not change the record.
CREATE FUNCTION set_care_plan(patient_number integer, scale smallint, new_limits jsonb, at_time timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE next_revision integer;
BEGIN
    IF acting_role() NOT IN ('doctor', 'coordinator', 'admin') OR NOT may_see(patient_number) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not set this care plan';
    END IF;
    UPDATE patient SET plan_revision = plan_revision + 1 WHERE no = patient_number
        RETURNING plan_revision INTO next_revision;
    INSERT INTO care_plan (patient_no, revision, spo2_scale, limits, set_by, set_at)
    VALUES (patient_number, next_revision, scale, new_limits, acting_user(), at_time);
    RETURN next_revision;
END $$;
REVOKE EXECUTE ON FUNCTION set_care_plan(integer, smallint, jsonb, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_care_plan(integer, smallint, jsonb, timestamptz) TO homeward_api;
