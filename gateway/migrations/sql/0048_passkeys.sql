-- Passkeys (WebAuthn): public keys of authenticators that prove possession and, by themselves, who
-- holds them. An account that has one is opened by no password alone.
CREATE TABLE passkey (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id       uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    credential_id bytea NOT NULL UNIQUE,
    public_key    bytea NOT NULL,
    sign_count    bigint NOT NULL,
    name          text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    used_at       timestamptz
);
CREATE INDEX ON passkey (user_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey TO homeward_api;

-- What an authenticator was asked to sign; each is answered once, within minutes of real time.
CREATE TABLE passkey_challenge (
    challenge  bytea PRIMARY KEY,
    user_id    uuid REFERENCES app_user ON DELETE CASCADE,  -- null: a log-in, whose is not known yet
    expires_at timestamptz NOT NULL
);
CREATE INDEX ON passkey_challenge (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey_challenge TO homeward_api;

ALTER TABLE app_user ADD COLUMN passkeys integer NOT NULL DEFAULT 0;
CREATE FUNCTION count_passkeys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE owner uuid := coalesce(NEW.user_id, OLD.user_id);
BEGIN
    UPDATE app_user SET passkeys = (SELECT count(*) FROM passkey WHERE user_id = owner) WHERE id = owner;
    RETURN NULL;
END $$;
CREATE TRIGGER passkeys_counted AFTER INSERT OR DELETE ON passkey FOR EACH ROW
    EXECUTE FUNCTION count_passkeys();

CREATE FUNCTION forget_passkeys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM passkey WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER ended_account_has_no_passkeys AFTER UPDATE ON app_user FOR EACH ROW
    WHEN (OLD.state <> 'disabled' AND NEW.state = 'disabled') EXECUTE FUNCTION forget_passkeys();
REVOKE ALL ON FUNCTION count_passkeys, forget_passkeys FROM PUBLIC;
