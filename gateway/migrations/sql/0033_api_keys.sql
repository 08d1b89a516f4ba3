-- Machine accounts: an account of role `machine` that nobody signs in to, with one key each. The key
-- is a session, so that revocation and the ends of streams hold for it too; what it may do stands in
-- its scopes, of which ward in its account.
ALTER TABLE app_user DROP CONSTRAINT app_user_role_check;
ALTER TABLE app_user ADD CONSTRAINT app_user_role_check
    CHECK (role IN ('patient', 'doctor', 'nurse', 'coordinator', 'admin', 'machine'));
ALTER TABLE session_token DROP CONSTRAINT session_token_kind_check;
ALTER TABLE session_token ADD CONSTRAINT session_token_kind_check
    CHECK (kind IN ('cookie', 'bearer', 'key'));

CREATE TABLE api_key (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid NOT NULL UNIQUE REFERENCES app_user,
    token_hash bytea NOT NULL UNIQUE,
    scopes     text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES app_user,
    expires_at timestamptz NOT NULL,   -- real time, as sessions
    revoked_at timestamptz
);
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
-- Read at every call to know the caller, before anybody acts; changed by administrators alone.
CREATE POLICY api_sees ON api_key FOR SELECT TO homeward_api USING (true);
CREATE POLICY api_adds ON api_key FOR INSERT TO homeward_api WITH CHECK (acting_role() = 'admin');
CREATE POLICY api_ends ON api_key FOR UPDATE TO homeward_api
    USING (acting_role() = 'admin') WITH CHECK (acting_role() = 'admin');
GRANT SELECT, INSERT, UPDATE ON api_key TO homeward_api;
