-- The language that somebody is spoken to in; null: as their browser asks, else as their record says.
ALTER TABLE app_user ADD COLUMN language text CHECK (language IN ('en', 'zh-Hans'));

-- In which a patient is written to who does not ask: what they chose, else what their record says.
CREATE FUNCTION language_of(patient_number integer) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(
        (SELECT u.language FROM app_user u
          WHERE u.patient_no = patient_number AND u.role = 'patient' AND u.state = 'active'
            AND u.language IS NOT NULL ORDER BY u.id LIMIT 1),
        (SELECT p.language FROM patient p WHERE p.no = patient_number))
$$;
REVOKE EXECUTE ON FUNCTION language_of(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION language_of(integer) TO homeward_engine;
GRANT SELECT (language) ON app_user TO homeward_engine;

-- Of somebody who was erased nothing is kept of how they spoke.
CREATE FUNCTION forget_language() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.language := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER language_gone BEFORE UPDATE ON app_user FOR EACH ROW
    WHEN (NEW.state = 'disabled' AND NEW.username LIKE 'erased-%') EXECUTE FUNCTION forget_language();
