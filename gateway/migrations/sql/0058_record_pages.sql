-- Pages of a patient's record, newest or oldest first. A view with a security barrier is planned by
-- itself: it knows neither the order nor the limit of who asks, and reads the whole span for a page of
-- fifty. These functions ask once whether the acting person may see the patient, then read along the
-- index. A page goes on after (time, metric, frame). What belongs to the rows of a page is read for all
-- of them together: which chunk a row lies in costs more to find out than to read the row.

-- So many readings of each metric. Of a pressure's two values the diastolic one comes as ``other`` of the
-- systolic one, by itself only where there is no such one. Twice as many diastolic readings are looked
-- at, since each systolic one of the page takes one away.
CREATE FUNCTION observation_page(
    patient integer, metrics smallint[], starts timestamptz, ends timestamptz,
    since timestamptz, upto timestamptz, newest_first boolean,
    after_time timestamptz, after_metric integer, after_frame bigint, most integer
) RETURNS TABLE (
    "time" timestamptz, received timestamptz, frame_id bigint, patient_no integer, device_no integer,
    metric smallint, quality smallint, value double precision, entered_by uuid, marked_at timestamptz,
    other double precision
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    systolic CONSTANT smallint := 5; diastolic CONSTANT smallint := 6;
    one smallint; partner smallint; looked integer;
BEGIN
    IF NOT may_see(patient) THEN
        RETURN;
    END IF;
    IF after_time IS NOT NULL AND newest_first THEN
        ends := least(ends, after_time + interval '1 us');
    ELSIF after_time IS NOT NULL THEN
        starts := greatest(starts, after_time);
    END IF;
    FOREACH one IN ARRAY metrics LOOP
        partner := CASE one WHEN systolic THEN diastolic WHEN diastolic THEN systolic END;
        looked := CASE one WHEN diastolic THEN 2 * most ELSE most END;
        IF newest_first THEN
            RETURN QUERY
            WITH page AS MATERIALIZED (
                SELECT s.* FROM observation s
                 WHERE s.patient_no = patient AND s.metric = one
                   AND s.time >= starts AND s.time < ends
                   AND s.received >= since AND s.received < upto
                   AND (after_time IS NULL OR (s.time, one::integer, s.frame_id)
                        < (after_time, after_metric, after_frame))
                 ORDER BY s.time DESC, s.frame_id DESC LIMIT looked),
            partners AS MATERIALIZED (
                SELECT x.time, x.frame_id, x.value FROM observation x
                 WHERE partner IS NOT NULL AND x.patient_no = patient AND x.metric = partner
                   AND x.time = ANY (ARRAY(SELECT time FROM page))
                   AND x.time >= (SELECT min(time) FROM page)
                   AND x.time <= (SELECT max(time) FROM page))
            SELECT o.time, o.received, o.frame_id, o.patient_no, o.device_no, o.metric, o.quality,
                   o.value, o.entered_by, m.marked_at, t.value
              FROM page o
              LEFT JOIN partners t ON t.time = o.time AND t.frame_id = o.frame_id
              LEFT JOIN reading_mark m ON m.patient_no = o.patient_no AND m.frame_id = o.frame_id
                                      AND m.metric = o.metric AND m.time = o.time
             WHERE one <> diastolic OR t.value IS NULL
             ORDER BY o.time DESC, o.frame_id DESC LIMIT most;
        ELSE
            RETURN QUERY
            WITH page AS MATERIALIZED (
                SELECT s.* FROM observation s
                 WHERE s.patient_no = patient AND s.metric = one
                   AND s.time >= starts AND s.time < ends
                   AND s.received >= since AND s.received < upto
                   AND (after_time IS NULL OR (s.time, one::integer, s.frame_id)
                        > (after_time, after_metric, after_frame))
                 ORDER BY s.time, s.frame_id LIMIT looked),
            partners AS MATERIALIZED (
                SELECT x.time, x.frame_id, x.value FROM observation x
                 WHERE partner IS NOT NULL AND x.patient_no = patient AND x.metric = partner
                   AND x.time = ANY (ARRAY(SELECT time FROM page))
                   AND x.time >= (SELECT min(time) FROM page)
                   AND x.time <= (SELECT max(time) FROM page))
            SELECT o.time, o.received, o.frame_id, o.patient_no, o.device_no, o.metric, o.quality,
                   o.value, o.entered_by, m.marked_at, t.value
              FROM page o
              LEFT JOIN partners t ON t.time = o.time AND t.frame_id = o.frame_id
              LEFT JOIN reading_mark m ON m.patient_no = o.patient_no AND m.frame_id = o.frame_id
                                      AND m.metric = o.metric AND m.time = o.time
             WHERE one <> diastolic OR t.value IS NULL
             ORDER BY o.time, o.frame_id LIMIT most;
        END IF;
    END LOOP;
END $$;

-- Readings by their identity: (metric, time, frame) of each.
CREATE FUNCTION observations_named(
    patient integer, metrics smallint[], times timestamptz[], frames bigint[]
) RETURNS TABLE (
    "time" timestamptz, received timestamptz, frame_id bigint, patient_no integer, device_no integer,
    metric smallint, quality smallint, value double precision, entered_by uuid, marked_at timestamptz,
    other double precision
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    systolic CONSTANT smallint := 5; diastolic CONSTANT smallint := 6;
    first timestamptz; last timestamptz;
BEGIN
    IF NOT may_see(patient) THEN
        RETURN;
    END IF;
    SELECT min(k.at), max(k.at) INTO first, last FROM unnest(times) AS k (at);
    RETURN QUERY
    WITH near AS MATERIALIZED (
        SELECT s.* FROM observation s
         WHERE s.patient_no = patient AND s.metric = ANY (metrics || diastolic)
           AND s.time = ANY (times) AND s.time >= first AND s.time <= last)
    SELECT o.time, o.received, o.frame_id, o.patient_no, o.device_no, o.metric, o.quality, o.value,
           o.entered_by, m.marked_at, t.value
      FROM unnest(metrics, times, frames) AS k (metric, "time", frame_id)
      JOIN near o ON o.metric = k.metric AND o.time = k.time AND o.frame_id = k.frame_id
      LEFT JOIN near t ON o.metric = systolic AND t.metric = diastolic
                      AND t.time = o.time AND t.frame_id = o.frame_id
      LEFT JOIN reading_mark m ON m.patient_no = o.patient_no AND m.frame_id = o.frame_id
                              AND m.metric = o.metric AND m.time = o.time;
END $$;

-- Assessments, each with which of the scored metrics came in its frame; none that was replaced.
CREATE FUNCTION assessment_page(
    patient integer, scored smallint[], starts timestamptz, ends timestamptz,
    since timestamptz, upto timestamptz, newest_first boolean,
    after_time timestamptz, after_metric integer, after_frame bigint, most integer
) RETURNS TABLE (
    "time" timestamptz, received timestamptz, frame_id bigint, patient_no integer, score smallint,
    low_points smallint, high_points smallint, missing smallint, measured integer[]
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT may_see(patient) THEN
        RETURN;
    END IF;
    IF after_time IS NOT NULL AND newest_first THEN
        ends := least(ends, after_time + interval '1 us');
    ELSIF after_time IS NOT NULL THEN
        starts := greatest(starts, after_time);
    END IF;
    IF newest_first THEN
        RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT s.* FROM assessment s
             WHERE s.patient_no = patient AND s.superseded_as IS NULL
               AND s.time >= starts AND s.time < ends
               AND s.received >= since AND s.received < upto
               AND (after_time IS NULL
                    OR (s.time, 0, s.frame_id) < (after_time, after_metric, after_frame))
             ORDER BY s.time DESC, s.frame_id DESC LIMIT most),
        parts AS MATERIALIZED (
            SELECT o.time, o.frame_id, array_agg(o.metric::integer ORDER BY o.metric) AS measured
              FROM observation o
             WHERE o.patient_no = patient AND o.metric = ANY (scored)
               AND o.time = ANY (ARRAY(SELECT time FROM page))
               AND o.time >= (SELECT min(time) FROM page)
               AND o.time <= (SELECT max(time) FROM page)
               AND NOT EXISTS (SELECT FROM reading_mark m
                                WHERE m.patient_no = patient AND m.frame_id = o.frame_id
                                  AND m.metric = o.metric AND m.time = o.time)
             GROUP BY o.time, o.frame_id)
        SELECT a.time, a.received, a.frame_id, a.patient_no, a.score, a.low, a.high, a.missing,
               coalesce(p.measured, '{}')
          FROM page a LEFT JOIN parts p ON p.time = a.time AND p.frame_id = a.frame_id
         ORDER BY a.time DESC, a.frame_id DESC;
    ELSE
        RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT s.* FROM assessment s
             WHERE s.patient_no = patient AND s.superseded_as IS NULL
               AND s.time >= starts AND s.time < ends
               AND s.received >= since AND s.received < upto
               AND (after_time IS NULL
                    OR (s.time, 0, s.frame_id) > (after_time, after_metric, after_frame))
             ORDER BY s.time, s.frame_id LIMIT most),
        parts AS MATERIALIZED (
            SELECT o.time, o.frame_id, array_agg(o.metric::integer ORDER BY o.metric) AS measured
              FROM observation o
             WHERE o.patient_no = patient AND o.metric = ANY (scored)
               AND o.time = ANY (ARRAY(SELECT time FROM page))
               AND o.time >= (SELECT min(time) FROM page)
               AND o.time <= (SELECT max(time) FROM page)
               AND NOT EXISTS (SELECT FROM reading_mark m
                                WHERE m.patient_no = patient AND m.frame_id = o.frame_id
                                  AND m.metric = o.metric AND m.time = o.time)
             GROUP BY o.time, o.frame_id)
        SELECT a.time, a.received, a.frame_id, a.patient_no, a.score, a.low, a.high, a.missing,
               coalesce(p.measured, '{}')
          FROM page a LEFT JOIN parts p ON p.time = a.time AND p.frame_id = a.frame_id
         ORDER BY a.time, a.frame_id;
    END IF;
END $$;
REVOKE ALL ON FUNCTION observation_page, observations_named, assessment_page FROM PUBLIC;
GRANT EXECUTE ON FUNCTION observation_page, observations_named, assessment_page TO homeward_api;
