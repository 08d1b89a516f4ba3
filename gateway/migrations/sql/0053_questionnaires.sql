-- Answers to questionnaires, by the person themselves or by the staff who spoke with them. Nothing is written over.

CREATE TABLE questionnaire_response (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no            bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no    integer NOT NULL REFERENCES patient (no),
    questionnaire text NOT NULL,
    version       text NOT NULL,
    given_by      uuid NOT NULL REFERENCES app_user,
    given_at      timestamptz NOT NULL,     -- ward time at which it was answered
    received      timestamptz NOT NULL,     -- and at which it came
    answers       text NOT NULL,            -- sealed
    score         smallint,                 -- null: it has none, or an answer is missing
    priority      text CHECK (priority IN ('high', 'medium', 'low')),   -- null: no rule says anything
    entry_key     bytea,
    ends_at       timestamptz,              -- when it no longer holds as a reason; null: it does not
    UNIQUE (patient_no, entry_key)
);
CREATE INDEX ON questionnaire_response (patient_no, questionnaire, given_at);
CREATE INDEX ON questionnaire_response (ends_at) WHERE ends_at IS NOT NULL;

ALTER TABLE questionnaire_response ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON questionnaire_response TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON questionnaire_response FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));

-- Answers are kept, the alert engine is told where a rule says so, and what a plan asked for is done, in one
-- step. Null: the same answers are there already.
CREATE FUNCTION answer_questionnaire(
    patient_number integer, form text, form_version text, at_time timestamptz, received_at timestamptz,
    said text, points smallint, urgency text, sender_key bytea, lasts_until timestamptz, finding jsonb
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made uuid;
BEGIN
    IF NOT patient_number = ANY (visible_patients()) THEN
        RAISE insufficient_privilege USING MESSAGE = 'answers of whom one may see alone';
    END IF;
    INSERT INTO questionnaire_response (patient_no, questionnaire, version, given_by, given_at, received,
                                        answers, score, priority, entry_key, ends_at)
    VALUES (patient_number, form, form_version, acting_user(), at_time, received_at, said, points, urgency,
            sender_key, lasts_until)
    ON CONFLICT (patient_no, entry_key) DO NOTHING RETURNING id INTO made;
    IF made IS NULL THEN RETURN NULL; END IF;
    UPDATE home_task_due d SET state = 'done', answered_at = at_time, answered_by = acting_user()
      FROM home_task t
     WHERE t.id = d.task_id AND d.patient_no = patient_number AND t.kind = 'answer' AND t.subject = form
       AND d.state = 'due' AND d.due_at <= at_time + interval '2 hours';
    IF finding IS NOT NULL THEN
        UPDATE questionnaire_response SET ends_at = NULL
         WHERE patient_no = patient_number AND questionnaire = form AND id <> made AND ends_at IS NOT NULL;
        INSERT INTO outbox (patient_no, kind, created_at, payload)
        VALUES (patient_number, 'finding', received_at, finding);
        PERFORM pg_notify('homeward_outbox', '');
    END IF;
    RETURN made;
END $$;

GRANT SELECT ON questionnaire_response TO homeward_api;
GRANT SELECT, UPDATE ON questionnaire_response TO homeward_engine;
REVOKE EXECUTE ON FUNCTION answer_questionnaire(integer, text, text, timestamptz, timestamptz, text, smallint,
    text, bytea, timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answer_questionnaire(integer, text, text, timestamptz, timestamptz, text, smallint,
    text, bytea, timestamptz, jsonb) TO homeward_api;
