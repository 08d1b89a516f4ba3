-- What patients report of themselves: the five questions of "I feel worse", as they were answered.

CREATE TABLE patient_report (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no integer NOT NULL REFERENCES patient (no),
    given_by   uuid NOT NULL REFERENCES app_user,
    given_at   timestamptz NOT NULL,     -- ward time at which it was answered
    received   timestamptz NOT NULL,     -- and at which it came
    answers    jsonb NOT NULL,           -- answer by question, of closed lists
    words      text,                     -- the patient's own, sealed
    priority   text NOT NULL CHECK (priority IN ('high', 'medium')),
    entry_key  bytea,                    -- names the report for its sender, so that it counts once
    ends_at    timestamptz,              -- when it no longer holds as a reason; null: it does not hold
    UNIQUE (patient_no, entry_key)
);
CREATE INDEX ON patient_report (patient_no, given_at);
CREATE INDEX ON patient_report (ends_at) WHERE ends_at IS NOT NULL;

ALTER TABLE patient_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON patient_report TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON patient_report FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));

-- A patient reports: the answers are kept, and the alert engine is told, in one step. Null: the same report
-- is there already. Whoever reports again within the time of the last report makes it last longer.
CREATE FUNCTION report_worse(
    patient_number integer, at_time timestamptz, received_at timestamptz, answered jsonb,
    said text, urgency text, sender_key bytea, lasts_until timestamptz, finding jsonb
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM app_user WHERE id = acting_user() AND patient_no = patient_number) THEN
        RAISE insufficient_privilege USING MESSAGE = 'reports of oneself alone';
    END IF;
    INSERT INTO patient_report (patient_no, given_by, given_at, received, answers, words, priority,
                                entry_key, ends_at)
    VALUES (patient_number, acting_user(), at_time, received_at, answered, said, urgency, sender_key,
            lasts_until)
    ON CONFLICT (patient_no, entry_key) DO NOTHING RETURNING id INTO made;
    IF made IS NOT NULL THEN
        UPDATE patient_report SET ends_at = NULL
         WHERE patient_no = patient_number AND id <> made AND ends_at IS NOT NULL;
        INSERT INTO outbox (patient_no, kind, created_at, payload)
        VALUES (patient_number, 'finding', received_at, finding);
        PERFORM pg_notify('homeward_outbox', '');
    END IF;
    RETURN made;
END $$;

GRANT SELECT ON patient_report TO homeward_api;
GRANT SELECT, UPDATE ON patient_report TO homeward_engine;
GRANT INSERT ON outbox TO homeward_engine;
REVOKE EXECUTE ON FUNCTION report_worse(integer, timestamptz, timestamptz, jsonb, text, text, bytea,
    timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report_worse(integer, timestamptz, timestamptz, jsonb, text, text, bytea,
    timestamptz, jsonb) TO homeward_api;
