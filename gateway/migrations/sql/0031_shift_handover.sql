-- The handover of a shift: who gave which patients to whom, what was told of each, and that the other
-- person took them over. All times are ward time.

CREATE TABLE shift_handover (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ward     text NOT NULL,
    given_by uuid NOT NULL REFERENCES app_user,
    given_to uuid NOT NULL REFERENCES app_user,
    given_at timestamptz NOT NULL,
    hours    smallint NOT NULL CHECK (hours BETWEEN 1 AND 72),   -- what happened in these is in it
    state    text NOT NULL DEFAULT 'offered'
             CHECK (state IN ('offered', 'accepted', 'withdrawn', 'lapsed', 'over')),
    -- When an offer that nobody takes lapses; of one that was taken, when it stops opening records.
    until    timestamptz NOT NULL,
    accepted_at timestamptz,
    CHECK (given_by <> given_to),
    CHECK ((accepted_at IS NOT NULL) = (state IN ('accepted', 'over')))
);
CREATE INDEX ON shift_handover (given_to) WHERE state IN ('offered', 'accepted');
CREATE INDEX ON shift_handover (until) WHERE state IN ('offered', 'accepted');

-- What was told of one patient, as it was then; the giver's own words are sealed in it.
CREATE TABLE shift_handover_patient (
    handover_id uuid NOT NULL REFERENCES shift_handover ON DELETE CASCADE,
    patient_no  integer NOT NULL REFERENCES patient (no),
    place       smallint NOT NULL,
    told        jsonb NOT NULL,
    note        text,
    PRIMARY KEY (handover_id, patient_no)
);
CREATE INDEX ON shift_handover_patient (patient_no);

ALTER TABLE shift_handover ENABLE ROW LEVEL SECURITY;
ALTER TABLE shift_handover_patient ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON shift_handover TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY engine_all ON shift_handover_patient TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON shift_handover FOR SELECT TO homeward_api
    USING (acting_user() IN (given_by, given_to) OR manages(ward));
CREATE POLICY api_gives ON shift_handover FOR INSERT TO homeward_api
    WITH CHECK (given_by = acting_user() AND state = 'offered'
                AND acting_role() IN ('doctor', 'nurse', 'coordinator', 'admin'));
CREATE POLICY api_withdraws ON shift_handover FOR UPDATE TO homeward_api
    USING (given_by = acting_user() AND state = 'offered')
    WITH CHECK (given_by = acting_user() AND state = 'withdrawn');
CREATE POLICY api_sees ON shift_handover_patient FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[])
           AND EXISTS (SELECT FROM shift_handover h WHERE h.id = handover_id));
CREATE POLICY api_gives ON shift_handover_patient FOR INSERT TO homeward_api
    WITH CHECK (patient_no = ANY ((SELECT visible_patients())::integer[])
                AND EXISTS (SELECT FROM shift_handover h
                             WHERE h.id = handover_id AND h.given_by = acting_user()));

-- Who is handed a patient sees them: from the offer on, so that it can be judged, to the end of it.
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
        ) related ON related.patient_no = p.no
         WHERE acting_role() IN ('doctor', 'nurse') AND p.state <> 'discharged' AND p.ward = acting_ward()
    ) seen
$$;

GRANT SELECT, INSERT ON shift_handover, shift_handover_patient TO homeward_api;
GRANT UPDATE (state) ON shift_handover TO homeward_api;
GRANT SELECT, UPDATE ON shift_handover TO homeward_engine;
GRANT SELECT ON shift_handover_patient TO homeward_engine;
