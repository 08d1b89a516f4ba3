-- Stays: a patient's time in the ward has a beginning and an end (FHIR's Encounter), and what the
-- time gave (care team, plan, alerts, the use of devices) ends with it.

CREATE TABLE encounter (
    no           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    patient_no   integer NOT NULL REFERENCES patient (no),
    class        text NOT NULL DEFAULT 'VR' CHECK (class IN ('VR', 'HH')),
    period_start timestamptz NOT NULL,
    period_end   timestamptz,
    status       text NOT NULL GENERATED ALWAYS AS
                 (CASE WHEN period_end IS NULL THEN 'in-progress' ELSE 'finished' END) STORED,
    participants uuid[] NOT NULL DEFAULT '{}',   -- accounts of the care team as it was at the end
    -- One stay at a time; a range of one number stands for equality, which gist knows of ranges.
    CONSTRAINT encounter_one_at_a_time EXCLUDE USING gist (
        int4range(patient_no, patient_no, '[]') WITH &&, tstzrange(period_start, period_end) WITH &&)
);
CREATE INDEX ON encounter (patient_no, period_start);

-- A stay that has ended: its alerts are closed, and count for nothing in the next one.
ALTER TABLE episode ADD COLUMN ended_stay boolean NOT NULL DEFAULT false;
CREATE INDEX episode_of_ended_stay ON episode (patient_no) WHERE ended_stay AND closed_at IS NULL;

-- A device is one patient's for life, in use from bound_from until bound_to. Hardware is known by
-- its serial number, of which a keyed hash is compared: one serial is in one use at a time.
ALTER TABLE device
    ADD COLUMN encounter_no integer REFERENCES encounter (no),
    ADD COLUMN serial_mark  bigint CHECK (serial_mark BETWEEN 0 AND 4611686018427387903);
ALTER TABLE device ADD CONSTRAINT device_serial_one_use EXCLUDE USING gist (
    int8range(serial_mark, serial_mark, '[]') WITH &&,
    tstzrange(least(coalesce(bound_from, registered_at), bound_to), bound_to) WITH &&)
    WHERE (serial_mark IS NOT NULL);

-- The marker in a patient's lane from which everything personal in it is learnt anew.
ALTER TABLE lane_input DROP CONSTRAINT lane_input_kind_check;
ALTER TABLE lane_input ADD CONSTRAINT lane_input_kind_check
    CHECK (kind IN ('observations', 'outcome', 'encounter'));

-- Of patients who are there already: one stay since they were taken in; of those discharged until
-- the newest that came of them.
INSERT INTO encounter (patient_no, period_start, period_end)
SELECT p.no, p.created_at,
       CASE WHEN p.state = 'discharged' THEN greatest(p.created_at, coalesce(n.received, p.created_at)) END
  FROM patient p LEFT JOIN patient_now n ON n.patient_no = p.no;
UPDATE encounter e SET participants = ARRAY(SELECT user_id FROM care_team t WHERE t.patient_no = e.patient_no)
 WHERE period_end IS NOT NULL;
UPDATE device d SET encounter_no = e.no,
       bound_to = CASE WHEN e.period_end IS NULL THEN d.bound_to
                       ELSE coalesce(d.bound_to, greatest(e.period_end, d.bound_from, d.registered_at)) END
  FROM encounter e WHERE e.patient_no = d.patient_no;
DELETE FROM care_team t USING patient p WHERE p.no = t.patient_no AND p.state = 'discharged';
DELETE FROM assignment a USING patient p WHERE p.no = a.patient_no AND p.state = 'discharged';
UPDATE episode e SET ended_stay = true FROM patient p WHERE p.no = e.patient_no AND p.state = 'discharged';

CREATE FUNCTION must_manage(patient_number integer) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM patient p WHERE p.no = patient_number AND manages(p.ward)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not manage this patient';
    END IF;
END $$;

-- Begin a stay; ``again`` marks in the lane that it is not the first.
CREATE FUNCTION begin_stay(patient_number integer, at_time timestamptz, again boolean)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE stay uuid;
BEGIN
    PERFORM must_manage(patient_number);
    INSERT INTO encounter (patient_no, period_start)
    SELECT patient_number, greatest(at_time, max(e.period_end)) FROM encounter e
     WHERE e.patient_no = patient_number RETURNING id INTO stay;
    IF again THEN
        INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)
        SELECT p.no, p.bucket, 'encounter', at_time, acting_user(), jsonb_build_object('encounter', stay)
          FROM patient p WHERE p.no = patient_number;
        PERFORM pg_notify('homeward_inbox', 'lane_input');
    END IF;
    RETURN stay;
END $$;

