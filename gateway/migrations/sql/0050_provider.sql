-- Signing in at a hospital's identity provider: who is under way, and whose account it is there.
CREATE TABLE provider_visit (
    state_hash   bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,   -- who comes back must be who left
    nonce        text NOT NULL,
    verifier     text NOT NULL,
    next         text NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX ON provider_visit (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_visit TO homeward_api;

CREATE TABLE provider_account (
    issuer  text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL UNIQUE REFERENCES app_user ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);
GRANT SELECT, INSERT ON provider_account TO homeward_api;
