-- Beds and kits of a ward: how many there are, who has which, who waits for one. Of what each patient
-- needs (a bed, a monitoring kit) a stay takes one as it begins, and cannot begin where none is free.

CREATE TABLE ward_resource (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ward         text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('bed', 'kit', 'equipment')),
    name         text NOT NULL,
    count        integer NOT NULL CHECK (count >= 0),
    each_patient boolean NOT NULL,               -- every patient of the ward needs one
    removed_at   timestamptz,                    -- ward time; null: it counts
    revision     integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX ward_resource_name ON ward_resource (ward, lower(name)) WHERE removed_at IS NULL;
CREATE TRIGGER ward_resource_edited BEFORE UPDATE ON ward_resource
    FOR EACH ROW EXECUTE FUNCTION count_revision();

CREATE TABLE resource_use (
    no          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resource_id uuid NOT NULL REFERENCES ward_resource,
    patient_no  integer NOT NULL REFERENCES patient (no),
    wanted_at   timestamptz NOT NULL,            -- ward time
    given_at    timestamptz,                     -- null: the patient waits for one
    ended_at    timestamptz                      -- null: the patient has it, or waits
);
CREATE UNIQUE INDEX resource_use_once ON resource_use (resource_id, patient_no) WHERE ended_at IS NULL;
CREATE INDEX ON resource_use (patient_no);

ALTER TABLE ward_resource ENABLE ROW LEVEL SECURITY;
ALTER TABLE resource_use ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON ward_resource TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY engine_all ON resource_use TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON ward_resource FOR SELECT TO homeward_api USING (manages(ward));
CREATE POLICY api_adds ON ward_resource FOR INSERT TO homeward_api WITH CHECK (manages(ward));
CREATE POLICY api_changes ON ward_resource FOR UPDATE TO homeward_api
    USING (manages(ward)) WITH CHECK (manages(ward));
CREATE POLICY api_sees ON resource_use FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
GRANT SELECT ON ward_resource, resource_use TO homeward_engine;
GRANT SELECT, INSERT, UPDATE ON ward_resource TO homeward_api;
GRANT SELECT ON resource_use TO homeward_api;

-- Give one of a resource to a patient of its ward, or note that they wait for one. Answers what it
-- came to: given, waiting, none_free or elsewhere (of another ward): then nothing was changed.
CREATE FUNCTION give_resource(what uuid, patient_number integer, at_time timestamptz, or_wait boolean)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE asked ward_resource; has resource_use; taken bigint;
BEGIN
    PERFORM must_manage(patient_number);
    SELECT r.* INTO asked FROM ward_resource r JOIN patient p ON p.ward = r.ward
     WHERE r.id = what AND p.no = patient_number AND r.removed_at IS NULL FOR UPDATE OF r;
    IF asked.id IS NULL THEN RETURN 'elsewhere'; END IF;
    SELECT * INTO has FROM resource_use u
     WHERE u.resource_id = what AND u.patient_no = patient_number AND u.ended_at IS NULL;
    IF has.given_at IS NOT NULL THEN RETURN 'given'; END IF;
    SELECT count(*) INTO taken FROM resource_use u
     WHERE u.resource_id = what AND u.given_at IS NOT NULL AND u.ended_at IS NULL;
    IF taken < asked.count AND (has.no IS NOT NULL OR NOT or_wait OR NOT EXISTS (
            SELECT FROM resource_use u WHERE u.resource_id = what AND u.given_at IS NULL AND u.ended_at IS NULL)) THEN
        INSERT INTO resource_use (resource_id, patient_no, wanted_at, given_at)
        VALUES (what, patient_number, at_time, at_time)
        ON CONFLICT (resource_id, patient_no) WHERE ended_at IS NULL DO UPDATE SET given_at = excluded.given_at;
        RETURN 'given';
    END IF;
    IF NOT or_wait THEN RETURN 'none_free'; END IF;
    INSERT INTO resource_use (resource_id, patient_no, wanted_at) VALUES (what, patient_number, at_time)
    ON CONFLICT (resource_id, patient_no) WHERE ended_at IS NULL DO NOTHING;
    RETURN 'waiting';
END $$;

