-- Online consultations: booked in a doctor's shift, met in a room, and signed. Times are the ward's.

CREATE TABLE consultation (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no            bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no    integer NOT NULL REFERENCES patient (no),
    doctor_id     uuid NOT NULL REFERENCES doctor,
    during        tstzrange NOT NULL CHECK (NOT isempty(during) AND lower(during) IS NOT NULL
                                            AND upper(during) IS NOT NULL),
    wish          text NOT NULL CHECK (wish IN ('video', 'voice', 'text')),
    about         text,                 -- the booker's words, sealed
    state         text NOT NULL DEFAULT 'booked' CHECK (state IN ('booked', 'ended', 'cancelled', 'missed')),
    joined_team   boolean NOT NULL DEFAULT false,   -- whether the doctor is of the care team by this alone
    booked_at     timestamptz NOT NULL,
    booked_by     uuid NOT NULL REFERENCES app_user,
    changed_at    timestamptz,          -- when it was last moved or cancelled
    changed_by    uuid REFERENCES app_user,
    news          text CHECK (news IN ('booked', 'moved', 'cancelled', 'waiting')),  -- not told of yet
    news_by       uuid REFERENCES app_user,
    early_told    timestamptz,          -- when it was reminded of, long before and shortly before
    soon_told     timestamptz,
    waiting_at    timestamptz,          -- when the patient came to the waiting room first
    admitted_at   timestamptz,          -- when the doctor let them in first
    ended_at      timestamptz,
    notes         text,                 -- the doctor's own, sealed
    summary       text,                 -- for both, sealed; the patient sees it once it is signed
    follow_up     text,                 -- what is to be done, a JSON list, sealed
    signed_at     timestamptz,
    signed_by     uuid REFERENCES app_user,
    signature     bytea,                -- SHA-256 of what was signed, as the audit has it
    CONSTRAINT consultation_one_of_a_doctor EXCLUDE USING gist
        (uuidrange(doctor_id, doctor_id, '[]') WITH =, during WITH &&) WHERE (state = 'booked'),
    CONSTRAINT consultation_one_of_a_patient EXCLUDE USING gist
        (int4range(patient_no, patient_no, '[]') WITH =, during WITH &&) WHERE (state = 'booked'),
    CHECK ((signed_at IS NULL) = (signature IS NULL))
);
CREATE INDEX ON consultation (patient_no, no);
CREATE INDEX ON consultation USING gist (during) WHERE state = 'booked';
CREATE INDEX consultation_news ON consultation (no) WHERE news IS NOT NULL;

-- Who sits in a room: one seat a side, opened by a token that ends by itself.
CREATE TABLE consultation_seat (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    consultation_id uuid NOT NULL REFERENCES consultation ON DELETE CASCADE,
    patient_no      integer NOT NULL REFERENCES patient (no),
    side            text NOT NULL CHECK (side IN ('patient', 'doctor')),
    user_id         uuid NOT NULL REFERENCES app_user,
    token_hash      bytea NOT NULL UNIQUE,
    taken_at        timestamptz NOT NULL DEFAULT now(),   -- real time, as sessions
    seen_at         timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    left_at         timestamptz
);
CREATE UNIQUE INDEX consultation_seat_one_a_side ON consultation_seat (consultation_id, side) WHERE left_at IS NULL;
CREATE INDEX ON consultation_seat (patient_no);

