-- Retention: what is over its period goes, kind by kind, each kind in one transaction with its proof in the
-- audit chain. The rules stand here, beside the tables, and the periods in the settings of the API.

-- Frames of a boot that went by their age: the gateway's count stays what it counted.
ALTER TABLE device_window ADD COLUMN removed bigint NOT NULL DEFAULT 0;

-- A hash of rows in an order, in constant memory: each step is SHA-256 of the hash so far and the next key.
CREATE FUNCTION chained_key(so_far bytea, key text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT sha256(so_far || convert_to(coalesce(key, ''), 'UTF8')) $$;
CREATE AGGREGATE chained_keys(text) (SFUNC = chained_key, STYPE = bytea, INITCOND = '');

-- Patients whose last stay ended before the cut-off, and of whom no stay runs: records that were merged
-- are one person. Who was erased has nothing left.
CREATE FUNCTION released_patients(cut_off timestamptz) RETURNS integer[] LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(p.no ORDER BY p.no), '{}') FROM patient p
     WHERE p.state = 'discharged' AND p.erased_at IS NULL AND p.created_at < cut_off
       AND NOT EXISTS (
           SELECT FROM patient r LEFT JOIN encounter e ON e.patient_no = r.no
            WHERE coalesce(r.merged_into, r.no) = coalesce(p.merged_into, p.no)
              AND (r.state <> 'discharged' OR (e.no IS NOT NULL
                   AND (e.period_end IS NULL OR e.period_end >= cut_off))))
$$;