-- End the stay and what it gave. Keys of devices stay, so that what was measured before and comes
-- late is still taken; codes, commands and everything measured from now on are not.
CREATE FUNCTION end_stay(patient_number integer, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM must_manage(patient_number);
    UPDATE encounter SET period_end = greatest(at_time, period_start),
           participants = ARRAY(SELECT user_id FROM care_team WHERE patient_no = patient_number)
     WHERE patient_no = patient_number AND period_end IS NULL;
    DELETE FROM care_team WHERE patient_no = patient_number;
    DELETE FROM assignment WHERE patient_no = patient_number;
    UPDATE episode SET ended_stay = true WHERE patient_no = patient_number AND NOT ended_stay;
    UPDATE device SET bound_to = greatest(at_time, bound_from, registered_at)
     WHERE patient_no = patient_number AND bound_to IS NULL;
    UPDATE enrolment SET expires_at = now() WHERE expires_at > now()
       AND device_no IN (SELECT no FROM device WHERE patient_no = patient_number);
    UPDATE command SET state = 'expired', changed_at = at_time, args = args - 'token'
     WHERE state IN ('queued', 'sent') AND command <> 'trust'
       AND device_no IN (SELECT no FROM device WHERE patient_no = patient_number);
END $$;

-- A person moves to another ward: what the old one gave is gone, and does not come back with them.
CREATE FUNCTION leave_wards(account uuid, to_ward text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF acting_role() <> 'admin' THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not move this person';
    END IF;
    DELETE FROM care_team t USING patient p
     WHERE t.user_id = account AND p.no = t.patient_no AND p.ward <> to_ward;
    UPDATE doctor SET ward = to_ward WHERE user_id = account AND ward <> to_ward;
    DELETE FROM assignment a USING patient p, doctor d
     WHERE p.no = a.patient_no AND p.ward <> to_ward AND d.id = a.doctor_id AND d.user_id = account;
    UPDATE episode e SET doctor_id = NULL FROM doctor d
     WHERE d.id = e.doctor_id AND d.user_id = account AND e.ward <> to_ward
       AND e.state IN ('pending', 'open', 'acknowledged');
END $$;

-- The patients that the acting user may see: themselves; coordinators their ward; doctors and
-- nurses those of their ward who are in a stay and theirs by care team, by the plan in force, or
-- by an alert that they hold unresolved; admin all.
CREATE OR REPLACE FUNCTION visible_patients() RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(no), '{}') FROM (
        SELECT p.no FROM patient p WHERE acting_role() = 'admin'
        UNION
        SELECT p.no FROM patient p WHERE acting_role() = 'coordinator' AND p.ward = acting_ward()
        UNION
        SELECT u.patient_no FROM app_user u
         WHERE acting_role() = 'patient' AND u.id = acting_user() AND u.patient_no IS NOT NULL
        UNION
        SELECT p.no FROM patient p JOIN (
            SELECT t.patient_no FROM care_team t WHERE t.user_id = acting_user()
            UNION
            SELECT a.patient_no FROM assignment a JOIN doctor d ON d.id = a.doctor_id
             WHERE d.user_id = acting_user()
            UNION
            SELECT e.patient_no FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
             WHERE e.patient_no IS NOT NULL AND e.state IN ('open', 'acknowledged') AND NOT e.ended_stay
               AND (d.user_id = acting_user() OR e.acknowledged_by = acting_user())
        ) related ON related.patient_no = p.no
         WHERE acting_role() IN ('doctor', 'nurse') AND p.state <> 'discharged' AND p.ward = acting_ward()
    ) seen
$$;
CREATE OR REPLACE FUNCTION alert_watchers(patient integer, of_ward text, among uuid[])
RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(u.id), '{}') FROM app_user u
     WHERE u.id = ANY (among) AND u.state = 'active' AND CASE u.role
        WHEN 'admin' THEN true
        WHEN 'coordinator' THEN u.ward = of_ward
        WHEN 'patient' THEN u.patient_no = patient
        ELSE CASE WHEN patient IS NULL THEN u.ward = of_ward ELSE
            EXISTS (SELECT FROM patient p WHERE p.no = patient AND p.state <> 'discharged' AND p.ward = u.ward)
            AND (EXISTS (SELECT FROM care_team t WHERE t.patient_no = patient AND t.user_id = u.id)
            OR EXISTS (SELECT FROM assignment a JOIN doctor d ON d.id = a.doctor_id
                        WHERE a.patient_no = patient AND d.user_id = u.id)
            OR EXISTS (SELECT FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
                        WHERE e.patient_no = patient AND e.state IN ('open', 'acknowledged') AND NOT e.ended_stay
                          AND (d.user_id = u.id OR e.acknowledged_by = u.id)))
        END END
$$;

-- A device whose use has ended takes no new key: its hardware is registered anew.
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
    IF target.state = 'revoked' OR target.bound_to IS NOT NULL THEN RETURN 'refused'; END IF;
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
CREATE OR REPLACE FUNCTION enrolment_target(token bytea)
RETURNS TABLE (device_id text, bucket smallint, used boolean, request_digest bytea, answer jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, p.bucket, e.used_at IS NOT NULL, e.request_digest, e.answer
      FROM enrolment e JOIN device d ON d.no = e.device_no JOIN patient p ON p.no = d.patient_no
     WHERE e.token_hash = token AND e.expires_at > now() AND d.state <> 'revoked' AND d.bound_to IS NULL
$$;

ALTER TABLE encounter ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON encounter TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY gateway_all ON encounter TO homeward_gateway USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON encounter FOR SELECT TO homeward_api
    USING (patient_no IN (SELECT unnest(visible_patients())));
GRANT SELECT ON encounter TO homeward_api, homeward_engine, homeward_gateway;
GRANT DELETE ON patient_now TO homeward_gateway;

REVOKE EXECUTE ON FUNCTION must_manage(integer), begin_stay(integer, timestamptz, boolean),
    end_stay(integer, timestamptz), leave_wards(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION must_manage(integer), begin_stay(integer, timestamptz, boolean),
    end_stay(integer, timestamptz), leave_wards(uuid, text) TO homeward_api;
