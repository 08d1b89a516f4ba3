-- Messages of hospital systems (HL7 v2): which were taken, so that each counts once; which were
-- refused, kept sealed for the coordinators; and records of one person that were merged.

ALTER TABLE patient ADD COLUMN merged_into integer REFERENCES patient (no) CHECK (merged_into <> no);
CREATE INDEX ON patient (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE hl7_taken (
    digest     bytea PRIMARY KEY,        -- keyed hash of the whole message
    ward       text NOT NULL,
    patient_no integer REFERENCES patient (no),
    event      text NOT NULL,
    control_id text NOT NULL,
    taken_at   timestamptz NOT NULL,     -- ward time
    kept_until timestamptz NOT NULL      -- real time
);
CREATE INDEX ON hl7_taken (kept_until);

CREATE TABLE hl7_refused (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    digest        bytea NOT NULL UNIQUE,
    ward          text NOT NULL,
    direction     text NOT NULL CHECK (direction IN ('in', 'out')),
    patient_no    integer REFERENCES patient (no),  -- under whose key it is sealed; null: the vault's
    external_hash bytea,                 -- of whom it names, who is not known here
    sender        text NOT NULL,         -- application and facility
    control_id    text NOT NULL,
    event         text NOT NULL,
    code          text NOT NULL CHECK (code IN ('AE', 'AR')),
    reason        text NOT NULL,         -- names no person
    sealed        bytea NOT NULL,        -- the message
    times         integer NOT NULL DEFAULT 1,
    first_at      timestamptz NOT NULL,  -- ward time
    last_at       timestamptz NOT NULL,
    kept_until    timestamptz NOT NULL   -- real time
);
CREATE INDEX ON hl7_refused (ward, last_at DESC, id DESC);
CREATE INDEX ON hl7_refused (kept_until);
CREATE INDEX ON hl7_refused (external_hash) WHERE external_hash IS NOT NULL;

-- What of a patient has been sent out last, and acknowledged.
CREATE TABLE hl7_sent (
    patient_no integer PRIMARY KEY REFERENCES patient (no),
    received   timestamptz NOT NULL,     -- arrival of the newest reading that was told
    sent_at    timestamptz NOT NULL
);

ALTER TABLE hl7_taken ENABLE ROW LEVEL SECURITY;
ALTER TABLE hl7_refused ENABLE ROW LEVEL SECURITY;
ALTER TABLE hl7_sent ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_manages ON hl7_taken TO homeward_api USING (manages(ward)) WITH CHECK (manages(ward));
CREATE POLICY api_manages ON hl7_refused TO homeward_api USING (manages(ward)) WITH CHECK (manages(ward));
CREATE POLICY api_manages ON hl7_sent TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]))
    WITH CHECK (patient_no = ANY ((SELECT visible_patients())::integer[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON hl7_taken, hl7_refused, hl7_sent TO homeward_api;

-- Who is erased is named by no message that was refused before they were known here.
CREATE FUNCTION forget_refused_messages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM hl7_refused WHERE external_hash = OLD.external_hash;
    RETURN NEW;
END $$;
CREATE TRIGGER patient_erased_messages AFTER UPDATE OF erased_at ON patient FOR EACH ROW
    WHEN (OLD.external_hash IS NOT NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION forget_refused_messages();

-- One machine feeds several wards, each with a key of its own: who manages the ward that a patient
-- leaves hands them over to the machine account of the one that they come to.
CREATE FUNCTION hand_to_ward(patient_number integer, taker uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE to_ward text;
BEGIN
    PERFORM must_manage(patient_number);
    SELECT u.ward INTO to_ward FROM app_user u JOIN api_key k ON k.user_id = u.id
     WHERE u.id = taker AND u.role = 'machine' AND u.state = 'active' AND k.revoked_at IS NULL
       AND k.expires_at > now() AND 'api/patients.write' = ANY (k.scopes);
    IF to_ward IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'no machine that may take the patient';
    END IF;
    UPDATE patient SET ward = to_ward WHERE no = patient_number;
END $$;
REVOKE EXECUTE ON FUNCTION forget_refused_messages(), hand_to_ward(integer, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hand_to_ward(integer, uuid) TO homeward_api;
