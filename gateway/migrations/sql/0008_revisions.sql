-- What a person may change has a revision, so that of two who edit the same thing one is told so
-- instead of being written over. A patient's is its ``rev``, which every change stamps.

CREATE FUNCTION count_revision() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    RETURN NEW;
END $$;

ALTER TABLE app_user ADD COLUMN revision integer NOT NULL DEFAULT 1;
ALTER TABLE doctor ADD COLUMN revision integer NOT NULL DEFAULT 1;
-- A second factor that is used, or a password that is hashed anew, is no edit of the account.
CREATE TRIGGER user_edited BEFORE UPDATE ON app_user FOR EACH ROW
    WHEN ((OLD.role, OLD.state, OLD.display_name, OLD.ward, OLD.patient_no)
          IS DISTINCT FROM (NEW.role, NEW.state, NEW.display_name, NEW.ward, NEW.patient_no))
    EXECUTE FUNCTION count_revision();
CREATE TRIGGER doctor_edited BEFORE UPDATE ON doctor FOR EACH ROW EXECUTE FUNCTION count_revision();

-- Whoever changes a record, a care plan or a care team holds the patient's row first and reads
-- after: doctors, too, though row-level security lets them write the care plan alone. The key is
-- not locked, so that no batch of readings waits.
CREATE FUNCTION hold_patient(patient_number integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE present bigint;
BEGIN
    IF acting_role() NOT IN ('doctor', 'coordinator', 'admin') OR NOT may_see(patient_number) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not change this patient';
    END IF;
    SELECT rev INTO present FROM patient WHERE no = patient_number FOR NO KEY UPDATE;
    RETURN present;
END $$;
REVOKE EXECUTE ON FUNCTION count_revision() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION hold_patient(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_patient(integer) TO homeward_api;
