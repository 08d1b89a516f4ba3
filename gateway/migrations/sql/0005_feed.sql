-- What the alert engine, its live feed and the re-planner need besides the rows themselves.

ALTER TABLE episode
    ADD COLUMN received_at timestamptz,    -- arrival of the newest reading that showed it
    ADD COLUMN deadline    timestamptz;    -- a response is wanted by then
CREATE INDEX episode_newest ON episode (patient_no, condition, started_at DESC);

-- Whoever held the alert before or after the change is told of it, though they may not see the
-- patient any more: an alert that was passed on or closed must not stay on their page as theirs.
ALTER TABLE alert_event ADD COLUMN holders uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX ON alert_event (at);

DROP FUNCTION append_alert_event(uuid, integer, text, text, timestamptz, uuid, jsonb);
CREATE FUNCTION append_alert_event(
    episode uuid, patient integer, of_ward text, what text, at_time timestamptz, by_whom uuid,
    held_by uuid[], body jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE position bigint;
BEGIN
    UPDATE stream_position SET value = value + 1 RETURNING value INTO position;
    INSERT INTO alert_event (stream_id, episode_id, patient_no, ward, event, at, actor, holders, data)
    VALUES (position, episode, patient, of_ward, what, at_time, by_whom, held_by, body);
    PERFORM pg_notify('homeward_feed', '');
    RETURN position;
END $$;

-- Who of ``among`` may see an alert now: visible_patients() asked from the other side, so that
-- one question serves every listener. A test holds the two against each other.
CREATE FUNCTION alert_watchers(patient integer, of_ward text, among uuid[])
RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(u.id), '{}') FROM app_user u
     WHERE u.id = ANY (among) AND u.state = 'active' AND CASE u.role
        WHEN 'admin' THEN true
        WHEN 'coordinator' THEN u.ward = of_ward
        WHEN 'patient' THEN u.patient_no = patient
        ELSE CASE WHEN patient IS NULL THEN u.ward = of_ward ELSE
            EXISTS (SELECT FROM care_team t WHERE t.patient_no = patient AND t.user_id = u.id)
            OR EXISTS (SELECT FROM assignment a JOIN doctor d ON d.id = a.doctor_id
                        WHERE a.patient_no = patient AND d.user_id = u.id)
            OR EXISTS (SELECT FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
                        WHERE e.patient_no = patient AND e.state IN ('open', 'acknowledged')
                          AND (d.user_id = u.id OR e.acknowledged_by = u.id))
        END END
$$;

-- The one at work on each job of the API processes ('alerts', 'rota'); real time.
CREATE TABLE engine_leader (
    job         text PRIMARY KEY,
    holder      uuid NOT NULL,
    backend_pid integer NOT NULL,
    beat        timestamptz NOT NULL DEFAULT now(),
    detail      jsonb NOT NULL DEFAULT '{}'
);

-- Whatever changes who is there or who needs care wakes the re-planner; the payload is the cause.
CREATE FUNCTION wake_rota() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('homeward_rota', TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE TRIGGER shift_wakes AFTER INSERT OR UPDATE OR DELETE ON shift
    FOR EACH ROW EXECUTE FUNCTION wake_rota('shift');
CREATE TRIGGER doctor_wakes AFTER INSERT OR UPDATE ON doctor
    FOR EACH ROW EXECUTE FUNCTION wake_rota('doctor');
CREATE TRIGGER request_wakes AFTER INSERT ON replan_request
    FOR EACH ROW EXECUTE FUNCTION wake_rota('request');
CREATE TRIGGER patient_wakes AFTER INSERT ON patient
    FOR EACH ROW EXECUTE FUNCTION wake_rota('patient');
CREATE TRIGGER patient_change_wakes AFTER UPDATE ON patient
    FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.ward <> NEW.ward)
    EXECUTE FUNCTION wake_rota('patient');

REVOKE EXECUTE ON FUNCTION append_alert_event(uuid, integer, text, text, timestamptz, uuid, uuid[], jsonb) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION alert_watchers(integer, text, uuid[]) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION wake_rota() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_alert_event(uuid, integer, text, text, timestamptz, uuid, uuid[], jsonb) TO homeward_engine;
GRANT EXECUTE ON FUNCTION alert_watchers(integer, text, uuid[]) TO homeward_engine;
GRANT SELECT, INSERT, UPDATE ON engine_leader TO homeward_engine;
GRANT SELECT ON engine_leader TO homeward_api;
