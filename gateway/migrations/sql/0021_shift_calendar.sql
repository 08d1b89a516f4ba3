-- Secret links to a calendar of one person's shifts. Only a hash is kept; a link is taken back by
-- its row, which stays.
CREATE TABLE calendar_link (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    doctor_id  uuid NOT NULL REFERENCES doctor,
    token_hash bytea NOT NULL UNIQUE,
    made_at    timestamptz NOT NULL,
    made_by    uuid NOT NULL REFERENCES app_user,
    revoked_at timestamptz
);
CREATE INDEX ON calendar_link (doctor_id);
GRANT SELECT, INSERT ON calendar_link TO homeward_api;
GRANT UPDATE (revoked_at) ON calendar_link TO homeward_api;
