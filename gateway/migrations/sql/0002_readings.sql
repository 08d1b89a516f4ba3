-- What the devices said and what was made of it. One gateway transaction writes all of a batch.

-- Ids of frames grow along each lane: a worker takes a block of numbers whenever it takes buckets.
CREATE SEQUENCE frame_block INCREMENT BY 100000 MINVALUE 100000;

CREATE TABLE observation (
    time        timestamptz NOT NULL,      -- mapped event time
    received    timestamptz NOT NULL,      -- server's clock
    device_time timestamptz,               -- as the device said it
    frame_id    bigint NOT NULL,
    patient_no  integer NOT NULL,
    device_no   integer,                   -- null: entered by a person
    metric      smallint NOT NULL,
    quality     smallint NOT NULL,
    value       double precision NOT NULL,
    entered_by  uuid
);
SELECT create_hypertable('observation', by_range('time', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX observation_chart ON observation (patient_no, metric, time DESC);

CREATE TABLE signed_frame (
    time        timestamptz NOT NULL,      -- received
    frame_id    bigint NOT NULL,
    key_id      bigint NOT NULL,
    boot        bigint NOT NULL,
    seq         bigint NOT NULL,
    offset_ms   bigint,                    -- added to device times to map them; null: unknown
    patient_no  integer NOT NULL,
    device_no   integer NOT NULL,
    kind        smallint NOT NULL,         -- 1 vitals, 2 clock, 3 receipt
    clock_state smallint NOT NULL,         -- 0 stands, 1 mapped, 2 uncertain, 3 unsynchronised
    -- What the fold used from elsewhere, so that a replay of the lane can use the same (law 5).
    plan_revision integer NOT NULL,
    model_version integer NOT NULL,
    in_episode  boolean NOT NULL,
    paused      boolean NOT NULL,
    refused     integer[],                 -- pairs: ordinal of a reading, reason; null: none
    frame       bytea NOT NULL             -- the signed frame, byte for byte (0x01 ...)
);
SELECT create_hypertable('signed_frame', by_range('time', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX signed_frame_identity ON signed_frame (device_no, boot, seq);
CREATE INDEX signed_frame_time ON signed_frame (time);
CREATE INDEX signed_frame_lane ON signed_frame (patient_no, frame_id);

CREATE TABLE assessment (
    time          timestamptz NOT NULL,    -- event time of what was assessed
    received      timestamptz NOT NULL,
    frame_id      bigint NOT NULL,
    patient_no    integer NOT NULL,
    model_version integer NOT NULL,
    plan_revision integer NOT NULL,
    risk          double precision,
    score         smallint,                -- null: incomplete
    low           smallint NOT NULL,
    high          smallint NOT NULL,
    band          smallint NOT NULL,       -- 0 low, 1 low-medium, 2 medium, 3 high
    single_3      smallint NOT NULL,       -- bit per metric code
    missing       smallint NOT NULL,
    assumed       smallint NOT NULL,
    late          boolean NOT NULL,
    in_episode    boolean NOT NULL
);
SELECT create_hypertable('assessment', by_range('time', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX assessment_chart ON assessment (patient_no, time DESC);

-- Replay window, clock interval and liveness of one boot of one device.
CREATE TABLE device_window (
    device_no      integer NOT NULL REFERENCES device (no),
    boot           bigint NOT NULL,
    upto           bigint NOT NULL,        -- every seq up to here is handled
    highest        bigint NOT NULL,
    also           bigint[] NOT NULL DEFAULT '{}',   -- pairs: first, last handled above upto
    refused        jsonb NOT NULL DEFAULT '[]',      -- [[seq, reason], ..]
    stored         bigint NOT NULL DEFAULT 0,
    duplicates     bigint NOT NULL DEFAULT 0,
    last_received  timestamptz NOT NULL,
    last_device_ms bigint,
    offset_low_ms  bigint,
    offset_high_ms bigint,
    clock_jumps    integer NOT NULL DEFAULT 0,
    acked_at       timestamptz,
    PRIMARY KEY (device_no, boot)
) WITH (fillfactor = 60);

CREATE TABLE device_now (
    device_no integer PRIMARY KEY REFERENCES device (no),
    online    boolean NOT NULL,
    since     timestamptz NOT NULL
);

-- The newest state of each patient, for the panel.
CREATE TABLE patient_now (
    patient_no  integer PRIMARY KEY REFERENCES patient (no),
    received    timestamptz NOT NULL,      -- newest arrival
    measured    timestamptz,               -- event time of the newest assessment
    news2_low   smallint,
    news2_high  smallint,
    risk        double precision,
    assessment  jsonb,                     -- as GET /patients/{id}/assessment answers
    latest      jsonb NOT NULL DEFAULT '{}' -- metric name -> {"t" ms, "v", "q", "device"}
) WITH (fillfactor = 60);

CREATE TABLE model_snapshot (
    patient_no integer PRIMARY KEY REFERENCES patient (no),
    frame_id   bigint NOT NULL,            -- newest frame folded in
    taken_at   timestamptz NOT NULL,
    state      bytea NOT NULL
);

CREATE TABLE population_model (
    version integer PRIMARY KEY,
    made_at timestamptz NOT NULL,
    state   bytea NOT NULL,
    report  jsonb NOT NULL DEFAULT '{}'
);

-- Matured examples (features at a time, and what followed), from which the next version learns.
CREATE TABLE risk_example (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient_no integer NOT NULL,
    at         timestamptz NOT NULL,
    example    bytea NOT NULL,
    used_in    integer
);
CREATE INDEX ON risk_example (id) WHERE used_in IS NULL;

-- What people add to a patient's lane: readings entered by staff, outcomes of alerts. The gateway
-- folds each in the lane's order and writes down where (folded_as), so that a replay can do the same.
CREATE TABLE lane_input (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient_no integer NOT NULL REFERENCES patient (no),
    bucket     smallint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('observations', 'outcome')),
    entered_at timestamptz NOT NULL,
    entered_by uuid REFERENCES app_user,
    payload    jsonb NOT NULL,
    folded_as  bigint,
    -- What the fold used from elsewhere, as in signed_frame.
    folded_at     timestamptz,
    plan_revision integer,
    model_version integer,
    in_episode    boolean,
    paused        boolean
);
CREATE INDEX lane_input_waiting ON lane_input (bucket, id) WHERE folded_as IS NULL;
CREATE INDEX lane_input_folded ON lane_input (patient_no, folded_as);

CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient_no integer,
    device_no  integer,
    frame_id   bigint,
    kind       text NOT NULL,              -- 'finding', 'risk'
    created_at timestamptz NOT NULL,
    payload    jsonb NOT NULL,
    taken_at   timestamptz
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE taken_at IS NULL;
CREATE INDEX outbox_taken ON outbox (taken_at) WHERE taken_at IS NOT NULL;

CREATE TABLE quarantine (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received  timestamptz NOT NULL,
    device_no integer,
    topic     text NOT NULL,
    reason    text NOT NULL,
    signed    boolean NOT NULL,
    boot      bigint,
    seq       bigint,
    detail    text NOT NULL DEFAULT '',
    payload   bytea NOT NULL
);
CREATE INDEX ON quarantine (device_no, signed, id);
CREATE INDEX ON quarantine (received);

-- Stays when the bytes have gone.
CREATE TABLE refusal_count (
    device_no integer NOT NULL,            -- 0: no known device
    reason    text NOT NULL,
    n         bigint NOT NULL,
    newest    timestamptz NOT NULL,
    PRIMARY KEY (device_no, reason)
);

CREATE TABLE command (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    device_no  integer NOT NULL REFERENCES device (no),
    bucket     smallint NOT NULL,
    command    text NOT NULL,
    args       jsonb NOT NULL,
    issued     timestamptz NOT NULL,
    expires    timestamptz NOT NULL,
    state      text NOT NULL DEFAULT 'queued'
               CHECK (state IN ('queued', 'sent', 'delivered', 'seen', 'done', 'declined', 'expired')),
    changed_at timestamptz NOT NULL,
    issued_by  uuid REFERENCES app_user
);
CREATE INDEX command_waiting ON command (bucket) WHERE state = 'queued';
CREATE INDEX ON command (device_no);

-- Heartbeats: a challenger ends the backend of a holder that has fallen silent.
CREATE TABLE gateway_worker (
    groups      integer NOT NULL,
    "group"     integer NOT NULL,
    worker      uuid NOT NULL,
    backend_pid integer NOT NULL,
    home        boolean NOT NULL DEFAULT true,   -- false: adopted, its own worker being away
    wanted_by   uuid,                            -- the worker that asks an adopter to hand over
    beat        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (groups, "group")
);

-- 'apache' (Debian's packages) or 'timescale' (Community: compression, continuous aggregates).
CREATE FUNCTION timescale_edition() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT current_setting('timescaledb.license') $$;

DO $$
DECLARE spec text[];
BEGIN
    IF timescale_edition() = 'timescale' THEN
        FOREACH spec SLICE 1 IN ARRAY ARRAY[
            ['observation', 'patient_no, metric', 'time DESC'],
            ['signed_frame', 'device_no', 'time DESC'],
            ['assessment', 'patient_no', 'time DESC']
        ] LOOP
            EXECUTE format(
                'ALTER TABLE %I SET (timescaledb.compress, timescaledb.compress_segmentby = %L, timescaledb.compress_orderby = %L)',
                spec[1], spec[2], spec[3]);
            PERFORM add_compression_policy(spec[1]::regclass, INTERVAL '30 days');
        END LOOP;
    END IF;
END $$;
