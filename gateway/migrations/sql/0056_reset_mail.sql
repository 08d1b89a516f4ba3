-- A new password by e-mail: a link as a coordinator's, made by its owner for themselves, and sent to the
-- address at which they are reached. Whoever asks acts for nobody: this function alone makes the link.

CREATE FUNCTION begin_reset(name text, token bytea, minutes integer, known_since timestamptz)
RETURNS TABLE (user_id uuid, invitation_id uuid, channel_id uuid, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE who app_user; way notice_channel;
BEGIN
    SELECT * INTO who FROM app_user u
     WHERE u.username = name AND u.state = 'active' AND u.role <> 'machine'
       AND NOT EXISTS (SELECT FROM provider_account a WHERE a.user_id = u.id);
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO way FROM notice_channel c
     WHERE c.user_id = who.id AND c.kind = 'email' AND c.created_at <= known_since
     ORDER BY c.position, c.id LIMIT 1;
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY
        WITH made AS (
            INSERT INTO invitation (token_hash, purpose, role, ward, user_id, patient_no, made_by, expires_at)
            VALUES (token, 'reset', who.role, who.ward, who.id, who.patient_no, who.id,
                    now() + make_interval(mins => minutes))
            RETURNING id)
        SELECT who.id, made.id, way.id, way.sealed FROM made;
END $$;
REVOKE ALL ON FUNCTION begin_reset FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_reset TO homeward_api;

-- Once a password was set by one link, no other link sets it again.
CREATE FUNCTION end_other_resets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE invitation SET withdrawn_at = now()
     WHERE user_id = NEW.user_id AND purpose = 'reset' AND id <> NEW.id
       AND used_at IS NULL AND withdrawn_at IS NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION end_other_resets FROM PUBLIC;
CREATE TRIGGER reset_used AFTER UPDATE OF used_at ON invitation FOR EACH ROW
    WHEN (NEW.purpose = 'reset' AND OLD.used_at IS NULL AND NEW.used_at IS NOT NULL)
    EXECUTE FUNCTION end_other_resets();
