-- Links by which somebody opens an account that was meant for them, or sets a new password: single
-- use, with an end in real time, of which only a hash is kept. And the codes for a lost telephone.
CREATE TABLE invitation (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash   bytea NOT NULL UNIQUE,
    purpose      text NOT NULL CHECK (purpose IN ('account', 'reset')),
    role         text NOT NULL,
    ward         text NOT NULL,
    user_id      uuid REFERENCES app_user,       -- whose password; of an invitation, who came of it
    patient_no   integer REFERENCES patient (no), -- whose record the account is linked to
    drops_factor boolean NOT NULL DEFAULT false,
    made_by      uuid NOT NULL REFERENCES app_user,
    made_at      timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    withdrawn_at timestamptz,
    CHECK (purpose = 'account' OR user_id IS NOT NULL)
);
CREATE INDEX ON invitation (ward, made_at);
CREATE INDEX ON invitation (user_id);
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_sees ON invitation FOR SELECT TO homeward_api USING (manages(ward));
CREATE POLICY api_adds ON invitation FOR INSERT TO homeward_api
    WITH CHECK (manages(ward) AND made_by = acting_user() AND used_at IS NULL);
CREATE POLICY api_ends ON invitation FOR UPDATE TO homeward_api
    USING (manages(ward)) WITH CHECK (manages(ward));
GRANT SELECT, INSERT, UPDATE ON invitation TO homeward_api;

-- Whoever holds the link acts for nobody yet: what it opens is told, and used up, by these two alone.
-- A link ends with the account of who made it, and with the account that it is for.
CREATE FUNCTION invitation_of(token bytea)
RETURNS TABLE (id uuid, purpose text, role text, ward text, user_id uuid, username text,
               patient_no integer, drops_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id, i.purpose, i.role, i.ward, i.user_id, u.username, i.patient_no, i.drops_factor
      FROM invitation i JOIN app_user m ON m.id = i.made_by LEFT JOIN app_user u ON u.id = i.user_id
     WHERE i.token_hash = token AND i.used_at IS NULL AND i.withdrawn_at IS NULL
       AND i.expires_at > now() AND m.state = 'active'
       AND (i.purpose = 'account' OR (u.state <> 'disabled' AND u.role = i.role))
$$;
CREATE FUNCTION use_invitation(invitation_id uuid, made uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE invitation SET used_at = now(), user_id = coalesce(user_id, made)
     WHERE id = invitation_id AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > now();
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION invitation_of, use_invitation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION invitation_of, use_invitation TO homeward_api;

-- One code lets its owner in once where the one-time password would be asked for; kept as a keyed
-- hash, whose key is the vault's.
CREATE TABLE recovery_code (
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    hash    bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz,
    PRIMARY KEY (user_id, hash)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_code TO homeward_api;

CREATE FUNCTION forget_recovery_codes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM recovery_code WHERE user_id = NEW.id;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION forget_recovery_codes FROM PUBLIC;
-- They stand for a second factor: without one, and with the account, they go.
CREATE TRIGGER no_factor_no_codes AFTER UPDATE ON app_user FOR EACH ROW
    WHEN (NEW.state = 'disabled' OR (OLD.totp_step IS NOT NULL AND NEW.totp_step IS NULL))
    EXECUTE FUNCTION forget_recovery_codes();
