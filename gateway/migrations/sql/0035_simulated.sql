-- A simulated patient, to learn with: nobody's record, and marked as such wherever it is shown.

ALTER TABLE patient ADD COLUMN simulated boolean NOT NULL DEFAULT false;

-- One row for each: how far its story is told.
CREATE TABLE simulation (
    patient_no integer PRIMARY KEY REFERENCES patient (no),
    begun_at   timestamptz NOT NULL,       -- ward time
    told       integer NOT NULL DEFAULT 0  -- steps of the story that were entered
);
ALTER TABLE simulation ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON simulation TO homeward_engine USING (true) WITH CHECK (true);

-- A simulated patient is begun by who manages the ward; one at a time, so that a ward is never led by them.
CREATE FUNCTION begin_simulation(patient_number integer, simulator uuid, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM must_manage(patient_number);
    -- What it enters is entered by this account, with which nobody can sign in.
    INSERT INTO app_user (id, username, password_hash, role, state, display_name)
    VALUES (simulator, 'the simulation', '', 'nurse', 'disabled', 'Simulation') ON CONFLICT DO NOTHING;
    UPDATE patient SET simulated = true WHERE no = patient_number;
    INSERT INTO simulation (patient_no, begun_at) VALUES (patient_number, at_time);
END $$;

-- Nobody is called away from the page for a simulated patient, and no model learns from one.
CREATE FUNCTION refuse_simulated() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM patient WHERE no = NEW.patient_no AND simulated) THEN RETURN NULL; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER never_of_simulated BEFORE INSERT ON notice
    FOR EACH ROW WHEN (NEW.patient_no IS NOT NULL) EXECUTE FUNCTION refuse_simulated();
CREATE TRIGGER never_of_simulated BEFORE INSERT ON risk_example
    FOR EACH ROW EXECUTE FUNCTION refuse_simulated();

-- Whoever manages the ward may erase a simulated patient; people an administrator alone.
CREATE FUNCTION erase_simulated(patient_number integer, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE acting text := current_setting('homeward.role', true);
BEGIN
    PERFORM must_manage(patient_number);
    IF NOT EXISTS (SELECT FROM patient WHERE no = patient_number AND simulated) THEN
        RAISE insufficient_privilege USING MESSAGE = 'is no simulated patient';
    END IF;
    PERFORM set_config('homeward.role', 'admin', true);
    PERFORM erase_person(patient_number, at_time);
    PERFORM set_config('homeward.role', acting, true);
END $$;

GRANT SELECT, UPDATE ON simulation TO homeward_engine;
GRANT SELECT (simulated) ON patient TO homeward_engine;
REVOKE EXECUTE ON FUNCTION begin_simulation(integer, uuid, timestamptz), refuse_simulated(),
    erase_simulated(integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_simulation(integer, uuid, timestamptz),
    erase_simulated(integer, timestamptz) TO homeward_api;
