-- Who may see what. Row-level security on ordinary tables; the hypertables grant nothing to the
-- API, which reads them through security_barrier views that apply the same rule.

CREATE FUNCTION acting_user() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('homeward.user_id', true), '')::uuid $$;
CREATE FUNCTION acting_role() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('homeward.role', true), ''), 'nobody') $$;

CREATE FUNCTION acting_ward() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT ward FROM app_user WHERE id = acting_user() $$;

-- The patients that the acting user may see: themselves, their care team's, theirs by the plan in
-- force, or subject of an alert that they hold unresolved; coordinators their ward; admin all.
CREATE FUNCTION visible_patients() RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(no), '{}') FROM (
        SELECT p.no FROM patient p WHERE acting_role() = 'admin'
        UNION
        SELECT p.no FROM patient p WHERE acting_role() = 'coordinator' AND p.ward = acting_ward()
        UNION
        SELECT u.patient_no FROM app_user u
         WHERE acting_role() = 'patient' AND u.id = acting_user() AND u.patient_no IS NOT NULL
        UNION
        SELECT t.patient_no FROM care_team t
         WHERE acting_role() IN ('doctor', 'nurse') AND t.user_id = acting_user()
        UNION
        SELECT a.patient_no FROM assignment a JOIN doctor d ON d.id = a.doctor_id
         WHERE acting_role() IN ('doctor', 'nurse') AND d.user_id = acting_user()
        UNION
        SELECT e.patient_no FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
         WHERE acting_role() IN ('doctor', 'nurse') AND e.patient_no IS NOT NULL
           AND e.state IN ('open', 'acknowledged')
           AND (d.user_id = acting_user() OR e.acknowledged_by = acting_user())
    ) seen