CREATE FUNCTION return_resource(what uuid, patient_number integer, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM must_manage(patient_number);
    UPDATE resource_use SET ended_at = greatest(at_time, wanted_at)
     WHERE resource_id = what AND patient_no = patient_number AND ended_at IS NULL;
END $$;

-- One of everything that each patient of a ward needs, or an error that names what is not free.
CREATE FUNCTION take_resources(patient_number integer, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one ward_resource; lacking text[] := '{}';
BEGIN
    FOR one IN SELECT r.* FROM ward_resource r JOIN patient p ON p.ward = r.ward AND p.no = patient_number
                WHERE r.each_patient AND r.removed_at IS NULL ORDER BY r.id FOR UPDATE OF r
    LOOP
        IF (SELECT count(*) FROM resource_use u
             WHERE u.resource_id = one.id AND u.ended_at IS NULL AND u.patient_no <> patient_number) >= one.count THEN
            lacking := lacking || one.name;
        ELSE
            INSERT INTO resource_use (resource_id, patient_no, wanted_at, given_at)
            VALUES (one.id, patient_number, at_time, at_time)
            ON CONFLICT (resource_id, patient_no) WHERE ended_at IS NULL DO NOTHING;
        END IF;
    END LOOP;
    IF cardinality(lacking) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'HW001', MESSAGE = array_to_json(lacking)::text;
    END IF;
END $$;

CREATE FUNCTION stay_takes_resources() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.period_end IS NULL THEN
        PERFORM take_resources(NEW.patient_no, NEW.period_start);
    ELSE
        UPDATE resource_use SET ended_at = greatest(NEW.period_end, wanted_at)
         WHERE patient_no = NEW.patient_no AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stay_takes_resources AFTER INSERT OR UPDATE OF period_end ON encounter
    FOR EACH ROW EXECUTE FUNCTION stay_takes_resources();

-- A simulated patient has no bed.
CREATE FUNCTION simulated_has_no_resources() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM resource_use WHERE patient_no = NEW.no;
    RETURN NULL;
END $$;
CREATE TRIGGER simulated_has_no_resources AFTER UPDATE OF simulated ON patient
    FOR EACH ROW WHEN (NEW.simulated) EXECUTE FUNCTION simulated_has_no_resources();

-- A patient goes to another ward: what the old one gave stays there.
CREATE FUNCTION move_resources(patient_number integer, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM must_manage(patient_number);
    UPDATE resource_use u SET ended_at = greatest(at_time, wanted_at) FROM ward_resource r, patient p
     WHERE u.patient_no = patient_number AND u.ended_at IS NULL AND r.id = u.resource_id
       AND p.no = u.patient_no AND p.ward <> r.ward;
    IF EXISTS (SELECT FROM patient WHERE no = patient_number AND state <> 'discharged') THEN
        PERFORM take_resources(patient_number, at_time);
    END IF;
END $$;

-- Everybody in a stay has one of what each patient needs, those who came first before the others.
CREATE FUNCTION share_resource(what uuid, at_time timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ward_resource WHERE id = what AND manages(ward)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not manage this ward';
    END IF;
    INSERT INTO resource_use (resource_id, patient_no, wanted_at, given_at)
    SELECT r.id, p.no, at_time,
           CASE WHEN row_number() OVER (ORDER BY p.no) <= r.count - (
               SELECT count(*) FROM resource_use u
                WHERE u.resource_id = r.id AND u.given_at IS NOT NULL AND u.ended_at IS NULL) THEN at_time END
      FROM ward_resource r JOIN patient p ON p.ward = r.ward AND p.state <> 'discharged'
           AND NOT p.simulated
     WHERE r.id = what AND r.each_patient AND NOT EXISTS (
         SELECT FROM resource_use u
          WHERE u.resource_id = r.id AND u.patient_no = p.no AND u.ended_at IS NULL);
END $$;

CREATE TRIGGER ward_resource_wakes AFTER INSERT OR UPDATE ON ward_resource
    FOR EACH STATEMENT EXECUTE FUNCTION wake_rota('resource');
CREATE TRIGGER resource_use_wakes AFTER INSERT OR UPDATE ON resource_use
    FOR EACH STATEMENT EXECUTE FUNCTION wake_rota('resource');

REVOKE EXECUTE ON FUNCTION give_resource(uuid, integer, timestamptz, boolean),
    return_resource(uuid, integer, timestamptz), take_resources(integer, timestamptz),
    stay_takes_resources(), simulated_has_no_resources(), move_resources(integer, timestamptz), share_resource(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION give_resource(uuid, integer, timestamptz, boolean),
    return_resource(uuid, integer, timestamptz), move_resources(integer, timestamptz),
    share_resource(uuid, timestamptz) TO homeward_api;
