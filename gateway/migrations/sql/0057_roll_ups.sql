-- What a chart of weeks is drawn from: readings and scores rolled up by the hour, and by the minute
-- where they come densely. An hour is answered from its roll-up only while nothing in it has changed
-- since: whoever writes into an hour says so in the same transaction, and until it is rolled up
-- again it is answered from the readings themselves. So every answer is exact, at any moment.

CREATE TABLE rollup_hour (
    patient_no integer NOT NULL,
    hour       timestamptz NOT NULL,       -- its start
    state      text NOT NULL DEFAULT 'due' CHECK (state IN ('open', 'due', 'done')),
    by_minute  boolean NOT NULL DEFAULT false,   -- rolled up by the minute too
    PRIMARY KEY (patient_no, hour)
) WITH (fillfactor = 70);
CREATE INDEX rollup_hour_due ON rollup_hour (hour) WHERE state = 'due';
CREATE INDEX rollup_hour_open ON rollup_hour (patient_no, hour) WHERE state = 'open';

CREATE TABLE observation_hour (
    start      timestamptz NOT NULL,
    patient_no integer NOT NULL,
    metric     smallint NOT NULL,
    count      integer NOT NULL,
    min        double precision NOT NULL,
    max        double precision NOT NULL,
    sum        double precision NOT NULL,
    last       double precision NOT NULL
);
SELECT create_hypertable('observation_hour', by_range('start', INTERVAL '180 days'), create_default_indexes => false);
CREATE INDEX observation_hour_chart ON observation_hour (patient_no, metric, start);

CREATE TABLE observation_minute (LIKE observation_hour);
SELECT create_hypertable('observation_minute', by_range('start', INTERVAL '7 days'), create_default_indexes => false);
CREATE INDEX observation_minute_chart ON observation_minute (patient_no, metric, start);

CREATE TABLE assessment_hour (
    start      timestamptz NOT NULL,
    patient_no integer NOT NULL,
    newest     timestamptz NOT NULL,       -- event time of the newest of them
    count      integer NOT NULL,
    low        smallint NOT NULL,          -- the highest of each
    high       smallint NOT NULL,
    band       smallint NOT NULL,
    score      smallint,
    risk       double precision,
    partial    boolean NOT NULL            -- none of them is complete
);
SELECT create_hypertable('assessment_hour', by_range('start', INTERVAL '180 days'), create_default_indexes => false);
CREATE INDEX assessment_hour_chart ON assessment_hour (patient_no, start);

CREATE TABLE assessment_minute (LIKE assessment_hour);
SELECT create_hypertable('assessment_minute', by_range('start', INTERVAL '7 days'), create_default_indexes => false);
CREATE INDEX assessment_minute_chart ON assessment_minute (patient_no, start);

