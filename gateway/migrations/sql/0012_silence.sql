-- What silence means for an alert: how often it has called, whether a person made a plan rather
-- than close it while it held, and since when what they said has run out with nothing heard.
ALTER TABLE episode
    ADD COLUMN calls     integer NOT NULL DEFAULT 0,
    ADD COLUMN planned   boolean NOT NULL DEFAULT false,
    ADD COLUMN lapsed_at timestamptz;
UPDATE episode SET calls = 1 WHERE raised_at IS NOT NULL;

-- History that came late is asked for by when it came, and continued by the engine.
CREATE INDEX episode_historic ON episode (closed_at DESC) WHERE historic;
