-- Alerts and the people's time.

CREATE TABLE doctor (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name          text NOT NULL,
    kind          text NOT NULL DEFAULT 'doctor' CHECK (kind IN ('doctor', 'nurse')),
    ward          text NOT NULL DEFAULT 'main',
    skills        text[] NOT NULL DEFAULT '{}',
    user_id       uuid UNIQUE REFERENCES app_user,
    cost_per_hour double precision NOT NULL DEFAULT 0 CHECK (cost_per_hour >= 0),
    max_patients  integer CHECK (max_patients >= 0)
);

CREATE TABLE shift (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    doctor_id uuid NOT NULL REFERENCES doctor,
    start     timestamptz NOT NULL,
    "end"     timestamptz NOT NULL,
    CHECK ("end" > start)
);
CREATE INDEX ON shift (doctor_id, start);
CREATE INDEX ON shift ("end");

CREATE TABLE plan (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    made_at  timestamptz NOT NULL,
    cause    text NOT NULL,
    status   text NOT NULL,
    input    jsonb NOT NULL,
    answer   jsonb NOT NULL,
    in_force boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX plan_one_in_force ON plan (in_force) WHERE in_force;
CREATE INDEX ON plan (made_at);

CREATE TABLE replan_request (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    cause        text NOT NULL,
    requested_at timestamptz NOT NULL,
    plan_id      uuid REFERENCES plan
);

-- The plan in force, patient by patient.
CREATE TABLE assignment (
    patient_no integer PRIMARY KEY REFERENCES patient (no),
    doctor_id  uuid NOT NULL REFERENCES doctor,
    minutes    double precision NOT NULL,
    pinned     boolean NOT NULL DEFAULT false,
    plan_id    uuid NOT NULL REFERENCES plan
);
CREATE INDEX ON assignment (doctor_id);

CREATE TABLE episode (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_no       integer REFERENCES patient (no),   -- null: about the ward
    device_no        integer REFERENCES device (no),
    ward             text NOT NULL DEFAULT 'main',
    condition        text NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('clinical', 'technical')),
    priority         text NOT NULL CHECK (priority IN ('high', 'medium', 'low')),
    state            text NOT NULL CHECK (state IN ('pending', 'open', 'acknowledged', 'resolved', 'expired')),
    historic         boolean NOT NULL DEFAULT false,
    started_at       timestamptz NOT NULL,   -- when the condition began, by event time
    measured_at      timestamptz NOT NULL,   -- newest reading that showed it
    pending_due      timestamptz,
    raised_at        timestamptz,
    doctor_id        uuid REFERENCES doctor,
    message          text NOT NULL,
    value            double precision,
    count            integer NOT NULL DEFAULT 1,
    rule             text NOT NULL DEFAULT '',
    frame_id         bigint,                 -- the reading that raised it
    detail           jsonb NOT NULL DEFAULT '{}',
    cleared_at       timestamptz,            -- condition over, but latched
    escalation_level integer NOT NULL DEFAULT 0,
    escalate_due     timestamptz,
    acknowledged_by  uuid REFERENCES app_user,
    acknowledged_at  timestamptz,
    acknowledged_until timestamptz,
    closed_at        timestamptz,
    closed_by        uuid REFERENCES app_user,
    outcome          text CHECK (outcome IN ('actionable', 'not_actionable', 'false')),
    comment          text
);
CREATE UNIQUE INDEX episode_one_open ON episode (coalesce(patient_no, 0), ward, condition)
    WHERE state IN ('pending', 'open', 'acknowledged');
CREATE INDEX episode_by_patient ON episode (patient_no, raised_at DESC);
CREATE INDEX episode_due ON episode (state, pending_due, escalate_due) WHERE state IN ('pending', 'open', 'acknowledged');
CREATE INDEX episode_recent ON episode (raised_at DESC);

-- The feed. Stream ids are handed out by one locked writer, so their order is that of commits.
CREATE TABLE alert_event (
    stream_id  bigint PRIMARY KEY,
    episode_id uuid NOT NULL REFERENCES episode,
    patient_no integer,
    ward       text NOT NULL,
    event      text NOT NULL CHECK (event IN ('alert.raised', 'alert.changed', 'alert.closed')),
    at         timestamptz NOT NULL,
    actor      uuid,
    data       jsonb NOT NULL
);
CREATE INDEX ON alert_event (episode_id);
CREATE TABLE stream_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    value    bigint NOT NULL DEFAULT 0
);
INSERT INTO stream_position DEFAULT VALUES;

CREATE FUNCTION append_alert_event(
    episode uuid, patient integer, of_ward text, what text, at_time timestamptz, by_whom uuid, body jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE position bigint;
BEGIN
    UPDATE stream_position SET value = value + 1 RETURNING value INTO position;
    INSERT INTO alert_event (stream_id, episode_id, patient_no, ward, event, at, actor, data)
    VALUES (position, episode, patient, of_ward, what, at_time, by_whom, body);
    PERFORM pg_notify('homeward_feed', '');
    RETURN position;
END $$;

-- The record of who read and did what; each row seals the one before it.
CREATE TABLE audit (
    id         bigint PRIMARY KEY,
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    action     text NOT NULL,
    patient_no integer,
    detail     jsonb NOT NULL,
    previous   bytea NOT NULL,
    hash       bytea NOT NULL
);
CREATE INDEX ON audit (patient_no, id);

CREATE FUNCTION audit_hash(
    row_id bigint, at timestamptz, actor text, action text, patient integer, detail jsonb, previous bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(concat_ws(E'\x1f', row_id, extract(epoch FROM at), actor, action,
                                       coalesce(patient::text, '-'), detail::text), 'UTF8') || previous)
$$;

CREATE FUNCTION append_audit(at_time timestamptz, who text, what text, patient integer, body jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE newest record; next_id bigint; before bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(4711, 1);
    SELECT a.id, a.hash INTO newest FROM audit a ORDER BY a.id DESC LIMIT 1;
    next_id := coalesce(newest.id, 0) + 1;
    before := coalesce(newest.hash, '\x'::bytea);
    INSERT INTO audit VALUES (next_id, at_time, who, what, patient, body, before,
                              audit_hash(next_id, at_time, who, what, patient, body, before));
    RETURN next_id;
END $$;
