-- Images of a patient: what is being uploaded, the studies that the archive holds, and what was found in
-- them. The images themselves lie in the archive under the patient's id; no name goes there.

CREATE TABLE imaging_upload (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_no integer NOT NULL REFERENCES patient (no),
    made_by    uuid NOT NULL REFERENCES app_user,
    made_at    timestamptz NOT NULL,                    -- ward time
    touched_at timestamptz NOT NULL DEFAULT now(),      -- real time of the last piece
    sizes      bigint[] NOT NULL,                       -- bytes of each file, in the order in which they come
    received   bigint NOT NULL DEFAULT 0,               -- bytes that are safely on disk
    state      text NOT NULL DEFAULT 'receiving' CHECK (state IN ('receiving', 'checking', 'stored', 'refused')),
    done       integer NOT NULL DEFAULT 0,              -- files that the archive has
    reason     text,                                    -- why it was refused; names nobody
    studies    text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX ON imaging_upload (patient_no, made_at);
CREATE INDEX ON imaging_upload (touched_at) WHERE state IN ('receiving', 'checking');

CREATE TABLE imaging_study (
    uid         text PRIMARY KEY,                       -- Study Instance UID
    patient_no  integer NOT NULL REFERENCES patient (no),
    taken_on    date,
    modalities  text[] NOT NULL,
    series      integer NOT NULL,
    instances   integer NOT NULL,
    bytes       bigint NOT NULL,
    description text,                                   -- sealed with the patient's own key
    added_at    timestamptz NOT NULL,                   -- ward time
    added_by    uuid NOT NULL REFERENCES app_user
);
CREATE INDEX ON imaging_study (patient_no, added_at);

CREATE TABLE imaging_report (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_no integer NOT NULL REFERENCES patient (no),
    study_uid  text NOT NULL REFERENCES imaging_study (uid) ON DELETE CASCADE,
    written_at timestamptz NOT NULL,                    -- ward time
    written_by uuid NOT NULL REFERENCES app_user,
    text       text NOT NULL                            -- sealed
);
CREATE INDEX ON imaging_report (study_uid, written_at);

-- Studies that the archive is to forget: kept until it has said that it did, whatever removed the row.
CREATE TABLE imaging_removal (
    uid      text PRIMARY KEY,
    asked_at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION ask_removal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO imaging_removal (uid) VALUES (OLD.uid) ON CONFLICT DO NOTHING;
    PERFORM pg_notify('homeward_imaging', '');
    RETURN OLD;
END $$;
CREATE TRIGGER study_gone AFTER DELETE ON imaging_study FOR EACH ROW EXECUTE FUNCTION ask_removal();

-- An upload that was being taken in when its person was erased may have left images behind.
CREATE FUNCTION ask_removal_of_upload() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO imaging_removal (uid) SELECT unnest(OLD.studies) ON CONFLICT DO NOTHING;
    PERFORM pg_notify('homeward_imaging', '');
    RETURN OLD;
END $$;
CREATE TRIGGER upload_gone AFTER DELETE ON imaging_upload FOR EACH ROW
    WHEN (OLD.state <> 'refused') EXECUTE FUNCTION ask_removal_of_upload();

ALTER TABLE imaging_upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE imaging_study ENABLE ROW LEVEL SECURITY;
ALTER TABLE imaging_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE imaging_removal ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_sees ON imaging_upload FOR SELECT TO homeward_api
    USING (acting_role() <> 'patient' AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON imaging_upload FOR INSERT TO homeward_api
    WITH CHECK (made_by = acting_user() AND acting_role() <> 'patient'
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_goes_on ON imaging_upload FOR UPDATE TO homeward_api
    USING ((made_by = acting_user() OR acting_role() = 'admin')
           AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_drops ON imaging_upload FOR DELETE TO homeward_api
    USING (acting_role() = 'admin' AND state = 'receiving');
CREATE POLICY api_sees ON imaging_study FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON imaging_study FOR INSERT TO homeward_api
    WITH CHECK (acting_role() = 'admin' AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_changes ON imaging_study FOR UPDATE TO homeward_api
    USING (acting_role() = 'admin' AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_removes ON imaging_study FOR DELETE TO homeward_api
    USING (acting_role() IN ('doctor', 'coordinator', 'admin')
           AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_sees ON imaging_report FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON imaging_report FOR INSERT TO homeward_api
    WITH CHECK (written_by = acting_user() AND acting_role() IN ('doctor', 'admin')
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_sees ON imaging_removal FOR SELECT TO homeward_api USING (acting_role() = 'admin');
CREATE POLICY api_ends ON imaging_removal FOR DELETE TO homeward_api USING (acting_role() = 'admin');

-- Whether a study is held already, and of whom: of another person it is refused, and that is all one learns.
CREATE FUNCTION holder_of_study(study text) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT patient_no FROM imaging_study WHERE uid = study AND acting_role() = 'admin' $$;
REVOKE ALL ON FUNCTION holder_of_study FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holder_of_study TO homeward_api;

GRANT SELECT, INSERT, UPDATE, DELETE ON imaging_upload, imaging_study TO homeward_api;
GRANT SELECT, INSERT ON imaging_report TO homeward_api;
GRANT SELECT, DELETE ON imaging_removal TO homeward_api;
