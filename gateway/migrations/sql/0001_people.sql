-- People, their devices and what was arranged for them. Clinical times are ward time, given by
-- the programs; only leases, sessions and throttles use the server's own clock.

CREATE EXTENSION IF NOT EXISTS timescaledb;

DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['homeward_gateway', 'homeward_api', 'homeward_engine'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;

CREATE TABLE app_user (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username      text NOT NULL UNIQUE CHECK (username = lower(username) AND length(username) BETWEEN 1 AND 64),
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('patient', 'doctor', 'nurse', 'coordinator', 'admin')),
    state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'pending', 'disabled')),
    display_name  text NOT NULL DEFAULT '',
    ward          text NOT NULL DEFAULT 'main',
    patient_no    integer,
    totp_sealed   bytea,
    -- The last time step whose one-time password was used, so that none works twice. Null: the
    -- second factor was offered but never confirmed, and is not asked for.
    totp_step     bigint,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE session_token (
    token_hash bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('cookie', 'bearer')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX ON session_token (user_id);
CREATE INDEX ON session_token (expires_at);

CREATE TABLE login_throttle (
    key          text PRIMARY KEY,
    failures     integer NOT NULL,
    window_start timestamptz NOT NULL
);

-- ``no`` is the narrow key of the hypertables; ``id`` is what the outside world sees.
CREATE TABLE patient (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no            integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 255),
    ward          text NOT NULL DEFAULT 'main',
    sealed        bytea NOT NULL,
    external_hash bytea UNIQUE,
    sex           text NOT NULL CHECK (sex IN ('female', 'male', 'other', 'unknown')),
    time_zone     text NOT NULL DEFAULT 'UTC',
    state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'discharged')),
    paused_until  timestamptz,
    plan_revision integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    rev           bigint NOT NULL DEFAULT 0
);
CREATE INDEX ON patient (rev);
CREATE INDEX ON patient (ward);
ALTER TABLE app_user ADD FOREIGN KEY (patient_no) REFERENCES patient (no);

-- Deleting this row is how a person is forgotten: what was sealed can no longer be opened.
CREATE TABLE patient_key (
    patient_no     integer PRIMARY KEY REFERENCES patient (no),
    master_version integer NOT NULL,
    wrapped        bytea NOT NULL
);

-- Never changed, only added to: a decision names the revision that it used.
CREATE TABLE care_plan (
    patient_no integer NOT NULL REFERENCES patient (no),
    revision   integer NOT NULL,
    spo2_scale smallint NOT NULL DEFAULT 1 CHECK (spo2_scale IN (1, 2)),
    limits     jsonb NOT NULL DEFAULT '{}',
    set_by     uuid REFERENCES app_user,
    set_at     timestamptz NOT NULL,
    PRIMARY KEY (patient_no, revision)
);

CREATE TABLE care_team (
    patient_no integer NOT NULL REFERENCES patient (no),
    user_id    uuid NOT NULL REFERENCES app_user,
    PRIMARY KEY (patient_no, user_id)
);
CREATE INDEX ON care_team (user_id);

CREATE TABLE device (
    id            text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{2,62}$'),
    no            integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no    integer NOT NULL REFERENCES patient (no),
    kind          text NOT NULL,
    serial        text,
    expected      jsonb NOT NULL DEFAULT '{}',
    state         text NOT NULL DEFAULT 'registered' CHECK (state IN ('registered', 'enrolled', 'revoked')),
    registered_at timestamptz NOT NULL,
    bound_from    timestamptz,
    bound_to      timestamptz,
    rev           bigint NOT NULL DEFAULT 0
);
CREATE INDEX ON device (patient_no);
CREATE INDEX ON device (rev);

-- The request and its answer are kept, so that a lost answer can be given again.
CREATE TABLE enrolment (
    token_hash     bytea PRIMARY KEY,
    device_no      integer NOT NULL REFERENCES device (no),
    expires_at     timestamptz NOT NULL,
    used_at        timestamptz,
    request_digest bytea,
    answer         jsonb
);
CREATE INDEX ON enrolment (device_no);

CREATE TABLE device_key (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_no       integer NOT NULL REFERENCES device (no),
    sign_public     bytea NOT NULL UNIQUE CHECK (length(sign_public) = 32),
    box_public      bytea CHECK (length(box_public) = 32),
    enrolled_at     timestamptz NOT NULL,
    superseded_at   timestamptz,
    superseded_boot bigint,
    superseded_seq  bigint,
    revoked_at      timestamptz,
    rev             bigint NOT NULL DEFAULT 0
);
CREATE INDEX ON device_key (device_no);
CREATE INDEX ON device_key (rev);

CREATE TABLE device_certificate (
    serial     text PRIMARY KEY,
    device_no  integer NOT NULL REFERENCES device (no),
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    certificate_pem text
);
CREATE INDEX ON device_certificate (device_no);

-- One row, locked by every change to what the gateway must know: so revisions are handed out in
-- the order of commits, and "everything above the last I loaded" skips nothing.
CREATE TABLE registry_revision (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    value    bigint NOT NULL DEFAULT 0
);
INSERT INTO registry_revision DEFAULT VALUES;

CREATE FUNCTION stamp_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registry_revision SET value = value + 1 RETURNING value INTO NEW.rev;
    PERFORM pg_notify('homeward_inbox', 'registry');
    RETURN NEW;
END $$;
CREATE TRIGGER patient_revision BEFORE INSERT OR UPDATE ON patient
    FOR EACH ROW EXECUTE FUNCTION stamp_revision();
CREATE TRIGGER device_revision BEFORE INSERT OR UPDATE ON device
    FOR EACH ROW EXECUTE FUNCTION stamp_revision();
CREATE TRIGGER device_key_revision BEFORE INSERT OR UPDATE ON device_key
    FOR EACH ROW EXECUTE FUNCTION stamp_revision();

-- The gateway's own public keys, which enrolment tells the devices.
CREATE TABLE gateway_key (
    sign_public bytea PRIMARY KEY CHECK (length(sign_public) = 32),
    box_public  bytea NOT NULL CHECK (length(box_public) = 32),
    valid_from  timestamptz NOT NULL,
    retired_at  timestamptz
);
