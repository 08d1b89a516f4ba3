-- Whether NEWS2 applies to somebody: a part of the care plan, so that a decision names the revision
-- that it used and a replay uses the same. Of the birth date a lane knows no more than the day on
-- which a minor becomes 16; of an adult, that they are one; null, where nobody knows.
--   {"adult_from_ms": int or null, "pregnant_ms": [from, until or null] or null,
--    "pregnant": {"from", "until"} as it was told, or null}
ALTER TABLE care_plan ADD COLUMN scoring jsonb;

-- Whoever changes something else of the plan leaves this as it was.
CREATE FUNCTION carry_scoring() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.scoring IS NULL THEN
        SELECT scoring INTO NEW.scoring FROM care_plan
         WHERE patient_no = NEW.patient_no AND revision = NEW.revision - 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER care_plan_carries BEFORE INSERT ON care_plan
    FOR EACH ROW EXECUTE FUNCTION carry_scoring();

-- A further revision of the care plan that changes this and nothing else.
CREATE FUNCTION set_scoring(patient_number integer, fresh jsonb, at_time timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE next_revision integer;
BEGIN
    IF acting_role() NOT IN ('doctor', 'coordinator', 'admin') OR NOT may_see(patient_number) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not set this care plan';
    END IF;
    UPDATE patient SET plan_revision = plan_revision + 1 WHERE no = patient_number
        RETURNING plan_revision INTO next_revision;
    INSERT INTO care_plan
        SELECT (jsonb_populate_record(c, jsonb_build_object('revision', next_revision,
                    'scoring', fresh, 'set_by', acting_user(), 'set_at', at_time))).*
          FROM care_plan c WHERE c.patient_no = patient_number AND c.revision = next_revision - 1;
    IF NOT FOUND THEN
        INSERT INTO care_plan (patient_no, revision, scoring, set_by, set_at)
        VALUES (patient_number, next_revision, fresh, acting_user(), at_time);
    END IF;
    RETURN next_revision;
END $$;
REVOKE EXECUTE ON FUNCTION carry_scoring() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION set_scoring(integer, jsonb, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_scoring(integer, jsonb, timestamptz) TO homeward_api;
