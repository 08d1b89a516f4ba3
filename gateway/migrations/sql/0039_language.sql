-- The language in which a patient is best spoken with (ISO 639-1), for who is to have them.
ALTER TABLE patient ADD COLUMN language text CHECK (language ~ '^[a-z]{2}$');

-- An erased person has none, whoever erases them.
CREATE FUNCTION erased_has_no_language() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.language := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER erased_has_no_language BEFORE UPDATE ON patient
    FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL AND NEW.language IS NOT NULL)
    EXECUTE FUNCTION erased_has_no_language();
GRANT SELECT (language) ON patient TO homeward_engine;
REVOKE EXECUTE ON FUNCTION erased_has_no_language() FROM PUBLIC;
CREATE TRIGGER patient_language_wakes AFTER UPDATE ON patient
    FOR EACH ROW WHEN (OLD.language IS DISTINCT FROM NEW.language)
    EXECUTE FUNCTION wake_rota('patient');
