-- Plans at home: goals, tasks with times, medicines, what to know, by when it is looked at again. Its words
-- are sealed under the patient's key; when a task falls due stands in the clear, for the reminders.

CREATE TABLE home_plan (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no integer NOT NULL REFERENCES patient (no),
    condition  text NOT NULL,              -- the template it began as, or 'own'
    content    text NOT NULL,              -- sealed: title, goals, medicines, education
    review_on  date NOT NULL,
    begun_at   timestamptz NOT NULL,       -- ward time
    begun_by   uuid NOT NULL REFERENCES app_user,
    ended_at   timestamptz,
    ended_by   uuid REFERENCES app_user    -- null: it ended with the stay
);
CREATE INDEX ON home_plan (patient_no, no);

CREATE TABLE home_task (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    plan_id    uuid NOT NULL REFERENCES home_plan ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    position   smallint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('measure', 'take', 'answer', 'walk')),
    subject    text,                       -- a metric, or the name of a questionnaire
    words      text NOT NULL,              -- sealed
    times      time[] NOT NULL CHECK (cardinality(times) > 0),   -- of the person's time zone
    days       smallint[] NOT NULL,        -- 1 Monday to 7 Sunday
    next_at    timestamptz                 -- when it falls due next; null: no more
);
CREATE INDEX ON home_task (plan_id);
CREATE INDEX ON home_task (patient_no);
CREATE INDEX ON home_task (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE home_task_due (
    task_id     uuid NOT NULL REFERENCES home_task ON DELETE CASCADE,
    due_at      timestamptz NOT NULL,
    patient_no  integer NOT NULL REFERENCES patient (no),
    state       text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'skipped', 'missed')),
    reminders   smallint NOT NULL DEFAULT 0,
    remind_at   timestamptz,               -- when the next reminder may be sent; null: now
    answered_at timestamptz,
    answered_by uuid REFERENCES app_user,  -- null: a reading that came is the answer
    PRIMARY KEY (task_id, due_at)
);
CREATE INDEX ON home_task_due (patient_no, due_at);
CREATE INDEX ON home_task_due (due_at) WHERE state = 'due';

DO $$
DECLARE secured text;
BEGIN
    FOREACH secured IN ARRAY ARRAY['home_plan', 'home_task', 'home_task_due'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', secured);
        EXECUTE format('CREATE POLICY engine_all ON %I TO homeward_engine USING (true) WITH CHECK (true)', secured);
        EXECUTE format('CREATE POLICY api_sees ON %I FOR SELECT TO homeward_api
            USING (patient_no = ANY ((SELECT visible_patients())::integer[]))', secured);
    END LOOP;
END $$;
CREATE POLICY api_adds ON home_plan FOR INSERT TO homeward_api
    WITH CHECK (begun_by = acting_user() AND acting_role() <> 'patient'
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_ends ON home_plan FOR UPDATE TO homeward_api
    USING (acting_role() <> 'patient' AND patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (ended_by = acting_user());
CREATE POLICY api_adds ON home_task FOR INSERT TO homeward_api
    WITH CHECK (acting_role() <> 'patient' AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_ends ON home_task FOR UPDATE TO homeward_api
    USING (acting_role() <> 'patient' AND patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (true);

-- A patient says what became of a task of theirs; what was said first stands, and a task that was counted as
-- missed because the telephone had no line is done after all. False: there is no such task.
CREATE FUNCTION answer_task(task uuid, fell_due timestamptz, said text, at_time timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE mine integer;
BEGIN
    SELECT t.patient_no INTO mine FROM home_task t JOIN app_user u ON u.patient_no = t.patient_no
     WHERE t.id = task AND u.id = acting_user();
    IF mine IS NULL THEN RETURN false; END IF;
    INSERT INTO home_task_due (task_id, due_at, patient_no, state, answered_at, answered_by)
    VALUES (task, fell_due, mine, said, at_time, acting_user())
    ON CONFLICT (task_id, due_at) DO UPDATE
       SET state = excluded.state, answered_at = excluded.answered_at, answered_by = excluded.answered_by
     WHERE home_task_due.state IN ('due', 'missed');
    RETURN true;
END $$;

GRANT SELECT, INSERT ON home_plan, home_task TO homeward_api;
GRANT UPDATE (ended_at, ended_by) ON home_plan TO homeward_api;
GRANT UPDATE (next_at) ON home_task TO homeward_api;
GRANT SELECT ON home_task_due TO homeward_api;
GRANT SELECT, UPDATE ON home_plan, home_task TO homeward_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON home_task_due TO homeward_engine;
REVOKE EXECUTE ON FUNCTION answer_task(uuid, timestamptz, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answer_task(uuid, timestamptz, text, timestamptz) TO homeward_api;
