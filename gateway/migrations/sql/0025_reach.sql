-- Reaching people away from the page: channels that a person sets, webhooks of other systems, and
-- the outbox of notices.

-- How a person is called. The address is sealed, and goes when their account ends.
CREATE TABLE notice_channel (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id     uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    kind        text NOT NULL CHECK (kind IN ('push', 'email', 'sms', 'chat')),
    sealed      bytea NOT NULL,       -- the address, and what the person calls it
    position    smallint NOT NULL,    -- the order in which channels are tried
    quiet_from  time,                 -- civil time of the ward: what is low waits until the end
    quiet_until time,
    created_at  timestamptz NOT NULL,
    worked_at   timestamptz,          -- ward time
    failed_at   timestamptz,
    failure     text,
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
);
CREATE INDEX ON notice_channel (user_id, position);

CREATE FUNCTION forget_channels() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM notice_channel WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER ended_account_has_no_channels AFTER UPDATE ON app_user FOR EACH ROW
    WHEN (NEW.state = 'disabled') EXECUTE FUNCTION forget_channels();

-- Other systems that are told of calls; address and secret are sealed.
CREATE TABLE webhook (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ward       text CHECK (length(ward) BETWEEN 1 AND 60),   -- null: every ward
    sealed     bytea NOT NULL,
    created_by uuid REFERENCES app_user,
    created_at timestamptz NOT NULL,
    worked_at  timestamptz,
    failed_at  timestamptz,
    failure    text
);

-- One row for each call of one person by one channel, or of one webhook. The id is the idempotency
-- key: who gets it twice has been told once.
CREATE TABLE notice (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    call_id      uuid NOT NULL DEFAULT gen_random_uuid(),  -- the person's channels of one call share it
    step         smallint NOT NULL DEFAULT 0,              -- which of them this is
    episode_id   uuid REFERENCES episode ON DELETE CASCADE,   -- null: a test of the channel
    patient_no   integer REFERENCES patient (no),
    ward         text NOT NULL,
    user_id      uuid REFERENCES app_user ON DELETE CASCADE,
    channel_id   uuid REFERENCES notice_channel ON DELETE SET NULL,
    webhook_id   uuid REFERENCES webhook ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('push', 'email', 'sms', 'chat', 'webhook')),
    rung         smallint NOT NULL DEFAULT 0,
    priority     text NOT NULL CHECK (priority IN ('high', 'medium', 'low')),
    change       text NOT NULL,
    told         jsonb NOT NULL DEFAULT '{}',  -- what a webhook says; nothing that names a person
    called_at    timestamptz NOT NULL,         -- ward time
    state        text NOT NULL DEFAULT 'waiting'
                 CHECK (state IN ('waiting', 'sent', 'seen', 'lapsed', 'failed', 'dropped')),
    attempts     smallint NOT NULL DEFAULT 0,
    try_at       timestamptz NOT NULL DEFAULT now(),  -- real time of the next attempt
    quiet_until  timestamptz,                         -- ward time until which it waits
    seen_due     timestamptz,                         -- ward time by which it should be opened
    sent_at      timestamptz,
    delivered_at timestamptz,
    opened_at    timestamptz,
    ended_at     timestamptz,
    failure      text,
    CHECK ((user_id IS NULL) <> (webhook_id IS NULL)),
    UNIQUE (call_id, step)
);
CREATE INDEX notice_waiting ON notice (try_at) WHERE state = 'waiting';
CREATE INDEX notice_unseen ON notice (seen_due) WHERE seen_due IS NOT NULL;
CREATE INDEX ON notice (episode_id);
CREATE INDEX ON notice (channel_id);
CREATE INDEX ON notice (webhook_id);
CREATE INDEX ON notice (patient_no);

CREATE FUNCTION wake_notices() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('homeward_notices', '');
    RETURN NULL;
END $$;
CREATE TRIGGER notice_wakes AFTER INSERT ON notice
    FOR EACH STATEMENT EXECUTE FUNCTION wake_notices();

ALTER TABLE notice_channel ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON notice_channel TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY engine_all ON webhook TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY engine_all ON notice TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_own ON notice_channel TO homeward_api
    USING (user_id = acting_user()) WITH CHECK (user_id = acting_user());
CREATE POLICY api_admin ON webhook TO homeward_api
    USING (acting_role() = 'admin') WITH CHECK (acting_role() = 'admin');
-- One's own, and those about an alert that one may see (as the alert's evidence).
CREATE POLICY api_sees ON notice FOR SELECT TO homeward_api
    USING (user_id = acting_user() OR (webhook_id IS NOT NULL AND acting_role() = 'admin')
           OR EXISTS (SELECT FROM episode e WHERE e.id = episode_id));
CREATE POLICY api_tests ON notice FOR INSERT TO homeward_api
    WITH CHECK (episode_id IS NULL AND (user_id = acting_user()
                OR (webhook_id IS NOT NULL AND acting_role() = 'admin')));
CREATE POLICY api_opens ON notice FOR UPDATE TO homeward_api
    USING (user_id = acting_user()) WITH CHECK (user_id = acting_user());

GRANT SELECT, INSERT, UPDATE, DELETE ON notice_channel, webhook TO homeward_api;
GRANT SELECT, INSERT ON notice TO homeward_api;
GRANT UPDATE (opened_at, state, seen_due) ON notice TO homeward_api;
GRANT SELECT, UPDATE ON notice_channel, webhook TO homeward_engine;
GRANT SELECT, INSERT, UPDATE ON notice TO homeward_engine;
REVOKE EXECUTE ON FUNCTION forget_channels(), wake_notices() FROM PUBLIC;
