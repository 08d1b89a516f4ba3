-- What the API needs besides the rows: second factors, the vault's own key, care plans set by a
-- doctor, accounts linked by a coordinator, and enrolment by real time.

-- The last time step whose one-time password was used, so that none works twice. Null: the second
-- factor was offered but never confirmed, and is not asked for.
ALTER TABLE app_user ADD COLUMN totp_step bigint;

-- Keys of the vault that belong to no patient (second factors, the index of external ids).
CREATE TABLE vault_key (
    name           text PRIMARY KEY,
    master_version integer NOT NULL,
    wrapped        bytea NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON vault_key TO homeward_api;
GRANT SELECT ON alembic_version TO homeward_api;

ALTER TABLE device_certificate ADD COLUMN certificate_pem text;
CREATE INDEX ON device_certificate (device_no);
CREATE INDEX ON enrolment (device_no);

-- A revision of the care plan by whoever cares for the patient: doctors may set limits and the
-- oxygen scale, though they may not change the record.
CREATE FUNCTION set_care_plan(patient_number integer, scale smallint, new_limits jsonb, at_time timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE next_revision integer;
BEGIN
    IF acting_role() NOT IN ('doctor', 'coordinator', 'admin') OR NOT may_see(patient_number) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not set this care plan';
    END IF;
    UPDATE patient SET plan_revision = plan_revision + 1 WHERE no = patient_number
        RETURNING plan_revision INTO next_revision;
    INSERT INTO care_plan (patient_no, revision, spo2_scale, limits, set_by, set_at)
    VALUES (patient_number, next_revision, scale, new_limits, acting_user(), at_time);
    RETURN next_revision;
END $$;
REVOKE EXECUTE ON FUNCTION set_care_plan(integer, smallint, jsonb, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_care_plan(integer, smallint, jsonb, timestamptz) TO homeward_api;

-- Enrolment tokens and certificates live by real time: a certificate is checked by real clocks, and
-- a token must not end sooner because the ward's clock runs fast. The key's times are the ward's.
CREATE OR REPLACE FUNCTION enrol_device(
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

DROP FUNCTION enrolment_target(bytea, timestamptz);
CREATE FUNCTION enrolment_target(token bytea)
RETURNS TABLE (device_id text, bucket smallint, used boolean, request_digest bytea, answer jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, p.bucket, e.used_at IS NOT NULL, e.request_digest, e.answer
      FROM enrolment e JOIN device d ON d.no = e.device_no JOIN patient p ON p.no = d.patient_no
     WHERE e.token_hash = token AND e.expires_at > now() AND d.state <> 'revoked'
$$;
REVOKE EXECUTE ON FUNCTION enrolment_target(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrolment_target(bytea) TO homeward_api;

-- The same rules as in step 4, asked once for a statement and not once for each row: a panel of a
-- thousand patients would else look the acting person up a thousand times for each table.
ALTER POLICY api_sees ON patient USING (
    (SELECT acting_role()) = 'admin'
    OR ((SELECT acting_role()) = 'coordinator' AND ward = (SELECT acting_ward()))
    OR no IN (SELECT unnest(visible_patients())));
ALTER POLICY api_sees ON episode USING (
    (SELECT acting_role()) = 'admin'
    OR ((SELECT acting_role()) = 'coordinator' AND ward = (SELECT acting_ward()))
    OR patient_no IN (SELECT unnest(visible_patients()))
    OR (patient_no IS NULL AND (SELECT acting_role()) IN ('doctor', 'nurse')
        AND ward = (SELECT acting_ward())));
DO $$
DECLARE secured text;
BEGIN
    FOREACH secured IN ARRAY ARRAY['patient_key', 'care_plan', 'care_team', 'device', 'patient_now', 'assignment'] LOOP
        EXECUTE format('ALTER POLICY api_sees ON %I USING (patient_no IN (SELECT unnest(visible_patients())))', secured);
    END LOOP;
END $$;
