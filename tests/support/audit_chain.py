"""The audit's chain hashed anew over whatever its rows say, as only the owner of the schema can."""

RECHAIN = """
DO $$
DECLARE one audit; before bytea := '';
BEGIN
    FOR one IN SELECT * FROM audit ORDER BY id LOOP
        UPDATE audit SET previous = before, hash = CASE WHEN login IS NULL
               THEN audit_hash(id, at, actor, action, patient_no, detail, before)
               ELSE audit_hash(id, at, actor, action, patient_no, detail, before, login) END
         WHERE id = one.id RETURNING hash INTO before;
    END LOOP;
END $$
"""
