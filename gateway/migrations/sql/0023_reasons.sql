-- One clinical alert a patient. Its conditions are its reasons: rows of their own, each with its own
-- persistence, hysteresis and history. A technical alert is one condition, as before.

CREATE TABLE reason (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_no  integer NOT NULL REFERENCES patient (no),
    episode_id  uuid REFERENCES episode,            -- the alert; null: it waits, and no alert shows it
    condition   text NOT NULL,
    priority    text NOT NULL CHECK (priority IN ('high', 'medium', 'low')),
    state       text NOT NULL CHECK (state IN ('pending', 'open', 'resolved', 'expired')),
    started_at  timestamptz NOT NULL,               -- first violation, by event time
    measured_at timestamptz NOT NULL,               -- newest reading that showed it
    received_at timestamptz NOT NULL,
    pending_due timestamptz,
    raised_at   timestamptz,                        -- first shown
    cleared_at  timestamptz,                        -- over since
    count       integer NOT NULL DEFAULT 1,
    worst       double precision,
    value       double precision,                   -- the newest
    message     text NOT NULL,
    rule        text NOT NULL DEFAULT '',
    frame_id    bigint,                             -- the reading that raised it
    detail      jsonb NOT NULL DEFAULT '{}',
    CHECK ((state = 'pending') = (pending_due IS NOT NULL)),
    CHECK (state <> 'open' OR episode_id IS NOT NULL)
);
CREATE UNIQUE INDEX reason_one_living ON reason (patient_no, condition) WHERE state IN ('pending', 'open');
CREATE INDEX reason_of_alert ON reason (episode_id);
CREATE INDEX reason_due ON reason (pending_due) WHERE state = 'pending';

ALTER TABLE episode
    ADD COLUMN called_for    jsonb,         -- what people know: what they were last called for
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN snoozed_since timestamptz;

-- Alerts that live are carried over: of each patient the gravest, unanswered before answered, is the
-- alert, and every condition that was one of its own is a reason of it.
CREATE TEMPORARY TABLE living ON COMMIT DROP AS
    SELECT e.*, first_value(id) OVER w AS alert FROM episode e
     WHERE e.kind = 'clinical' AND e.patient_no IS NOT NULL AND NOT e.historic
       AND e.state IN ('open', 'acknowledged')
    WINDOW w AS (PARTITION BY patient_no
                 ORDER BY ended_stay, state = 'open' DESC,
                          array_position(ARRAY['high', 'medium', 'low'], priority), raised_at, id);

INSERT INTO reason (patient_no, episode_id, condition, priority, state, started_at, measured_at,
                    received_at, pending_due, raised_at, cleared_at, count, worst, value, message, rule,
                    frame_id, detail)
SELECT patient_no, alert, condition, priority, CASE WHEN cleared_at IS NULL THEN 'open' ELSE 'resolved' END,
       started_at, measured_at, coalesce(received_at, measured_at), NULL, raised_at, cleared_at, count,
       value, value, message, rule, frame_id, detail
  FROM living
UNION ALL
SELECT e.patient_no, NULL, e.condition, e.priority, 'pending', e.started_at, e.measured_at,
       coalesce(e.received_at, e.measured_at), coalesce(e.pending_due, e.measured_at), NULL, NULL, e.count,
       e.value, e.value, e.message, e.rule, e.frame_id, e.detail
  FROM episode e
 WHERE e.kind = 'clinical' AND e.patient_no IS NOT NULL AND NOT e.historic AND e.state = 'pending';
DELETE FROM episode WHERE kind = 'clinical' AND patient_no IS NOT NULL AND NOT historic AND state = 'pending';

UPDATE episode e SET
       priority = whole.priority,
       cleared_at = CASE WHEN whole.holds THEN NULL ELSE e.cleared_at END,
       count = whole.count, calls = whole.calls, started_at = whole.started,
       measured_at = whole.measured, received_at = whole.received,
       escalation_level = CASE WHEN e.escalation_level > 0 THEN e.escalation_level ELSE whole.level END,
       called_for = jsonb_build_object('priority', whole.priority, 'news2', whole.news2,
           'at_ms', (extract(epoch FROM e.raised_at) * 1000)::bigint)
  FROM (SELECT alert, bool_or(cleared_at IS NULL) AS holds, sum(count)::integer AS count,
               sum(calls)::integer AS calls, min(started_at) AS started, max(measured_at) AS measured,
               max(coalesce(received_at, measured_at)) AS received, max(escalation_level) AS level,
               max(value) FILTER (WHERE condition IN ('news2_urgent', 'news2_emergency')) AS news2,
               (ARRAY['high', 'medium', 'low'])[
                   min(array_position(ARRAY['high', 'medium', 'low'], priority))] AS priority
          FROM living GROUP BY alert) whole
 WHERE e.id = whole.alert;

-- The others are closed: pages that go on from before hear of it.
UPDATE episode e SET state = 'resolved', closed_at = greatest(e.measured_at, e.raised_at),
       escalate_due = NULL, acknowledged_until = NULL,
       detail = e.detail || '{"closed_because": "joined with the other alerts of the patient"}'
  FROM living l WHERE l.id = e.id AND l.id <> l.alert;
SELECT append_alert_event(l.id, l.patient_no, l.ward, 'alert.closed', told.at, NULL, told.holders,
                          told.data || '{"state": "resolved", "change": "resolved", "notify": false, "call": false}')
  FROM living l
 CROSS JOIN LATERAL (SELECT * FROM alert_event a WHERE a.episode_id = l.id
                      ORDER BY a.stream_id DESC LIMIT 1) told
 WHERE l.id <> l.alert ORDER BY told.stream_id;

DROP INDEX episode_one_open;
CREATE UNIQUE INDEX episode_one_open ON episode (coalesce(patient_no, 0), ward, condition)
    WHERE state IN ('pending', 'open', 'acknowledged') AND kind = 'technical';
CREATE UNIQUE INDEX episode_one_clinical ON episode (patient_no)
    WHERE state IN ('open', 'acknowledged') AND kind = 'clinical';

ALTER TABLE reason ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON reason TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY gateway_all ON reason TO homeward_gateway USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON reason FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM episode e WHERE e.id = episode_id));
GRANT SELECT, INSERT, UPDATE ON reason TO homeward_engine;
GRANT SELECT ON reason TO homeward_api, homeward_gateway;

-- What waits when a stay ends, ends with it.
CREATE FUNCTION end_waiting_reasons() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE reason SET state = 'expired', pending_due = NULL
     WHERE patient_no = NEW.patient_no AND state = 'pending';
    RETURN NULL;
END $$;
CREATE TRIGGER encounter_ends AFTER UPDATE OF period_end ON encounter
    FOR EACH ROW WHEN (NEW.period_end IS NOT NULL) EXECUTE FUNCTION end_waiting_reasons();
REVOKE EXECUTE ON FUNCTION end_waiting_reasons() FROM PUBLIC;