-- Which rows of which table belong to a kind and are over its period. $1: released patients, $2: the
-- cut-off; t: the row. Rows that others point at come last. ``key`` names a row in the digest.
CREATE FUNCTION retention_parts(of_kind text)
RETURNS TABLE (place integer, table_name text, key text, is_over text) LANGUAGE sql IMMUTABLE AS $$
    SELECT parts.place, parts.table_name, parts.key, parts.is_over FROM (VALUES
        ('readings', 1, 'observation', 't.frame_id, t.metric, extract(epoch FROM t.time)',
            't.patient_no = ANY ($1) AND t.received < $2'),
        ('readings', 2, 'signed_frame', 't.frame_id', 't.patient_no = ANY ($1) AND t.time < $2'),
        ('readings', 3, 'lane_input', 't.id',
            't.patient_no = ANY ($1) AND date_trunc(''milliseconds'', t.entered_at) < $2'),
        ('readings', 4, 'reading_mark', 't.patient_no, t.frame_id, t.metric, extract(epoch FROM t.time)',
            't.patient_no = ANY ($1) AND t.marked_at < $2'),
        ('readings', 5, 'model_snapshot', 't.patient_no', 't.patient_no = ANY ($1) AND t.taken_at < $2'),
        ('readings', 6, 'model_snapshot_past', 't.patient_no, t.frame_id',
            't.patient_no = ANY ($1) AND t.taken_at < $2'),
        ('readings', 7, 'risk_example', 't.id', 't.patient_no = ANY ($1) AND t.at < $2'),
        ('readings', 8, 'patient_now', 't.patient_no', 't.patient_no = ANY ($1) AND t.received < $2'),
        ('assessments', 1, 'assessment', 't.patient_no, t.frame_id, extract(epoch FROM t.time)',
            't.patient_no = ANY ($1) AND t.received < $2'),
        ('alerts', 1, 'notice', 't.id',
            '(t.patient_no IS NULL OR t.patient_no = ANY ($1)) AND t.called_at < $2 AND t.state <> ''waiting'''),
        ('alerts', 2, 'alert_event', 't.stream_id',
            'EXISTS (SELECT FROM episode e WHERE e.id = t.episode_id AND e.closed_at < $2'
            ' AND (e.patient_no IS NULL OR e.patient_no = ANY ($1)))'),
        ('alerts', 3, 'alert_history', 't.no',
            'EXISTS (SELECT FROM episode e WHERE e.id = t.episode_id AND e.closed_at < $2'
            ' AND (e.patient_no IS NULL OR e.patient_no = ANY ($1)))'),
        ('alerts', 4, 'reason', 't.id',
            't.patient_no = ANY ($1) AND (EXISTS (SELECT FROM episode e WHERE e.id = t.episode_id'
            ' AND e.closed_at < $2) OR (t.episode_id IS NULL AND t.received_at < $2))'),
        ('alerts', 5, 'episode', 't.id',
            't.closed_at < $2 AND (t.patient_no IS NULL OR t.patient_no = ANY ($1))'),
        ('messages', 1, 'message_seen', 't.message_id, t.user_id',
            'EXISTS (SELECT FROM patient_message m WHERE m.id = t.message_id'
            ' AND m.patient_no = ANY ($1) AND m.written_at < $2)'),
        ('messages', 2, 'patient_message', 't.id', 't.patient_no = ANY ($1) AND t.written_at < $2'),
        ('messages', 3, 'call_request', 't.id', 't.patient_no = ANY ($1) AND t.asked_at < $2'),
        ('messages', 4, 'patient_note', 't.id', 't.patient_no = ANY ($1) AND t.written_at < $2'),
        ('messages', 5, 'patient_report', 't.id', 't.patient_no = ANY ($1) AND t.received < $2'),
        ('messages', 6, 'questionnaire_response', 't.id', 't.patient_no = ANY ($1) AND t.received < $2'),
        ('messages', 7, 'command', 't.id',
            't.issued < $2 AND EXISTS (SELECT FROM device d WHERE d.no = t.device_no AND d.patient_no = ANY ($1))'),
        ('messages', 8, 'consultation', 't.id', 't.patient_no = ANY ($1) AND upper(t.during) < $2'),
        ('images', 1, 'imaging_report', 't.id',
            'EXISTS (SELECT FROM imaging_study s WHERE s.uid = t.study_uid'
            ' AND s.patient_no = ANY ($1) AND s.added_at < $2)'),
        ('images', 2, 'imaging_study', 't.uid', 't.patient_no = ANY ($1) AND t.added_at < $2'),
        ('images', 3, 'imaging_upload', 't.id', 't.patient_no = ANY ($1) AND t.made_at < $2'),
        -- By real time, and of nobody's record.
        ('sessions', 1, 'session_token', 't.id', 't.expires_at < $2'),
        ('sessions', 2, 'invitation', 't.id', 't.expires_at < $2'),
        ('sessions', 3, 'enrolment', 'encode(t.token_hash, ''hex'')', 't.expires_at < $2'),
        ('sessions', 4, 'passkey_challenge', 'encode(t.challenge, ''hex'')', 't.expires_at < $2'),
        ('sessions', 5, 'provider_visit', 'encode(t.state_hash, ''hex'')', 't.expires_at < $2'),
        ('sessions', 6, 'login_throttle', 't.key', 't.window_start < $2'),
        -- By their own age, as devices are told: they are no part of the record.
        ('refused', 1, 'quarantine', 't.id', 't.received < $2'),
        ('refused', 2, 'hl7_refused', 't.id', 't.last_at < $2')
    ) parts(kind, place, table_name, key, is_over)
    WHERE parts.kind = of_kind ORDER BY parts.place
$$;

-- The last row of the audit that may go: all before it go too, for the chain begins where they end. Rows that
-- name somebody whose stay runs stay, with all that follow; the newest row stays always.
CREATE FUNCTION audit_over(cut_off timestamptz) RETURNS bigint LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    WITH staying AS (
        SELECT DISTINCT r.no FROM patient p
          JOIN patient r ON coalesce(r.merged_into, r.no) = coalesce(p.merged_into, p.no)
         WHERE p.state <> 'discharged'
            OR EXISTS (SELECT FROM encounter e WHERE e.patient_no = p.no AND e.period_end IS NULL)),
    kept AS (
        SELECT a.id FROM audit a
         WHERE a.at >= cut_off OR a.patient_no IN (SELECT no FROM staying)
            OR EXISTS (SELECT FROM jsonb_array_elements(
                    CASE WHEN jsonb_typeof(a.detail -> 'patients') = 'array'
                         THEN a.detail -> 'patients' ELSE '[]' END) named(one)
                 WHERE jsonb_typeof(named.one) = 'number'
                   AND named.one::text::numeric IN (SELECT no FROM staying))
         ORDER BY a.id LIMIT 1)
    SELECT least(coalesce((SELECT id FROM kept), max(a.id)), max(a.id)) - 1 FROM audit a