-- Rolls up some hours that are due, the newest first; returns how many. The row of an hour is locked
-- before its readings are read: whoever wrote into the hour has committed by then, and whoever writes
-- into it meanwhile waits for this, and makes it due again. An hour of which no reading is kept any
-- more keeps the roll-up that it has.
CREATE FUNCTION roll_up(metrics smallint[], most integer, dense integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record; ends timestamptz; tier text; readings integer; scores integer; done integer := 0;
BEGIN
    FOR one IN SELECT r.patient_no, r.hour FROM rollup_hour r WHERE r.state = 'due'
                ORDER BY r.hour DESC LIMIT most FOR UPDATE SKIP LOCKED
    LOOP
        ends := one.hour + INTERVAL '1 hour';
        SELECT coalesce(max(o.n), 0) INTO readings
          FROM unnest(metrics) m(metric) CROSS JOIN LATERAL (
               SELECT count(*) AS n FROM observation s
                WHERE s.patient_no = one.patient_no AND s.metric = m.metric
                  AND s.time >= one.hour AND s.time < ends) o;
        SELECT count(*) INTO scores FROM assessment a
         WHERE a.patient_no = one.patient_no AND a.time >= one.hour AND a.time < ends;
        FOREACH tier IN ARRAY ARRAY['hour', 'minute'] LOOP
            IF readings > 0 THEN
                EXECUTE format('DELETE FROM %I WHERE patient_no = $1 AND start >= $2 AND start < $3',
                               'observation_' || tier) USING one.patient_no, one.hour, ends;
            END IF;
            IF scores > 0 THEN
                EXECUTE format('DELETE FROM %I WHERE patient_no = $1 AND start >= $2 AND start < $3',
                               'assessment_' || tier) USING one.patient_no, one.hour, ends;
            END IF;
            CONTINUE WHEN tier = 'minute' AND greatest(readings, scores) < dense;
            EXECUTE format(
                'INSERT INTO %I (start, patient_no, metric, count, min, max, sum, last)
                 SELECT time_bucket($4, o.time), $1, m.metric, count(*), min(o.value), max(o.value),
                        sum(o.value), last(o.value, o.time)
                   FROM unnest($5) m(metric) CROSS JOIN LATERAL (
                        SELECT s.time, s.value FROM observation s
                         WHERE s.patient_no = $1 AND s.metric = m.metric
                           AND s.time >= $2 AND s.time < $3
                           AND NOT EXISTS (SELECT FROM reading_mark k
                                WHERE k.patient_no = s.patient_no AND k.frame_id = s.frame_id
                                  AND k.metric = s.metric AND k.time = s.time)) o
                  GROUP BY 1, m.metric', 'observation_' || tier)
              USING one.patient_no, one.hour, ends, ('1 ' || tier)::interval, metrics;
            EXECUTE format(
                'INSERT INTO %I (start, patient_no, newest, count, low, high, band, score, risk, partial)
                 SELECT time_bucket($4, a.time), $1, max(a.time), count(*), max(a.low), max(a.high),
                        max(a.band), max(a.score), max(a.risk), bool_and(a.score IS NULL)
                   FROM assessment a
                  WHERE a.patient_no = $1 AND a.time >= $2 AND a.time < $3 AND a.superseded_as IS NULL
                  GROUP BY 1', 'assessment_' || tier)
              USING one.patient_no, one.hour, ends, ('1 ' || tier)::interval;
        END LOOP;
        UPDATE rollup_hour r SET state = 'done',
               by_minute = CASE WHEN greatest(readings, scores) > 0
                                THEN greatest(readings, scores) >= dense ELSE r.by_minute END
         WHERE r.patient_no = one.patient_no AND r.hour = one.hour;
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
REVOKE EXECUTE ON FUNCTION roll_up(smallint[], integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roll_up(smallint[], integer, integer) TO homeward_engine;

-- A reading that was entered in error leaves its hour's roll-up: in the transaction that says so.
CREATE FUNCTION roll_up_marked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE rollup_hour SET state = 'due'
     WHERE patient_no = NEW.patient_no AND hour = time_bucket('1 hour', NEW.time) AND state <> 'open';
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION roll_up_marked() FROM PUBLIC;
CREATE TRIGGER reading_marked AFTER INSERT ON reading_mark FOR EACH ROW EXECUTE FUNCTION roll_up_marked();

-- Asked for one patient: whom the caller may see is looked up once, not for each row.
CREATE VIEW rollup_hour_seen WITH (security_barrier) AS
    SELECT r.* FROM rollup_hour r WHERE r.patient_no IN (SELECT unnest(visible_patients()));
CREATE VIEW observation_hour_seen WITH (security_barrier) AS
    SELECT o.* FROM observation_hour o WHERE o.patient_no IN (SELECT unnest(visible_patients()));
CREATE VIEW observation_minute_seen WITH (security_barrier) AS
    SELECT o.* FROM observation_minute o WHERE o.patient_no IN (SELECT unnest(visible_patients()));
CREATE VIEW assessment_hour_seen WITH (security_barrier) AS
    SELECT a.* FROM assessment_hour a WHERE a.patient_no IN (SELECT unnest(visible_patients()));
CREATE VIEW assessment_minute_seen WITH (security_barrier) AS
    SELECT a.* FROM assessment_minute a WHERE a.patient_no IN (SELECT unnest(visible_patients()));
GRANT SELECT ON rollup_hour_seen, observation_hour_seen, observation_minute_seen, assessment_hour_seen,
    assessment_minute_seen TO homeward_api;
GRANT SELECT, INSERT, UPDATE ON rollup_hour TO homeward_gateway;
GRANT SELECT ON rollup_hour TO homeward_engine;

-- Roll-ups are of the person as the readings are: they go when these are over their period.
ALTER FUNCTION retention_parts(text) RENAME TO retention_parts_of_records;
CREATE FUNCTION retention_parts(of_kind text)
RETURNS TABLE (place integer, table_name text, key text, is_over text) LANGUAGE sql IMMUTABLE
SET search_path = public, pg_temp AS $$
    SELECT p.place, p.table_name, p.key, p.is_over FROM retention_parts_of_records(of_kind) p
    UNION ALL
    SELECT r.place, r.table_name, r.key, r.is_over FROM (VALUES
        ('readings', 101, 'rollup_hour', 't.patient_no, extract(epoch FROM t.hour)',
            't.patient_no = ANY ($1) AND t.hour < $2'),
        ('readings', 102, 'observation_hour', 't.patient_no, t.metric, extract(epoch FROM t.start)',
            't.patient_no = ANY ($1) AND t.start < $2'),
        ('readings', 103, 'observation_minute', 't.patient_no, t.metric, extract(epoch FROM t.start)',
            't.patient_no = ANY ($1) AND t.start < $2'),
        ('assessments', 101, 'assessment_hour', 't.patient_no, extract(epoch FROM t.start)',
            't.patient_no = ANY ($1) AND t.start < $2'),
        ('assessments', 102, 'assessment_minute', 't.patient_no, extract(epoch FROM t.start)',
            't.patient_no = ANY ($1) AND t.start < $2')
    ) r(kind, place, table_name, key, is_over) WHERE r.kind = of_kind
    ORDER BY 1
$$;
REVOKE ALL ON FUNCTION retention_parts(text) FROM PUBLIC;

-- What is stored already is rolled up in time, and answered from the readings until it is.
INSERT INTO rollup_hour (patient_no, hour)
SELECT patient_no, time_bucket('1 hour', time) FROM observation GROUP BY 1, 2
UNION
SELECT patient_no, time_bucket('1 hour', time) FROM assessment GROUP BY 1, 2;

DO $$
DECLARE spec text[];
BEGIN
    IF timescale_edition() = 'timescale' THEN
        FOREACH spec SLICE 1 IN ARRAY ARRAY[
            ['observation_minute', 'patient_no, metric', 'start DESC', '30 days'],
            ['observation_hour', 'patient_no, metric', 'start DESC', '400 days'],
            ['assessment_minute', 'patient_no', 'start DESC', '30 days'],
            ['assessment_hour', 'patient_no', 'start DESC', '400 days']
        ] LOOP
            EXECUTE format(
                'ALTER TABLE %I SET (timescaledb.compress, timescaledb.compress_segmentby = %L, timescaledb.compress_orderby = %L)',
                spec[1], spec[2], spec[3]);
            PERFORM add_compression_policy(spec[1]::regclass, spec[4]::interval);
        END LOOP;
    END IF;
END $$;
