-- Who is seen in a list or over a stream has a row of their own in the audit: one a patient, caller,
-- purpose and hour of the ward's clock. A list that is drawn again every few seconds adds nothing.
CREATE INDEX audit_hours ON audit (actor, action, patient_no, at) WHERE patient_no IS NOT NULL;

CREATE FUNCTION unseen_in_hour(at_time timestamptz, who text, what text, seen integer[])
RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(
        SELECT DISTINCT s.no FROM unnest(seen) s (no)
         WHERE NOT EXISTS (SELECT FROM audit a
                            WHERE a.actor = who AND a.action = what AND a.patient_no = s.no
                              AND a.at >= date_trunc('hour', at_time)
                              AND a.at < date_trunc('hour', at_time) + interval '1 hour')
         ORDER BY 1)
$$;
REVOKE ALL ON FUNCTION unseen_in_hour FROM PUBLIC;

-- The chain is locked only where somebody is new in this hour; how many were.
CREATE FUNCTION append_seen(at_time timestamptz, who text, what text, seen integer[], body jsonb)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    writer CONSTANT text := session_user;
    fresh integer[]; one integer; told jsonb; newest record; next_id bigint; before bytea; sealed bytea;
BEGIN
    fresh := unseen_in_hour(at_time, who, what, seen);
    IF cardinality(fresh) = 0 THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(4711, 1);
    fresh := unseen_in_hour(at_time, who, what, seen);  -- somebody may have been quicker
    SELECT a.id, a.hash INTO newest FROM audit a ORDER BY a.id DESC LIMIT 1;
    next_id := coalesce(newest.id, 0);
    before := coalesce(newest.hash, '\x'::bytea);
    FOREACH one IN ARRAY fresh LOOP
        next_id := next_id + 1;
        told := body || CASE WHEN body ? 'why' THEN '{}'::jsonb
                             ELSE jsonb_build_object('why', relation_to(one)) END;
        sealed := audit_hash(next_id, at_time, who, what, one, told, before, writer);
        INSERT INTO audit (id, at, actor, action, patient_no, detail, previous, hash, login)
        VALUES (next_id, at_time, who, what, one, told, before, sealed, writer);
        before := sealed;
    END LOOP;
    RETURN cardinality(fresh);
END $$;
REVOKE ALL ON FUNCTION append_seen FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_seen TO homeward_api;
