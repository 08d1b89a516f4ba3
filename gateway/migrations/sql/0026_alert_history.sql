-- What happened to alerts, in short, for good: the feed's events are kept for days alone. Burden is
-- counted from it, and an alert's evidence says by it who was called, and who answered.

CREATE TABLE alert_history (
    no         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    episode_id uuid NOT NULL REFERENCES episode ON DELETE CASCADE,
    patient_no integer REFERENCES patient (no),
    ward       text NOT NULL,
    at         timestamptz NOT NULL,     -- ward time
    change     text NOT NULL,            -- what happened, in the words of the alert engine
    call       boolean NOT NULL,         -- whether somebody was called by it
    rung       smallint NOT NULL,        -- who was called, or would be next
    priority   text NOT NULL,
    actor      uuid REFERENCES app_user, -- who did it; null: findings and time
    doctor_id  uuid REFERENCES doctor,   -- who held the alert after it
    settings_revision integer NOT NULL DEFAULT 0
);
CREATE INDEX ON alert_history (episode_id, no);
CREATE INDEX ON alert_history (at) WHERE call;
CREATE INDEX ON alert_history (patient_no);

INSERT INTO alert_history (episode_id, patient_no, ward, at, change, call, rung, priority, actor,
                           doctor_id, settings_revision)
SELECT a.episode_id, a.patient_no, a.ward, a.at, coalesce(a.data ->> 'change', ''),
       coalesce((a.data ->> 'call')::boolean, (a.data ->> 'notify')::boolean, false),
       coalesce(array_position(ARRAY['doctor', 'second', 'coordinator'], a.data ->> 'level') - 1, 0),
       coalesce(a.data ->> 'priority', 'low'),
       (SELECT id FROM app_user WHERE id = a.actor),
       (SELECT id FROM doctor WHERE id = (a.data ->> 'doctor')::uuid),
       coalesce((a.data ->> 'settings_revision')::integer, 0)
  FROM alert_event a ORDER BY a.stream_id;

ALTER TABLE alert_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON alert_history TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON alert_history FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM episode e WHERE e.id = episode_id));
GRANT SELECT ON alert_history TO homeward_api;
GRANT SELECT, INSERT ON alert_history TO homeward_engine;