-- What one browser tells the other so that they meet; it goes with the call.
CREATE TABLE consultation_signal (
    no              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consultation_id uuid NOT NULL REFERENCES consultation ON DELETE CASCADE,
    patient_no      integer NOT NULL REFERENCES patient (no),
    side            text NOT NULL CHECK (side IN ('patient', 'doctor')),
    pair            text NOT NULL,      -- the two seats between which it is said
    kind            text NOT NULL,
    data            text NOT NULL,
    said_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON consultation_signal (consultation_id, no);
CREATE INDEX ON consultation_signal (patient_no);

-- The doctor of a consultation is of the patient's care team from the booking until it is signed,
-- cancelled or missed; who was of it before stays.
CREATE FUNCTION consultation_team() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE whose uuid;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.joined_team
       AND (NEW.doctor_id <> OLD.doctor_id OR NEW.state IN ('cancelled', 'missed') OR NEW.signed_at IS NOT NULL) THEN
        IF NOT EXISTS (SELECT FROM consultation c
                        WHERE c.patient_no = OLD.patient_no AND c.doctor_id = OLD.doctor_id AND c.id <> OLD.id
                          AND (c.state = 'booked' OR (c.state = 'ended' AND c.signed_at IS NULL))) THEN
            DELETE FROM care_team WHERE patient_no = OLD.patient_no
               AND user_id = (SELECT user_id FROM doctor WHERE id = OLD.doctor_id);
        END IF;
        NEW.joined_team := false;
    END IF;
    IF NEW.state = 'booked' AND (TG_OP = 'INSERT' OR NEW.doctor_id <> OLD.doctor_id) THEN
        SELECT user_id INTO whose FROM doctor WHERE id = NEW.doctor_id;
        INSERT INTO care_team (patient_no, user_id) SELECT NEW.patient_no, whose WHERE whose IS NOT NULL
        ON CONFLICT DO NOTHING;
        NEW.joined_team := FOUND OR EXISTS (
            SELECT FROM consultation c WHERE c.patient_no = NEW.patient_no AND c.doctor_id = NEW.doctor_id
               AND c.id <> NEW.id AND c.joined_team);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultation_team BEFORE INSERT OR UPDATE ON consultation
    FOR EACH ROW EXECUTE FUNCTION consultation_team();

CREATE TRIGGER consultation_wakes AFTER INSERT OR UPDATE OF during, state, news, signed_at ON consultation
    FOR EACH ROW EXECUTE FUNCTION wake_care();
CREATE FUNCTION wake_room() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('homeward_room', NEW.consultation_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER seat_wakes AFTER INSERT OR UPDATE OF left_at ON consultation_seat
    FOR EACH ROW EXECUTE FUNCTION wake_room();
CREATE TRIGGER signal_wakes AFTER INSERT ON consultation_signal
    FOR EACH ROW EXECUTE FUNCTION wake_room();

ALTER TABLE consultation ENABLE ROW LEVEL SECURITY;
ALTER TABLE consultation_seat ENABLE ROW LEVEL SECURITY;
ALTER TABLE consultation_signal ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON consultation TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY engine_all ON consultation_seat TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY engine_all ON consultation_signal TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON consultation FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_books ON consultation FOR INSERT TO homeward_api
    WITH CHECK (booked_by = acting_user() AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_changes ON consultation FOR UPDATE TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (true);   -- who signs or gives one away may see the patient no longer by it
CREATE POLICY api_sits ON consultation_seat TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_says ON consultation_signal TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (patient_no = ANY ((SELECT visible_patients())::integer[]));

-- When the doctors of a ward are taken already: of others' bookings a patient is told no more.
CREATE FUNCTION consultations_taken(of_ward text, span tstzrange)
RETURNS TABLE (doctor_id uuid, during tstzrange) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT c.doctor_id, c.during FROM consultation c JOIN doctor d ON d.id = c.doctor_id
     WHERE c.state = 'booked' AND d.ward = of_ward AND c.during && span
$$;

REVOKE EXECUTE ON FUNCTION consultation_team(), wake_room(), consultations_taken(text, tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION consultations_taken(text, tstzrange) TO homeward_api;
GRANT SELECT, INSERT ON consultation TO homeward_api;
GRANT UPDATE (doctor_id, during, state, changed_at, changed_by, news, news_by, early_told, soon_told, waiting_at,
              admitted_at, ended_at, notes, summary, follow_up, signed_at, signed_by, signature)
    ON consultation TO homeward_api;
GRANT SELECT, INSERT ON consultation_seat, consultation_signal TO homeward_api;
GRANT UPDATE (seen_at, expires_at, left_at) ON consultation_seat TO homeward_api;
GRANT DELETE ON consultation_signal TO homeward_api;
GRANT SELECT ON consultation, consultation_seat TO homeward_engine;
GRANT UPDATE (state, ended_at, news, news_by, early_told, soon_told) ON consultation TO homeward_engine;
GRANT UPDATE (left_at) ON consultation_seat TO homeward_engine;
GRANT SELECT, DELETE ON consultation_signal TO homeward_engine;
