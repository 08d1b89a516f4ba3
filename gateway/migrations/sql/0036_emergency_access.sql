-- Emergency access ("break glass"): a doctor or nurse without a relation to a patient of their ward
-- sees the record for an hour, with a reason, loudly. Real time, as sessions.
CREATE TABLE emergency_access (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_no integer NOT NULL REFERENCES patient (no),
    ward       text NOT NULL,
    user_id    uuid NOT NULL REFERENCES app_user,
    reason     text NOT NULL DEFAULT '',       -- sealed under the patient's key
    began_at   timestamptz NOT NULL DEFAULT now(),
    until      timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX ON emergency_access (patient_no, began_at);
CREATE INDEX ON emergency_access (user_id, until);
ALTER TABLE emergency_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON emergency_access TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON emergency_access FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_changes ON emergency_access FOR UPDATE TO homeward_api
    USING (user_id = acting_user() OR manages(ward)) WITH CHECK (user_id = acting_user() OR manages(ward));

-- Who asks cannot see the patient yet, so the owner looks: in the asker's ward alone, by id or by
-- the keyed hash of the external identifier. Null: there is no such patient there.
CREATE FUNCTION begin_emergency_access(sought uuid, sought_hash bytea, minutes integer)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    target record;
    made  uuid;
BEGIN
    IF acting_role() NOT IN ('doctor', 'nurse') THEN
        RAISE insufficient_privilege;
    END IF;
    SELECT p.no, p.ward INTO target FROM patient p
     WHERE (p.id = sought OR p.external_hash = sought_hash) AND p.ward = acting_ward()
       AND p.state <> 'discharged' AND p.erased_at IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO emergency_access (patient_no, ward, user_id, until)
    VALUES (target.no, target.ward, acting_user(), now() + make_interval(mins => minutes))
    RETURNING id INTO made;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION begin_emergency_access FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_emergency_access TO homeward_api;
GRANT SELECT ON emergency_access TO homeward_api, homeward_engine;
GRANT UPDATE (reason, ended_at) ON emergency_access TO homeward_api;

CREATE OR REPLACE FUNCTION visible_patients() RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(no), '{}') FROM (
        SELECT p.no FROM patient p WHERE acting_role() = 'admin' AND p.erased_at IS NULL
        UNION
        SELECT p.no FROM patient p
         WHERE acting_role() = 'coordinator' AND p.ward = acting_ward() AND p.erased_at IS NULL
        UNION
        SELECT u.patient_no FROM app_user u
         WHERE acting_role() = 'patient' AND u.id = acting_user() AND u.patient_no IS NOT NULL
        UNION
        SELECT p.no FROM patient p JOIN (
            SELECT t.patient_no FROM care_team t WHERE t.user_id = acting_user()
            UNION
            SELECT a.patient_no FROM assignment a JOIN doctor d ON d.id = a.doctor_id
             WHERE d.user_id = acting_user()
            UNION
            SELECT e.patient_no FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
             WHERE e.patient_no IS NOT NULL AND e.state IN ('open', 'acknowledged') AND NOT e.ended_stay
               AND (d.user_id = acting_user() OR e.acknowledged_by = acting_user())
            UNION
            SELECT l.patient_no FROM shift_handover h
              JOIN shift_handover_patient l ON l.handover_id = h.id
             WHERE h.given_to = acting_user() AND h.state IN ('offered', 'accepted')
            UNION
            SELECT x.patient_no FROM emergency_access x
             WHERE x.user_id = acting_user() AND x.ended_at IS NULL AND x.until > now()
        ) related ON related.patient_no = p.no
         WHERE acting_role() IN ('doctor', 'nurse') AND p.state <> 'discharged' AND p.ward = acting_ward()
    ) seen
$$;

-- Who looked at my record: the rows of the audit that name the acting patient, alone or in a list.
CREATE INDEX audit_lists ON audit USING gin ((detail -> 'patients') jsonb_path_ops)
    WHERE detail ? 'patients';
CREATE FUNCTION own_accesses(before bigint, most integer)
RETURNS TABLE (id bigint, at timestamptz, who text, role text, action text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH me AS (
        SELECT u.patient_no FROM app_user u
         WHERE acting_role() = 'patient' AND u.id = acting_user() AND u.patient_no IS NOT NULL),
    named AS (
        (SELECT a.id FROM audit a JOIN me ON a.patient_no = me.patient_no
          WHERE before IS NULL OR a.id < before ORDER BY a.id DESC LIMIT most)
        UNION
        (SELECT a.id FROM audit a JOIN me ON true
          WHERE a.detail ? 'patients' AND a.detail -> 'patients' @> to_jsonb(me.patient_no)
            AND (before IS NULL OR a.id < before) ORDER BY a.id DESC LIMIT most))
    SELECT a.id, a.at, coalesce(nullif(u.display_name, ''), u.username, a.actor), u.role, a.action
      FROM named n JOIN audit a ON a.id = n.id LEFT JOIN app_user u ON u.id::text = a.actor
     ORDER BY a.id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION own_accesses FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_accesses TO homeward_api;
