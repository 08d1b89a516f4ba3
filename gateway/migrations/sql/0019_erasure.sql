-- Erasing a person: their key is destroyed, their devices and accounts end, and every row that is
-- theirs is deleted, in whatever table it stands. What stays is a number that nothing is known of.

ALTER TABLE patient
    ADD COLUMN erased_at   timestamptz,   -- ward time; null: not erased
    ADD COLUMN purge_until timestamptz;   -- real time until which rows that still come are deleted
CREATE INDEX patient_to_purge ON patient (no) WHERE purge_until IS NOT NULL;

-- People erased before: their key is gone. What was left in the clear goes with the next purge.
UPDATE patient p SET erased_at = p.created_at, purge_until = now() + interval '1 day'
 WHERE p.sealed = ''::bytea AND p.state = 'discharged'
   AND NOT EXISTS (SELECT FROM patient_key k WHERE k.patient_no = p.no)
   AND EXISTS (SELECT FROM audit a WHERE a.patient_no = p.no AND a.action = 'patient.erase');

-- What a command says is kept as long as its device may have to be told again.
CREATE FUNCTION forget_command_text() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.args := NEW.args - '{token,text}'::text[];
    RETURN NEW;
END $$;
CREATE TRIGGER command_over BEFORE INSERT OR UPDATE ON command FOR EACH ROW
    WHEN (NEW.state NOT IN ('queued', 'sent')) EXECUTE FUNCTION forget_command_text();
UPDATE command SET args = args WHERE state NOT IN ('queued', 'sent');

-- The person ends: key, account and devices, in one short transaction. Nothing of the gateway's is
-- touched here but what it must hear of.
CREATE FUNCTION erase_person(patient_number integer, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE accounts uuid[];
BEGIN
    IF acting_role() <> 'admin' THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not erase a person';
    END IF;
    DELETE FROM patient_key WHERE patient_no = patient_number;
    UPDATE patient SET sealed = ''::bytea, external_hash = NULL, sex = 'unknown', time_zone = 'UTC',
           state = 'discharged', paused_until = NULL, erased_at = at_time,
           purge_until = now() + interval '1 day'
     WHERE no = patient_number;
    SELECT coalesce(array_agg(id), '{}') INTO accounts FROM app_user WHERE patient_no = patient_number;
    UPDATE app_user SET state = 'disabled', display_name = '', password_hash = '', totp_sealed = NULL,
           totp_step = NULL, patient_no = NULL, username = 'erased-' || replace(id::text, '-', '')
     WHERE id = ANY (accounts);
    DELETE FROM session_token WHERE user_id = ANY (accounts);
    DELETE FROM login_place WHERE user_id = ANY (accounts);
    UPDATE device SET state = 'revoked', kind = '', serial = NULL, serial_mark = NULL, expected = '{}',
           encounter_no = NULL, bound_to = coalesce(bound_to, greatest(at_time, bound_from, registered_at))
     WHERE patient_no = patient_number;
    UPDATE device_key k SET revoked_at = coalesce(k.revoked_at, at_time)
      FROM device d WHERE d.no = k.device_no AND d.patient_no = patient_number;
    UPDATE device_certificate c SET revoked_at = coalesce(c.revoked_at, now())
      FROM device d WHERE d.no = c.device_no AND d.patient_no = patient_number;
    DELETE FROM enrolment e USING device d WHERE d.no = e.device_no AND d.patient_no = patient_number;
END $$;

-- Delete every row of people who were erased, in every table that has a patient's or a device's
-- number: a table that is added later is emptied of them by itself. What stays: the number, the
-- audit chain, the keys and certificates by which their devices are refused, and counts of refusals.
CREATE FUNCTION purge_erased() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    people integer[]; devices integer[]; target record; deleted bigint; total bigint := 0;
BEGIN
    SELECT coalesce(array_agg(no), '{}') INTO people FROM patient WHERE purge_until IS NOT NULL;
    IF cardinality(people) = 0 THEN RETURN 0; END IF;
    SELECT coalesce(array_agg(no), '{}') INTO devices FROM device WHERE patient_no = ANY (people);
    FOR target IN
        SELECT c.relname AS name,
               bool_or(a.attname = 'patient_no') AS by_patient, bool_or(a.attname = 'device_no') AS by_device,
               bool_or(a.attname = 'patient_no' AND a.attnotnull) AS always_of_one
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND a.attname IN ('patient_no', 'device_no')
           AND c.relname NOT IN ('app_user', 'audit', 'device', 'device_key', 'device_certificate',
                                 'refusal_count')
         GROUP BY c.oid, c.relname
         -- Rows that others point at go last.
         ORDER BY (SELECT count(*) FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = c.oid), 1
    LOOP
        EXECUTE format('DELETE FROM %I WHERE ', target.name) || concat_ws(' OR ',
            CASE WHEN target.by_patient THEN 'patient_no = ANY ($1)' END,
            CASE WHEN target.by_device AND NOT target.always_of_one THEN 'device_no = ANY ($2)' END)
        USING people, devices;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        total := total + deleted;
    END LOOP;
    UPDATE patient SET purge_until = NULL WHERE purge_until < now();
    RETURN total;
END $$;

-- Nobody sees who was erased.
CREATE OR REPLACE FUNCTION visible_patients() RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(no), '{}') FROM (
        SELECT p.no FROM patient p WHERE acting_role() = 'admin' AND p.erased_at IS NULL
        UNION
        SELECT p.no FROM patient p
         WHERE acting_role() = 'coordinator' AND p.ward = acting_ward() AND p.erased_at IS NULL
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
DROP POLICY api_sees ON patient;
CREATE POLICY api_sees ON patient FOR SELECT TO homeward_api USING (
    (erased_at IS NULL AND ((SELECT acting_role()) = 'admin'
        OR ((SELECT acting_role()) = 'coordinator' AND ward = (SELECT acting_ward()))))
    OR no IN (SELECT unnest(visible_patients())));

GRANT SELECT (erased_at) ON patient TO homeward_gateway, homeward_engine;
REVOKE EXECUTE ON FUNCTION forget_command_text(), erase_person(integer, timestamptz), purge_erased() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_person(integer, timestamptz) TO homeward_api;
GRANT EXECUTE ON FUNCTION purge_erased() TO homeward_api, homeward_engine;
