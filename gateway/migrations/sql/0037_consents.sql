-- What a person agreed to, in which version of the text, and when they took it back.
CREATE TABLE consent (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_no   integer NOT NULL REFERENCES patient (no),
    scope        text NOT NULL CHECK (scope IN ('monitoring', 'research', 'sharing')),
    version      text NOT NULL CHECK (length(version) BETWEEN 1 AND 40),
    given_at     timestamptz NOT NULL,      -- ward time
    recorded_by  uuid NOT NULL REFERENCES app_user,
    withdrawn_at timestamptz,
    withdrawn_by uuid REFERENCES app_user,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE UNIQUE INDEX consent_in_force ON consent (patient_no, scope) WHERE withdrawn_at IS NULL;
CREATE INDEX ON consent (patient_no, given_at);
ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON consent TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON consent FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON consent FOR INSERT TO homeward_api
    WITH CHECK (recorded_by = acting_user() AND acting_role() IN ('patient', 'coordinator', 'admin')
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));

-- Taken back by the person, or by who manages them for them. Without consent to monitoring the stay
-- ends: what devices measure from then on is refused. Erasure, where the site says so, is the
-- administrator's act, done in their role for this one person.
CREATE FUNCTION withdraw_consent(consent_id uuid, at_time timestamptz, erasing boolean)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told   record;
    acting text := acting_role();
BEGIN
    SELECT c.patient_no, c.scope, p.state INTO told
      FROM consent c JOIN patient p ON p.no = c.patient_no
     WHERE c.id = consent_id AND acting IN ('patient', 'coordinator', 'admin')
       AND c.patient_no = ANY (visible_patients()) FOR UPDATE OF c, p;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE consent SET withdrawn_at = at_time, withdrawn_by = acting_user()
     WHERE id = consent_id AND withdrawn_at IS NULL;
    IF NOT FOUND OR told.scope <> 'monitoring' THEN
        RETURN true;
    END IF;
    PERFORM set_config('homeward.role', 'admin', true);
    IF told.state <> 'discharged' THEN
        UPDATE patient SET state = 'discharged', paused_until = NULL WHERE no = told.patient_no;
        PERFORM end_stay(told.patient_no, at_time);
    END IF;
    IF erasing THEN
        PERFORM erase_person(told.patient_no, at_time);
    END IF;
    PERFORM set_config('homeward.role', acting, true);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION withdraw_consent FROM PUBLIC;
GRANT EXECUTE ON FUNCTION withdraw_consent TO homeward_api;
GRANT SELECT, INSERT ON consent TO homeward_api;
GRANT SELECT ON consent TO homeward_engine;
