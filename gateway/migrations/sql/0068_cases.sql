-- Cases: a patient shown to several doctors, also of other wards, for a time, with a question. They see what
-- the asker chose and nothing else, through views of their own: no rule of the record's tables knows them.

CREATE TABLE expert_case (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no integer NOT NULL REFERENCES patient (no),
    asked_by   uuid NOT NULL REFERENCES app_user,
    asked_at   timestamptz NOT NULL,          -- ward time
    until      timestamptz NOT NULL,          -- real time, as sessions
    closed_at  timestamptz,                   -- ward time
    closed_by  uuid REFERENCES app_user,
    label      text NOT NULL,                 -- how the experts are told of the patient, sealed
    question   text NOT NULL,                 -- sealed
    told_at    timestamptz,                   -- when the experts were told over their channels
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE INDEX ON expert_case (patient_no, no);
CREATE INDEX expert_case_untold ON expert_case (no) WHERE told_at IS NULL;

CREATE TABLE case_expert (
    case_id    uuid NOT NULL REFERENCES expert_case ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    user_id    uuid NOT NULL REFERENCES app_user,
    conclusion text,                          -- sealed
    signed_at  timestamptz,                   -- ward time
    signature  bytea,                         -- SHA-256 of what was signed, as the audit has it
    PRIMARY KEY (case_id, user_id),
    CHECK ((signed_at IS NULL) = (signature IS NULL))
);
CREATE INDEX ON case_expert (user_id);
CREATE INDEX ON case_expert (patient_no);

-- What was chosen: readings of a metric within a window, and single things of the record by what they are.
CREATE TABLE case_reading (
    case_id    uuid NOT NULL REFERENCES expert_case ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    metric     smallint NOT NULL,
    since      timestamptz NOT NULL,
    till       timestamptz NOT NULL CHECK (till > since),
    PRIMARY KEY (case_id, metric)
);
CREATE INDEX ON case_reading (patient_no);
CREATE TABLE case_item (
    case_id    uuid NOT NULL REFERENCES expert_case ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    kind       text NOT NULL CHECK (kind IN ('alert', 'note', 'report', 'consultation', 'study')),
    ref        text NOT NULL CHECK (length(ref) BETWEEN 1 AND 64),
    PRIMARY KEY (case_id, kind, ref)
);
CREATE INDEX ON case_item (patient_no);

CREATE TABLE case_entry (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    case_id    uuid NOT NULL REFERENCES expert_case ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    kind       text NOT NULL CHECK (kind IN ('opinion', 'remark')),
    written_at timestamptz NOT NULL,          -- ward time
    written_by uuid NOT NULL REFERENCES app_user,
    text       text NOT NULL                  -- sealed
);
CREATE INDEX ON case_entry (case_id, no);
CREATE INDEX ON case_entry (patient_no);

-- Who sits in a case's call, and what one browser tells another; every two of them meet by themselves.
CREATE TABLE case_seat (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_id    uuid NOT NULL REFERENCES expert_case ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    user_id    uuid NOT NULL REFERENCES app_user,
    token_hash bytea NOT NULL UNIQUE,
    taken_at   timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    left_at    timestamptz
);
CREATE UNIQUE INDEX case_seat_one_a_person ON case_seat (case_id, user_id) WHERE left_at IS NULL;
CREATE INDEX ON case_seat (patient_no);
CREATE TABLE case_signal (
    no         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    uuid NOT NULL REFERENCES expert_case ON DELETE CASCADE,
    patient_no integer NOT NULL REFERENCES patient (no),
    from_seat  uuid NOT NULL,
    to_seat    uuid NOT NULL,
    kind       text NOT NULL,
    data       text NOT NULL,
    said_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON case_signal (case_id, to_seat, no);
CREATE INDEX ON case_signal (patient_no);

-- Whether a person has agreed that others than their ward see of them.
CREATE FUNCTION agreed_to_sharing(patient integer) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM consent c
                    WHERE c.patient_no = patient AND c.scope = 'sharing' AND c.withdrawn_at IS NULL)
$$;

-- Whether a case can still be worked on: not closed, in its time, its patient in a stay.
CREATE FUNCTION case_is_open(sought uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM expert_case c JOIN patient p ON p.no = c.patient_no
                    WHERE c.id = sought AND c.closed_at IS NULL AND c.until > now()
                      AND p.state <> 'discharged' AND p.erased_at IS NULL)
$$;

-- The cases of which the acting doctor is an expert and may be one now: open, and, of another ward's
-- patient, as long as the patient agrees to it.
CREATE FUNCTION expert_cases() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{}')
      FROM case_expert e JOIN expert_case c ON c.id = e.case_id
      JOIN patient p ON p.no = c.patient_no JOIN app_user u ON u.id = e.user_id
     WHERE acting_role() = 'doctor' AND e.user_id = acting_user() AND u.role = 'doctor' AND u.state = 'active'
       AND c.closed_at IS NULL AND c.until > now() AND p.state <> 'discharged' AND p.erased_at IS NULL
       AND (u.ward = p.ward OR agreed_to_sharing(p.no))
$$;

-- Those, and all of the patients whose record the acting person of the ward sees.
CREATE FUNCTION readable_cases() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{}') FROM expert_case c
     WHERE c.id = ANY (expert_cases())
        OR (acting_role() IN ('doctor', 'nurse', 'coordinator', 'admin')
            AND c.patient_no = ANY (visible_patients()))
$$;

-- Whom a case can be opened to.
CREATE FUNCTION doctors_to_ask() RETURNS TABLE (id uuid, name text, ward text, skills text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, coalesce(nullif(u.display_name, ''), u.username), u.ward,
           coalesce((SELECT max(d.skills) FROM doctor d WHERE d.user_id = u.id), '{}')
      FROM app_user u
     WHERE acting_role() IN ('doctor', 'admin') AND u.role = 'doctor' AND u.state = 'active'
       AND u.id <> acting_user()
     ORDER BY u.ward <> acting_ward(), u.ward, 2, u.id LIMIT 500
$$;

-- An expert is an active doctor and not who asks; to another ward a case goes with the patient's consent alone.
CREATE FUNCTION case_expert_may() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE theirs text;
BEGIN
    SELECT u.ward INTO theirs FROM app_user u JOIN expert_case c ON c.id = NEW.case_id
     WHERE u.id = NEW.user_id AND u.role = 'doctor' AND u.state = 'active' AND u.id <> c.asked_by;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'no doctor whom the case can be opened to';
    END IF;
    IF theirs <> (SELECT ward FROM patient WHERE no = NEW.patient_no) AND NOT agreed_to_sharing(NEW.patient_no) THEN
        RAISE insufficient_privilege USING MESSAGE = 'no consent to sharing';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_expert_may BEFORE INSERT ON case_expert
    FOR EACH ROW EXECUTE FUNCTION case_expert_may();

-- A case that ends ends its call with it, and every stream of it looks anew.
CREATE FUNCTION case_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE case_seat SET left_at = clock_timestamp() WHERE case_id = NEW.id AND left_at IS NULL;
    DELETE FROM case_signal WHERE case_id = NEW.id;
    PERFORM pg_notify('homeward_room', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER case_ended AFTER UPDATE OF closed_at ON expert_case
    FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL) EXECUTE FUNCTION case_ended();
CREATE FUNCTION wake_case() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('homeward_room', NEW.case_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER entry_wakes AFTER INSERT ON case_entry FOR EACH ROW EXECUTE FUNCTION wake_case();
CREATE TRIGGER signed_wakes AFTER UPDATE OF signed_at ON case_expert FOR EACH ROW EXECUTE FUNCTION wake_case();
CREATE TRIGGER seat_wakes AFTER INSERT OR UPDATE OF left_at ON case_seat FOR EACH ROW EXECUTE FUNCTION wake_case();
CREATE TRIGGER signal_wakes AFTER INSERT ON case_signal FOR EACH ROW EXECUTE FUNCTION wake_case();
CREATE TRIGGER case_wakes AFTER INSERT ON expert_case FOR EACH ROW EXECUTE FUNCTION wake_care();

DO $$
DECLARE secured text;
BEGIN
    FOREACH secured IN ARRAY ARRAY['expert_case', 'case_expert', 'case_reading', 'case_item', 'case_entry',
                                   'case_seat', 'case_signal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', secured);
        EXECUTE format('CREATE POLICY engine_all ON %I TO homeward_engine USING (true) WITH CHECK (true)', secured);
        EXECUTE format('CREATE POLICY api_sees ON %I FOR SELECT TO homeward_api USING (
            %I = ANY ((SELECT expert_cases())::uuid[])
            OR (acting_role() <> ''patient'' AND patient_no = ANY ((SELECT visible_patients())::integer[])))',
            secured, CASE secured WHEN 'expert_case' THEN 'id' ELSE 'case_id' END);
    END LOOP;
    -- What belongs to a new case is written by who opens it.
    FOREACH secured IN ARRAY ARRAY['case_expert', 'case_reading', 'case_item'] LOOP
        EXECUTE format('CREATE POLICY api_adds ON %I FOR INSERT TO homeward_api WITH CHECK (
            EXISTS (SELECT FROM expert_case c WHERE c.id = case_id AND c.patient_no = %I.patient_no
                       AND c.asked_by = acting_user() AND c.told_at IS NULL AND c.closed_at IS NULL))',
            secured, secured);
    END LOOP;
END $$;
CREATE POLICY api_asks ON expert_case FOR INSERT TO homeward_api
    WITH CHECK (asked_by = acting_user() AND acting_role() IN ('doctor', 'admin')
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_closes ON expert_case FOR UPDATE TO homeward_api
    USING (closed_at IS NULL AND acting_role() IN ('doctor', 'coordinator', 'admin')
           AND patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (closed_by = acting_user());
CREATE POLICY api_signs ON case_expert FOR UPDATE TO homeward_api
    USING (user_id = acting_user() AND signed_at IS NULL AND case_id = ANY ((SELECT expert_cases())::uuid[]))
    WITH CHECK (user_id = acting_user());
CREATE POLICY api_writes ON case_entry FOR INSERT TO homeward_api
    WITH CHECK (written_by = acting_user() AND case_is_open(case_id)
                AND (case_id = ANY ((SELECT expert_cases())::uuid[])
                     OR (kind = 'remark' AND acting_role() IN ('doctor', 'admin')
                         AND patient_no = ANY ((SELECT visible_patients())::integer[])))
                AND EXISTS (SELECT FROM expert_case c WHERE c.id = case_id AND c.patient_no = case_entry.patient_no));
CREATE POLICY api_sits ON case_seat TO homeward_api
    USING (user_id = acting_user())
    WITH CHECK (user_id = acting_user() AND EXISTS (
        SELECT FROM expert_case c WHERE c.id = case_id AND c.patient_no = case_seat.patient_no
           AND (c.asked_by = acting_user() OR c.id = ANY ((SELECT expert_cases())::uuid[]))));
CREATE POLICY api_says ON case_signal FOR INSERT TO homeward_api
    WITH CHECK (case_is_open(case_id) AND EXISTS (
        SELECT FROM case_seat s WHERE s.id = from_seat AND s.case_id = case_signal.case_id
           AND s.patient_no = case_signal.patient_no AND s.user_id = acting_user() AND s.left_at IS NULL));

-- What was chosen of the record. Owner-run: the person who looks needs no other right than the case.
CREATE VIEW case_key_seen WITH (security_barrier) AS
    SELECT c.id AS case_id, p.id, k.master_version, k.wrapped
      FROM expert_case c JOIN patient p ON p.no = c.patient_no
      LEFT JOIN patient_key k ON k.patient_no = c.patient_no
     WHERE c.id = ANY ((SELECT readable_cases())::uuid[]);
CREATE VIEW case_observation_seen WITH (security_barrier) AS
    SELECT r.case_id, o.time, o.metric, o.value, o.quality, o.frame_id
      FROM case_reading r
      JOIN observation o ON o.patient_no = r.patient_no AND o.metric = r.metric
                        AND o.time >= r.since AND o.time < r.till
     WHERE r.case_id = ANY ((SELECT readable_cases())::uuid[])
       AND NOT EXISTS (SELECT FROM reading_mark m
                        WHERE m.patient_no = o.patient_no AND m.frame_id = o.frame_id
                          AND m.metric = o.metric AND m.time = o.time);
CREATE VIEW case_alert_seen WITH (security_barrier) AS
    SELECT i.case_id, e.id, e.condition, e.kind, e.priority, e.state, e.raised_at, e.measured_at, e.message, e.count
      FROM case_item i JOIN episode e ON e.id::text = i.ref AND e.patient_no = i.patient_no
     WHERE i.kind = 'alert' AND i.case_id = ANY ((SELECT readable_cases())::uuid[]);
CREATE VIEW case_note_seen WITH (security_barrier) AS
    SELECT i.case_id, n.id, n.kind, n.written_at, n.text,
           coalesce(nullif(u.display_name, ''), u.username) AS written_by_name
      FROM case_item i JOIN patient_note n ON n.id::text = i.ref AND n.patient_no = i.patient_no
      LEFT JOIN app_user u ON u.id = n.written_by
     WHERE i.kind = 'note' AND i.case_id = ANY ((SELECT readable_cases())::uuid[]);
CREATE VIEW case_report_seen WITH (security_barrier) AS
    SELECT i.case_id, r.id, r.given_at, r.priority, r.answers, r.words
      FROM case_item i JOIN patient_report r ON r.id::text = i.ref AND r.patient_no = i.patient_no
     WHERE i.kind = 'report' AND i.case_id = ANY ((SELECT readable_cases())::uuid[]);
CREATE VIEW case_consultation_seen WITH (security_barrier) AS
    SELECT i.case_id, s.id, lower(s.during) AS start, s.summary, s.signed_at,
           coalesce(nullif(u.display_name, ''), u.username) AS signed_by_name
      FROM case_item i JOIN consultation s ON s.id::text = i.ref AND s.patient_no = i.patient_no
      LEFT JOIN app_user u ON u.id = s.signed_by
     WHERE i.kind = 'consultation' AND s.signed_at IS NOT NULL
       AND i.case_id = ANY ((SELECT readable_cases())::uuid[]);
CREATE VIEW case_study_seen WITH (security_barrier) AS
    SELECT i.case_id, s.uid, s.taken_on, s.modalities, s.series, s.instances, s.bytes, s.description, s.added_at,
           coalesce(nullif(u.display_name, ''), u.username) AS added_by_name
      FROM case_item i JOIN imaging_study s ON s.uid = i.ref AND s.patient_no = i.patient_no
      LEFT JOIN app_user u ON u.id = s.added_by
     WHERE i.kind = 'study' AND i.case_id = ANY ((SELECT readable_cases())::uuid[]);
CREATE VIEW case_finding_seen WITH (security_barrier) AS
    SELECT i.case_id, r.study_uid, r.id, r.written_at, r.text,
           coalesce(nullif(u.display_name, ''), u.username) AS written_by_name
      FROM case_item i JOIN imaging_report r ON r.study_uid = i.ref AND r.patient_no = i.patient_no
      LEFT JOIN app_user u ON u.id = r.written_by
     WHERE i.kind = 'study' AND i.case_id = ANY ((SELECT readable_cases())::uuid[]);

-- To whom one's own case was shown, by whom and until when: for the patient, without the doctors' words.
CREATE FUNCTION own_cases(patient integer) RETURNS TABLE (
    id uuid, asked_at timestamptz, asked_by_name text, until timestamptz, closed_at timestamptz, open boolean, experts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.asked_at, coalesce(nullif(a.display_name, ''), a.username), c.until, c.closed_at,
           case_is_open(c.id),
           (SELECT jsonb_agg(jsonb_build_object('name', coalesce(nullif(u.display_name, ''), u.username),
                                                'ward', u.ward, 'signed', e.signed_at IS NOT NULL)
                             ORDER BY u.ward, u.username)
              FROM case_expert e JOIN app_user u ON u.id = e.user_id WHERE e.case_id = c.id)
      FROM expert_case c JOIN app_user a ON a.id = c.asked_by
     WHERE acting_role() = 'patient' AND c.patient_no = patient AND patient = ANY (visible_patients())
     ORDER BY c.no DESC LIMIT 200
$$;

CREATE OR REPLACE FUNCTION relation_to(patient integer) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN acting_role() = 'admin' THEN 'administrator'
        WHEN acting_role() = 'coordinator' THEN 'ward'
        WHEN acting_role() = 'patient' THEN 'own record'
        WHEN EXISTS (SELECT FROM care_team t
                      WHERE t.patient_no = patient AND t.user_id = acting_user()) THEN 'care team'
        WHEN EXISTS (SELECT FROM assignment a JOIN doctor d ON d.id = a.doctor_id
                      WHERE a.patient_no = patient AND d.user_id = acting_user()) THEN 'plan'
        WHEN EXISTS (SELECT FROM shift_handover h JOIN shift_handover_patient l ON l.handover_id = h.id
                      WHERE l.patient_no = patient AND h.given_to = acting_user()
                        AND h.state IN ('offered', 'accepted')) THEN 'handover'
        WHEN EXISTS (SELECT FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
                      WHERE e.patient_no = patient AND e.state IN ('open', 'acknowledged')
                        AND (d.user_id = acting_user() OR e.acknowledged_by = acting_user())) THEN 'alert'
        WHEN EXISTS (SELECT FROM emergency_access x
                      WHERE x.patient_no = patient AND x.user_id = acting_user()
                        AND x.ended_at IS NULL AND x.until > now()) THEN 'emergency access'
        WHEN EXISTS (SELECT FROM expert_case c
                      WHERE c.patient_no = patient AND c.id = ANY (expert_cases())) THEN 'case'
    END
$$;

REVOKE EXECUTE ON FUNCTION agreed_to_sharing(integer), case_is_open(uuid), expert_cases(), readable_cases(),
    doctors_to_ask(), case_expert_may(), case_ended(), wake_case(), own_cases(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agreed_to_sharing(integer), case_is_open(uuid), expert_cases(), readable_cases(),
    doctors_to_ask(), own_cases(integer) TO homeward_api;
GRANT SELECT ON expert_case, case_expert, case_reading, case_item, case_entry, case_seat, case_signal,
    case_key_seen, case_observation_seen, case_alert_seen, case_note_seen, case_report_seen,
    case_consultation_seen, case_study_seen, case_finding_seen TO homeward_api;
GRANT INSERT ON expert_case, case_expert, case_reading, case_item, case_entry, case_seat, case_signal TO homeward_api;
GRANT UPDATE (closed_at, closed_by) ON expert_case TO homeward_api;
GRANT UPDATE (conclusion, signed_at, signature) ON case_expert TO homeward_api;
GRANT UPDATE (expires_at, left_at) ON case_seat TO homeward_api;
GRANT SELECT (id, no, patient_no, asked_by, told_at, until, closed_at) ON expert_case TO homeward_engine;
GRANT UPDATE (told_at) ON expert_case TO homeward_engine;
GRANT SELECT (case_id, user_id) ON case_expert TO homeward_engine;

-- A case goes with the messages of its stay; what belongs to it goes with it.
DO $$
DECLARE
    stands text := pg_get_functiondef('retention_parts_of_records(text)'::regprocedure);
    after  text := $row$('images', 1, 'imaging_report'$row$;
BEGIN
    IF position(after IN stands) = 0 THEN
        RAISE EXCEPTION 'retention_parts_of_records() does not name the images';
    END IF;
    EXECUTE replace(stands, after,
        $row$('messages', 9, 'expert_case', 't.id', 't.patient_no = ANY ($1) AND t.asked_at < $2'),
        $row$ || after);
END $$;
