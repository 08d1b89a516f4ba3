-- Advice that a clinician sends a patient, and when the patient has said that they read it.
CREATE TABLE advice (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no           bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no   integer NOT NULL REFERENCES patient (no),
    template     text NOT NULL,             -- what it began as, or 'own'
    text         text NOT NULL,             -- as it was sent, sealed
    sent_at      timestamptz NOT NULL,      -- ward time, as all below
    sent_by      uuid NOT NULL REFERENCES app_user,
    due_at       timestamptz NOT NULL,      -- by when it should be confirmed
    confirmed_at timestamptz,
    confirmed_by uuid REFERENCES app_user,
    told_at      timestamptz,               -- when the patient was told of it away from the page
    overdue_at   timestamptz,               -- when the coordinators were told that it is not confirmed
    entry_key    bytea,
    UNIQUE (patient_no, entry_key),
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX ON advice (patient_no, no);
CREATE INDEX advice_unconfirmed ON advice (due_at) WHERE confirmed_at IS NULL;
CREATE INDEX advice_untold ON advice (no) WHERE told_at IS NULL;
CREATE TRIGGER advice_wakes AFTER INSERT OR UPDATE OF confirmed_at ON advice
    FOR EACH ROW EXECUTE FUNCTION wake_care();

ALTER TABLE advice ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON advice TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON advice FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_sends ON advice FOR INSERT TO homeward_api
    WITH CHECK (sent_by = acting_user() AND acting_role() IN ('doctor', 'nurse', 'admin') AND confirmed_at IS NULL
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_confirms ON advice FOR UPDATE TO homeward_api
    USING (acting_role() = 'patient' AND patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (confirmed_by = acting_user());
GRANT SELECT, INSERT ON advice TO homeward_api;
GRANT UPDATE (confirmed_at, confirmed_by) ON advice TO homeward_api;
GRANT SELECT ON advice TO homeward_engine;
GRANT UPDATE (told_at, overdue_at) ON advice TO homeward_engine;

-- It goes with the person's messages when they are over.
DO $do$
DECLARE
    stands text := pg_get_functiondef('retention_parts_of_records(text)'::regprocedure);
    first constant text := $$('images', 1, 'imaging_report'$$;
BEGIN
    IF position(first IN stands) = 0 THEN
        RAISE EXCEPTION 'retention_parts_of_records() does not tell images apart';
    END IF;
    EXECUTE replace(stands, first,
        $$('messages', 10, 'advice', 't.id', 't.patient_no = ANY ($1) AND t.sent_at < $2'), $$ || first);
END $do$;
