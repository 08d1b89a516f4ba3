-- Chunks that go whole are told by the hypertable's own column of time, which is not called so everywhere.
CREATE OR REPLACE FUNCTION remove_part(
    of_table text, key text, is_over text, people integer[], cut_off timestamptz,
    OUT n bigint, OUT gone bigint, OUT digest bytea, OUT chunks tstzrange[]
) LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE apart bigint; goes_whole text := 'false';
BEGIN
    chunks := whole_chunks(of_table, is_over, people, cut_off);
    IF cardinality(chunks) > 0 THEN
        SELECT format('t.%I <@ ANY ($3)', d.column_name) INTO STRICT goes_whole
          FROM timescaledb_information.dimensions d
         WHERE d.hypertable_schema = 'public' AND d.hypertable_name = of_table AND d.dimension_number = 1;
    END IF;
    EXECUTE format(
        'SELECT count(*), chained_keys(keyed.k ORDER BY keyed.k COLLATE "C"),'
        ' count(*) FILTER (WHERE keyed.whole) FROM ('
        ' SELECT concat_ws(''/'', %s) AS k, %s AS whole FROM %I t WHERE %s) keyed',
        key, goes_whole, of_table, is_over)
       INTO n, digest, apart USING people, cut_off, chunks;
    EXECUTE format('DELETE FROM %I t WHERE (%s) AND NOT %s', of_table, is_over, goes_whole)
    USING people, cut_off, chunks;
    GET DIAGNOSTICS gone = ROW_COUNT;
    gone := gone + apart;
END $$;
