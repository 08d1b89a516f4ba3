-- Signing in: counts that nobody can collide with, places seen before, sessions that idle.

-- Old keys were short hashes that anybody could compute; the windows last minutes.
TRUNCATE login_throttle;
ALTER TABLE login_throttle ADD COLUMN next_look timestamptz;
CREATE INDEX ON login_throttle (window_start);

-- Where an account signed in from: keyed hashes of addresses and of names given to browsers.
CREATE TABLE login_place (
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    place   text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, place)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON login_place TO homeward_api;

ALTER TABLE session_token ADD COLUMN used_at timestamptz NOT NULL DEFAULT now();
