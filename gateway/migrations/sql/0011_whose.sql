-- Whose a row is, and who wrote it: refused frames of no known device, the audit chain, rotation
-- tokens.

-- A frame under a mistyped topic may be of any ward. Coordinators learn that it came and why it was
-- refused; its topic, its words and its bytes are for administrators.
CREATE VIEW quarantine_seen WITH (security_barrier) AS
    SELECT q.id, q.received, q.device_no, q.reason, q.signed, q.boot, q.seq,
           CASE WHEN shown.whole THEN q.topic ELSE '' END AS topic,
           CASE WHEN shown.whole THEN q.detail ELSE '' END AS detail,
           CASE WHEN shown.whole THEN q.payload END AS payload,
           length(q.payload) AS bytes
      FROM quarantine q
      LEFT JOIN device d ON d.no = q.device_no
     CROSS JOIN LATERAL (
        SELECT acting_role() = 'admin' OR q.device_no IS NOT NULL AS whole) shown
     WHERE acting_role() = 'admin'
        OR (acting_role() = 'coordinator'
            AND (q.device_no IS NULL OR d.patient_no = ANY ((SELECT visible_patients())::integer[])));
GRANT SELECT ON quarantine_seen TO homeward_api;
REVOKE SELECT ON quarantine FROM homeward_api;

-- Each row of the chain names the login that wrote it, which only the server knows; the gateway
-- writes none. Rows of before have none, and keep the hash they were given.
ALTER TABLE audit ADD COLUMN login text;
CREATE FUNCTION audit_hash(
    row_id bigint, at timestamptz, actor text, action text, patient integer, detail jsonb,
    previous bytea, login text
) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(audit_hash(row_id, at, actor, action, patient, detail, previous)
                  || convert_to(login, 'UTF8'))
$$;
CREATE OR REPLACE FUNCTION append_audit(at_time timestamptz, who text, what text, patient integer, body jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE newest record; next_id bigint; before bytea; writer text := session_user;
BEGIN
    PERFORM pg_advisory_xact_lock(4711, 1);
    SELECT a.id, a.hash INTO newest FROM audit a ORDER BY a.id DESC LIMIT 1;
    next_id := coalesce(newest.id, 0) + 1;
    before := coalesce(newest.hash, '\x'::bytea);
    INSERT INTO audit (id, at, actor, action, patient_no, detail, previous, hash, login)
    VALUES (next_id, at_time, who, what, patient, body, before,
            audit_hash(next_id, at_time, who, what, patient, body, before, writer), writer);
    RETURN next_id;
END $$;
REVOKE EXECUTE ON FUNCTION append_audit(timestamptz, text, text, integer, jsonb) FROM PUBLIC, homeward_gateway;
REVOKE EXECUTE ON FUNCTION audit_hash(bigint, timestamptz, text, text, integer, jsonb, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_hash(bigint, timestamptz, text, text, integer, jsonb, bytea, text) TO homeward_api;

-- A rotation token lets its holder replace a device's key: the engine has no use for one.
DROP POLICY engine_all ON command;
CREATE POLICY engine_all ON command TO homeward_engine
    USING (command <> 'rotate_key') WITH CHECK (command <> 'rotate_key');
