-- Words between a patient and those who care for them, who has seen which, and the calls that patients ask for.

CREATE TABLE patient_message (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no integer NOT NULL REFERENCES patient (no),
    written_at timestamptz NOT NULL,     -- ward time
    written_by uuid NOT NULL REFERENCES app_user,
    by_patient boolean NOT NULL,
    text       text NOT NULL,            -- sealed with the patient's own key
    entry_key  bytea,                    -- names the message for its sender, so that it counts once
    first_seen timestamptz,              -- when the other side saw it first; null: nobody has
    told_at    timestamptz,              -- when somebody was told of it away from the page
    overdue_at timestamptz,              -- when the coordinators were told that nobody reads it
    UNIQUE (patient_no, entry_key)
);
CREATE INDEX ON patient_message (patient_no, no);
CREATE INDEX patient_message_unread ON patient_message (patient_no) WHERE first_seen IS NULL;
CREATE INDEX patient_message_untold ON patient_message (no) WHERE told_at IS NULL;

CREATE TABLE message_seen (
    message_id uuid NOT NULL REFERENCES patient_message ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    user_id    uuid NOT NULL REFERENCES app_user,
    seen_at    timestamptz NOT NULL,     -- ward time
    PRIMARY KEY (message_id, user_id)
);
CREATE INDEX ON message_seen (patient_no);

CREATE TABLE call_request (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no integer NOT NULL REFERENCES patient (no),
    asked_at   timestamptz NOT NULL,     -- ward time, as all below
    asked_by   uuid NOT NULL REFERENCES app_user,
    about      text,                     -- the patient's words, sealed
    due_at     timestamptz NOT NULL,     -- by when somebody should have taken it
    state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'done', 'withdrawn')),
    taken_at   timestamptz,
    taken_by   uuid REFERENCES app_user,
    ended_at   timestamptz,
    ended_by   uuid REFERENCES app_user,
    told_at    timestamptz,              -- when somebody was told of it away from the page
    overdue_at timestamptz               -- when the coordinators were told that nobody has taken it
);
CREATE UNIQUE INDEX call_request_one_at_a_time ON call_request (patient_no) WHERE state IN ('open', 'taken');
CREATE INDEX ON call_request (patient_no, no);
CREATE INDEX call_request_untaken ON call_request (due_at) WHERE state = 'open';

-- A page that shows either is told that there is something new, and of whom; never what.
CREATE FUNCTION wake_care() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('homeward_care', NEW.patient_no::text);
    RETURN NULL;
END $$;
CREATE TRIGGER message_wakes AFTER INSERT OR UPDATE OF first_seen ON patient_message
    FOR EACH ROW EXECUTE FUNCTION wake_care();
CREATE TRIGGER call_request_wakes AFTER INSERT OR UPDATE OF state ON call_request
    FOR EACH ROW EXECUTE FUNCTION wake_care();

ALTER TABLE patient_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_seen ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON patient_message TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY engine_all ON call_request TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON patient_message FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON patient_message FOR INSERT TO homeward_api
    WITH CHECK (written_by = acting_user() AND by_patient = (acting_role() = 'patient')
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_sees ON message_seen FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_sees ON call_request FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_asks ON call_request FOR INSERT TO homeward_api
    WITH CHECK (asked_by = acting_user() AND acting_role() = 'patient'
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_answers ON call_request FOR UPDATE TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (patient_no = ANY ((SELECT visible_patients())::integer[]));

-- The acting person has seen what the other side wrote, up to a message; how many were new to them.
CREATE FUNCTION see_messages(patient_number integer, upto bigint, at_time timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine boolean := acting_role() = 'patient';
    new_to_them integer;
BEGIN
    IF patient_number <> ALL (visible_patients()) THEN
        RAISE insufficient_privilege;
    END IF;
    INSERT INTO message_seen (message_id, patient_no, user_id, seen_at)
    SELECT m.id, m.patient_no, acting_user(), at_time FROM patient_message m
     WHERE m.patient_no = patient_number AND m.no <= upto AND m.by_patient <> mine
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS new_to_them = ROW_COUNT;
    UPDATE patient_message SET first_seen = at_time
     WHERE patient_no = patient_number AND no <= upto AND by_patient <> mine AND first_seen IS NULL;
    RETURN new_to_them;
END $$;

REVOKE EXECUTE ON FUNCTION wake_care(), see_messages(integer, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION see_messages(integer, bigint, timestamptz) TO homeward_api;
GRANT SELECT, INSERT ON patient_message TO homeward_api;
GRANT SELECT ON message_seen TO homeward_api;
GRANT SELECT, INSERT ON call_request TO homeward_api;
GRANT UPDATE (state, taken_at, taken_by, ended_at, ended_by) ON call_request TO homeward_api;
GRANT SELECT ON patient_message, call_request TO homeward_engine;
GRANT UPDATE (told_at, overdue_at) ON patient_message, call_request TO homeward_engine;
GRANT SELECT (patient_no) ON app_user TO homeward_engine;