$$;

-- How many rows of a kind are over a cut-off now.
CREATE FUNCTION rows_over(of_kind text, cut_off timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    people integer[] := released_patients(cut_off);
    part record; n bigint; total bigint := 0;
BEGIN
    IF of_kind = 'people' THEN RETURN cardinality(people); END IF;
    IF of_kind = 'audit' THEN
        RETURN (SELECT count(*) FROM audit a WHERE a.id <= audit_over(cut_off));
    END IF;
    FOR part IN SELECT * FROM retention_parts(of_kind) LOOP
        EXECUTE format('SELECT count(*) FROM %I t WHERE %s', part.table_name, part.is_over)
           INTO n USING people, cut_off;
        total := total + n;
    END LOOP;
    RETURN total;
END $$;

-- Chunks of a hypertable that hold nothing but rows that are over: each is dropped whole.
CREATE FUNCTION whole_chunks(of_table text, is_over text, people integer[], cut_off timestamptz)
RETURNS tstzrange[] LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE chunk record; mixed boolean; found tstzrange[] := '{}';
BEGIN
    FOR chunk IN
        SELECT chunk_schema, chunk_name, range_start, range_end FROM timescaledb_information.chunks c
         WHERE c.hypertable_schema = 'public' AND c.hypertable_name = of_table AND c.range_end <= cut_off
         ORDER BY range_start
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I t WHERE NOT (%s))',
                       chunk.chunk_schema, chunk.chunk_name, is_over)
           INTO mixed USING people, cut_off;
        IF NOT mixed THEN
            found := found || tstzrange(chunk.range_start, chunk.range_end);
        END IF;
    END LOOP;
    RETURN found;
END $$;

-- One table of a kind: how many rows were over, how many went, the digest of their keys, and chunks to drop.
CREATE FUNCTION remove_part(
    of_table text, key text, is_over text, people integer[], cut_off timestamptz,
    OUT n bigint, OUT gone bigint, OUT digest bytea, OUT chunks tstzrange[]
) LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE apart bigint;
BEGIN
    chunks := whole_chunks(of_table, is_over, people, cut_off);
    EXECUTE format(
        'SELECT count(*), chained_keys(keyed.k ORDER BY keyed.k COLLATE "C"),'
        ' count(*) FILTER (WHERE keyed.whole) FROM ('
        ' SELECT concat_ws(''/'', %s) AS k, %s AS whole FROM %I t WHERE %s) keyed', key,
        CASE WHEN cardinality(chunks) = 0 THEN 'false' ELSE
            't.time <@ ANY ($3)' END, of_table, is_over)
       INTO n, digest, apart USING people, cut_off, chunks;
    EXECUTE format('DELETE FROM %I t WHERE (%s) AND NOT %s', of_table, is_over,
        CASE WHEN cardinality(chunks) = 0 THEN 'false' ELSE 't.time <@ ANY ($3)' END)
    USING people, cut_off, chunks;
    GET DIAGNOSTICS gone = ROW_COUNT;
    gone := gone + apart;
END $$;