$$;
CREATE FUNCTION may_see(patient integer) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT patient = ANY (visible_patients()) $$;
CREATE FUNCTION manages(of_ward text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT acting_role() = 'admin' OR (acting_role() = 'coordinator' AND of_ward = acting_ward()) $$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO homeward_api, homeward_engine, homeward_gateway;
REVOKE EXECUTE ON FUNCTION append_alert_event(uuid, integer, text, text, timestamptz, uuid, jsonb) FROM homeward_gateway;
GRANT USAGE ON SCHEMA public TO homeward_api, homeward_engine, homeward_gateway;

DO $$
DECLARE secured text;
BEGIN
    FOREACH secured IN ARRAY ARRAY[
        'patient', 'patient_key', 'care_plan', 'care_team', 'device', 'device_key', 'device_certificate',
        'patient_now', 'device_now', 'device_window', 'lane_input', 'quarantine', 'command',
        'episode', 'alert_event', 'assignment'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', secured);
        EXECUTE format('CREATE POLICY engine_all ON %I TO homeward_engine USING (true) WITH CHECK (true)', secured);
        EXECUTE format('CREATE POLICY gateway_all ON %I TO homeward_gateway USING (true) WITH CHECK (true)', secured);
    END LOOP;
END $$;

-- The API acts for a person. Who they are is asked once for a statement and not once for each row:
-- a panel of a thousand patients would else look them up a thousand times for each table.
CREATE POLICY api_sees ON patient FOR SELECT TO homeward_api USING (
    (SELECT acting_role()) = 'admin'
    OR ((SELECT acting_role()) = 'coordinator' AND ward = (SELECT acting_ward()))
    OR no IN (SELECT unnest(visible_patients())));
CREATE POLICY api_adds ON patient FOR INSERT TO homeward_api WITH CHECK (manages(ward));
CREATE POLICY api_changes ON patient FOR UPDATE TO homeward_api USING (manages(ward)) WITH CHECK (manages(ward));

DO $$
DECLARE secured text;
BEGIN
    -- Read by relation; written by who manages the patient.
    FOREACH secured IN ARRAY ARRAY['patient_key', 'care_plan', 'care_team', 'device'] LOOP
        EXECUTE format('CREATE POLICY api_sees ON %I FOR SELECT TO homeward_api
            USING (patient_no IN (SELECT unnest(visible_patients())))', secured);
        EXECUTE format('CREATE POLICY api_writes ON %I TO homeward_api
            USING (EXISTS (SELECT FROM patient p WHERE p.no = patient_no AND manages(p.ward)))
            WITH CHECK (EXISTS (SELECT FROM patient p WHERE p.no = patient_no AND manages(p.ward)))', secured);
    END LOOP;
    FOREACH secured IN ARRAY ARRAY['patient_now', 'assignment'] LOOP
        EXECUTE format('CREATE POLICY api_sees ON %I FOR SELECT TO homeward_api
            USING (patient_no IN (SELECT unnest(visible_patients())))', secured);
    END LOOP;
    -- Of a device: by the device's own visibility.
    FOREACH secured IN ARRAY ARRAY['device_key', 'device_certificate', 'device_now', 'device_window', 'command'] LOOP
        EXECUTE format('CREATE POLICY api_sees ON %I FOR SELECT TO homeward_api
            USING (EXISTS (SELECT FROM device d WHERE d.no = device_no))', secured);
    END LOOP;
    FOREACH secured IN ARRAY ARRAY['device_key', 'device_certificate', 'command'] LOOP
        EXECUTE format('CREATE POLICY api_writes ON %I TO homeward_api
            USING (EXISTS (SELECT FROM device d JOIN patient p ON p.no = d.patient_no
                            WHERE d.no = device_no AND manages(p.ward)))
            WITH CHECK (EXISTS (SELECT FROM device d JOIN patient p ON p.no = d.patient_no
                            WHERE d.no = device_no AND manages(p.ward)))', secured);
    END LOOP;
END $$;
CREATE POLICY api_sees ON lane_input FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON lane_input FOR INSERT TO homeward_api
    WITH CHECK (entered_by = acting_user() AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_sees ON quarantine FOR SELECT TO homeward_api
    USING (acting_role() = 'admin' OR (acting_role() = 'coordinator'
           AND (device_no IS NULL OR EXISTS (SELECT FROM device d WHERE d.no = device_no))));
CREATE POLICY api_sees ON episode FOR SELECT TO homeward_api USING (
    (SELECT acting_role()) = 'admin'
    OR ((SELECT acting_role()) = 'coordinator' AND ward = (SELECT acting_ward()))
    OR patient_no IN (SELECT unnest(visible_patients()))
    OR (patient_no IS NULL AND (SELECT acting_role()) IN ('doctor', 'nurse')
        AND ward = (SELECT acting_ward())));
CREATE POLICY api_sees ON alert_event FOR SELECT TO homeward_api
    USING (manages(ward) OR patient_no = ANY ((SELECT visible_patients())::integer[])
           OR (patient_no IS NULL AND acting_role() IN ('doctor', 'nurse') AND ward = acting_ward()));

GRANT SELECT, INSERT, UPDATE ON app_user, session_token, login_throttle, patient, patient_key, care_plan,
    device, enrolment, device_key, device_certificate, doctor, shift, replan_request, command TO homeward_api;
GRANT DELETE ON login_throttle, session_token, patient_key, shift TO homeward_api;
GRANT SELECT, INSERT, DELETE ON care_team TO homeward_api;
GRANT SELECT, INSERT ON lane_input TO homeward_api;
GRANT SELECT ON patient_now, assignment, device_now, device_window, quarantine, refusal_count, episode, alert_event, plan,
    gateway_key, gateway_worker, population_model, stream_position, audit TO homeward_api;

-- Enrolment is called by a device, which is no user: this function alone writes its key.
-- Enrolment tokens and certificates live by real time: a certificate is checked by real clocks, and
-- a token must not end sooner because the ward's clock runs fast. The key's times are the ward's.
CREATE FUNCTION enrol_device(
    token bytea, digest bytea, sign_key bytea, box_key bytea, at_time timestamptz, reply jsonb,
    certificate_serial text, certificate_expires timestamptz
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE asked enrolment; target device;
BEGIN
    SELECT * INTO asked FROM enrolment WHERE token_hash = token FOR UPDATE;
    IF NOT FOUND OR asked.expires_at <= now() THEN RETURN 'refused'; END IF;
    IF asked.used_at IS NOT NULL THEN
        RETURN CASE WHEN asked.request_digest = digest THEN 'again' ELSE 'refused' END;
    END IF;
    SELECT * INTO target FROM device WHERE no = asked.device_no FOR UPDATE;
    IF target.state = 'revoked' THEN RETURN 'refused'; END IF;
    IF EXISTS (SELECT FROM device_key WHERE sign_public = sign_key) THEN RETURN 'key_in_use'; END IF;
    INSERT INTO device_key (device_no, sign_public, box_public, enrolled_at)
    VALUES (target.no, sign_key, box_key, at_time);
    UPDATE device SET state = 'enrolled', bound_from = coalesce(bound_from, at_time) WHERE no = target.no;
    UPDATE enrolment SET used_at = now(), request_digest = digest, answer = reply WHERE token_hash = token;
    IF certificate_serial IS NOT NULL THEN
        INSERT INTO device_certificate (serial, device_no, issued_at, expires_at, certificate_pem)
        VALUES (certificate_serial, target.no, now(), certificate_expires,
                reply -> 'mqtt' ->> 'client_certificate_pem');
    END IF;
    RETURN 'enrolled';
EXCEPTION WHEN unique_violation THEN RETURN 'key_in_use';
END $$;

-- What enrolment needs to know before it answers: the device, its bucket, and an earlier answer.
CREATE FUNCTION enrolment_target(token bytea)
RETURNS TABLE (device_id text, bucket smallint, used boolean, request_digest bytea, answer jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, p.bucket, e.used_at IS NOT NULL, e.request_digest, e.answer
      FROM enrolment e JOIN device d ON d.no = e.device_no JOIN patient p ON p.no = d.patient_no
     WHERE e.token_hash = token AND e.expires_at > now() AND d.state <> 'revoked'
$$;
REVOKE EXECUTE ON FUNCTION enrol_device(bytea, bytea, bytea, bytea, timestamptz, jsonb, text, timestamptz) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION enrolment_target(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrol_device(bytea, bytea, bytea, bytea, timestamptz, jsonb, text, timestamptz) TO homeward_api;
GRANT EXECUTE ON FUNCTION enrolment_target(bytea) TO homeward_api;

CREATE VIEW observation_seen WITH (security_barrier) AS
    SELECT o.* FROM observation o WHERE o.patient_no = ANY ((SELECT visible_patients())::integer[]);
CREATE VIEW assessment_seen WITH (security_barrier) AS
    SELECT a.* FROM assessment a WHERE a.patient_no = ANY ((SELECT visible_patients())::integer[]);
CREATE VIEW signed_frame_seen WITH (security_barrier) AS
    SELECT f.* FROM signed_frame f WHERE f.patient_no = ANY ((SELECT visible_patients())::integer[]);
GRANT SELECT ON observation_seen, assessment_seen, signed_frame_seen TO homeward_api;

-- The alert engine and the re-planner: whole ward, but no personal data.
GRANT SELECT (id, no, bucket, ward, time_zone, state, paused_until, plan_revision, created_at, rev) ON patient TO homeward_engine;
GRANT UPDATE (state, paused_until) ON patient TO homeward_engine;
GRANT SELECT ON care_plan, care_team, device, device_now, device_window, patient_now, doctor, shift, population_model,
    gateway_worker, refusal_count, lane_input TO homeward_engine;
GRANT SELECT, INSERT, UPDATE ON episode, plan, replan_request, command TO homeward_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON assignment TO homeward_engine;
GRANT SELECT, UPDATE, DELETE ON outbox TO homeward_engine;
GRANT SELECT, DELETE ON alert_event TO homeward_engine;
GRANT INSERT ON lane_input TO homeward_engine;
GRANT SELECT ON stream_position TO homeward_engine;
GRANT SELECT (id, username, role, state, ward, display_name) ON app_user TO homeward_engine;
GRANT DELETE ON plan, replan_request TO homeward_engine;

-- The gateway: writes readings, reads arrangements, knows no names.
GRANT SELECT (id, no, bucket, ward, state, paused_until, plan_revision, rev) ON patient TO homeward_gateway;
GRANT SELECT ON care_plan, device, device_key, registry_revision, episode, population_model TO homeward_gateway;
GRANT SELECT, INSERT ON observation, signed_frame, assessment TO homeward_gateway;
GRANT SELECT, INSERT, UPDATE ON device_window, device_now, patient_now, model_snapshot, refusal_count,
    gateway_worker, gateway_key TO homeward_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON risk_example TO homeward_gateway;
GRANT INSERT ON population_model TO homeward_gateway;
GRANT SELECT, INSERT, DELETE ON quarantine TO homeward_gateway;
GRANT INSERT ON outbox TO homeward_gateway;
GRANT SELECT, UPDATE ON lane_input, command TO homeward_gateway;
GRANT UPDATE (superseded_at, superseded_boot, superseded_seq, rev) ON device_key TO homeward_gateway;
GRANT USAGE ON SEQUENCE frame_block TO homeward_gateway;
GRANT DELETE ON gateway_worker, device_window TO homeward_gateway;