-- Remove what is over its period of one kind, and write the proof into the audit. Null: nothing was over.
CREATE FUNCTION remove_over_period(of_kind text, cut_off timestamptz, at_time timestamptz)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    people integer[] := '{}'; part record; done record; span tstzrange; upto bigint; last_hash bytea;
    number integer; dropped integer := 0;
    had bigint := 0; gone bigint := 0; whole bytea := ''; tables jsonb := '{}'; later jsonb := '[]'; proof jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(4711, 2);
    IF of_kind NOT IN ('sessions', 'refused', 'audit') THEN
        -- Nobody is taken in again while their rows go.
        PERFORM FROM patient WHERE no = ANY (released_patients(cut_off)) ORDER BY no FOR NO KEY UPDATE;
        people := released_patients(cut_off);
    END IF;
    IF of_kind = 'people' THEN
        SELECT count(*), chained_keys(id::text ORDER BY id) INTO had, whole FROM patient WHERE no = ANY (people);
        PERFORM set_config('homeward.role', 'admin', true);
        FOREACH number IN ARRAY people LOOP
            PERFORM erase_person(number, at_time);
            PERFORM append_audit(at_time, 'retention', 'patient.erase', number, '{}');
        END LOOP;
        PERFORM set_config('homeward.role', '', true);
        gone := (SELECT count(*) FROM patient WHERE no = ANY (people) AND erased_at = at_time);
        tables := jsonb_build_object('patient', gone);
    ELSIF of_kind = 'audit' THEN
        upto := audit_over(cut_off);
        SELECT count(*), chained_keys(encode(hash, 'hex') ORDER BY id) INTO had, whole FROM audit WHERE id <= upto;
        SELECT hash INTO last_hash FROM audit WHERE id = upto;
        DELETE FROM audit WHERE id <= upto;
        GET DIAGNOSTICS gone = ROW_COUNT;
        tables := jsonb_build_object('audit', gone);
    ELSE
        IF of_kind = 'readings' THEN
            UPDATE device_window w SET removed = w.removed + f.n
              FROM (SELECT device_no, boot, count(*) AS n FROM signed_frame
                     WHERE patient_no = ANY (people) AND time < cut_off GROUP BY 1, 2) f
             WHERE w.device_no = f.device_no AND w.boot = f.boot;
        END IF;
        FOR part IN SELECT * FROM retention_parts(of_kind) LOOP
            SELECT * INTO done FROM remove_part(part.table_name, part.key, part.is_over, people, cut_off);
            had := had + done.n;
            gone := gone + done.gone;
            whole := sha256(whole || done.digest);
            IF done.n > 0 THEN
                tables := tables || jsonb_build_object(part.table_name, done.gone);
            END IF;
            FOREACH span IN ARRAY done.chunks LOOP
                later := later || jsonb_build_array(jsonb_build_object(
                    'table', part.table_name, 'start', lower(span), 'end', upper(span)));
            END LOOP;
        END LOOP;
        -- Last, for it locks what is dropped until the commit.
        FOR part IN SELECT * FROM jsonb_to_recordset(later) AS c("table" text, "start" timestamptz, "end" timestamptz) LOOP
            PERFORM drop_chunks(part."table"::regclass, older_than => part."end", newer_than => part."start");
            dropped := dropped + 1;
        END LOOP;
    END IF;
    IF had = 0 AND dropped = 0 THEN RETURN NULL; END IF;
    proof := jsonb_build_object(
        'kind', of_kind, 'cut_off', cut_off, 'before', had, 'removed', gone,
        'left', rows_over(of_kind, cut_off), 'tables', tables, 'chunks', dropped,
        'digest', encode(coalesce(whole, ''), 'hex'));
    IF of_kind = 'audit' THEN
        proof := proof || jsonb_build_object('upto', upto, 'hash', encode(last_hash, 'hex'));
    END IF;
    PERFORM append_audit(at_time, 'retention', 'retention.remove', NULL, proof);
    RETURN proof;
END $$;

REVOKE ALL ON FUNCTION chained_key(bytea, text), chained_keys(text), released_patients(timestamptz),
    retention_parts(text), audit_over(timestamptz), rows_over(text, timestamptz),
    whole_chunks(text, text, integer[], timestamptz),
    remove_part(text, text, text, integer[], timestamptz),
    remove_over_period(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rows_over(text, timestamptz) TO homeward_api, homeward_engine;
GRANT EXECUTE ON FUNCTION remove_over_period(text, timestamptz, timestamptz) TO homeward_engine;
-- When it ran last: the audit's own rows say it.
CREATE FUNCTION last_retention_run() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT max(at) FROM audit WHERE action = 'retention.run' $$;
REVOKE ALL ON FUNCTION last_retention_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION last_retention_run TO homeward_engine;
