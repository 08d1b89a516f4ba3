-- What a ward achieves, counted for a span of time in one place. Who reads it needs to see no single patient:
-- so it is counted with the owner's rights, and says whether the caller may see everybody whom a count is about.

CREATE INDEX home_task_due_when ON home_task_due (due_at);
CREATE INDEX command_measured ON command (issued) WHERE command = 'measure';
CREATE INDEX alert_history_by_person ON alert_history (at) WHERE actor IS NOT NULL;

CREATE FUNCTION must_read_outcomes(of_ward text) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF acting_role() <> 'admin'
       AND (acting_role() NOT IN ('coordinator', 'doctor', 'nurse') OR of_ward IS DISTINCT FROM acting_ward()) THEN
        RAISE insufficient_privilege USING MESSAGE = 'may not read what this ward achieves';
    END IF;
END $$;

-- One row a part: how many of how much (events, or days of stays), of how many people, and the sums by which
-- the spread from person to person is told: events of one person are rarely independent of each other.
CREATE FUNCTION ward_outcomes(of_ward text, since timestamptz, until timestamptz, again interval)
RETURNS TABLE (part text, hits double precision, size double precision, people bigint, affected bigint,
               hits_squared double precision, hits_by_size double precision, size_squared double precision,
               seen boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE mine integer[] := visible_patients();
BEGIN
    PERFORM must_read_outcomes(of_ward);
    RETURN QUERY
    WITH person AS (
        SELECT p.no FROM patient p WHERE (of_ward IS NULL OR p.ward = of_ward) AND NOT p.simulated),
    stayed AS (
        SELECT n.patient_no, sum(extract(epoch FROM least(coalesce(n.period_end, until), until)
                                               - greatest(n.period_start, since)))::float8 / 86400 AS days
          FROM encounter n JOIN person ON person.no = n.patient_no
         WHERE n.period_start < until AND coalesce(n.period_end, 'infinity') > since GROUP BY 1),
    begun AS (
        SELECT n.patient_no, count(*) AS stays,
               count(*) FILTER (WHERE EXISTS (
                   SELECT FROM encounter b WHERE b.patient_no = n.patient_no AND b.no <> n.no
                      AND b.period_end <= n.period_start AND b.period_end > n.period_start - again)) AS back
          FROM encounter n JOIN person ON person.no = n.patient_no
         WHERE n.period_start >= since AND n.period_start < until GROUP BY 1),
    asked AS (
        SELECT d.patient_no, t.kind = 'measure' AS measured, count(*) AS n,
               count(*) FILTER (WHERE d.state = 'done') AS done,
               count(*) FILTER (WHERE d.state = 'skipped') AS left_out
          FROM home_task_due d JOIN home_task t ON t.id = d.task_id JOIN person ON person.no = d.patient_no
         WHERE d.due_at >= since AND d.due_at < until AND d.state <> 'due' GROUP BY 1, 2),
    repeats AS (
        SELECT v.patient_no, count(*) AS n, count(*) FILTER (WHERE c.state = 'done') AS done
          FROM command c JOIN device v ON v.no = c.device_no JOIN person ON person.no = v.patient_no
         WHERE c.command = 'measure' AND c.issued >= since AND c.issued < until
           AND c.state IN ('done', 'declined', 'expired') GROUP BY 1),
    raised AS (
        SELECT e.patient_no, count(*) AS n FROM episode e JOIN person ON person.no = e.patient_no
         WHERE e.raised_at >= since AND e.raised_at < until AND NOT e.historic AND e.kind = 'clinical'
         GROUP BY 1),
    called AS (
        SELECT e.patient_no, count(*) AS n
          FROM alert_history h JOIN episode e ON e.id = h.episode_id JOIN person ON person.no = e.patient_no
         WHERE h.call AND h.at >= since AND h.at < until AND e.kind = 'clinical' GROUP BY 1),
    counted (name, patient_no, d, n) AS (
        SELECT CASE WHEN measured THEN 'measurements' ELSE 'tasks' END, a.patient_no, done::float8, a.n::float8
          FROM asked a
        UNION ALL
        SELECT 'left_out', a.patient_no, left_out, a.n FROM asked a WHERE NOT measured
        UNION ALL
        SELECT 'repeats', r.patient_no, done, r.n FROM repeats r
        UNION ALL
        SELECT 'alerts', s.patient_no, coalesce(r.n, 0), s.days FROM stayed s LEFT JOIN raised r USING (patient_no)
        UNION ALL
        SELECT 'calls', s.patient_no, coalesce(c.n, 0), s.days FROM stayed s LEFT JOIN called c USING (patient_no)
        UNION ALL
        SELECT 'readmissions', b.patient_no, back, stays FROM begun b)
    SELECT c.name, sum(c.d), sum(c.n), count(*), count(*) FILTER (WHERE c.d > 0), sum(c.d * c.d),
           sum(c.d * c.n), sum(c.n * c.n), bool_and(c.patient_no = ANY (mine))
      FROM counted c GROUP BY c.name;
END $$;

-- How fast alerts were answered, and what people did about them. The middle of few values is uncertain: its
-- interval goes by the order of the values.
CREATE FUNCTION ward_answers(of_ward text, since timestamptz, until timestamptz)
RETURNS TABLE (people bigint, seen boolean, answered bigint, median_s double precision,
               low_s double precision, high_s double precision, p90_s double precision,
               high bigint, medium bigint, low bigint, calls_made bigint, consultations bigint,
               consultation_min double precision, helped bigint, helped_seen boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE mine integer[] := visible_patients();
BEGIN
    PERFORM must_read_outcomes(of_ward);
    RETURN QUERY
    WITH person AS (
        SELECT p.no FROM patient p WHERE (of_ward IS NULL OR p.ward = of_ward) AND NOT p.simulated),
    waits AS (
        SELECT e.patient_no, extract(epoch FROM min(h.at) - e.raised_at)::float8 AS s
          FROM episode e JOIN person ON person.no = e.patient_no
          JOIN alert_history h ON h.episode_id = e.id AND h.change IN ('acknowledged', 'planned')
         WHERE e.raised_at >= since AND e.raised_at < until AND NOT e.historic AND e.kind = 'clinical'
         GROUP BY e.id, e.patient_no, e.raised_at),
    sized AS (
        SELECT count(*) AS n, count(DISTINCT patient_no) AS people, bool_and(patient_no = ANY (mine)) AS seen
          FROM waits),
    spread AS (
        SELECT percentile_cont(ARRAY[0.5, greatest(0, 0.5 - 0.98 / sqrt(z.n)), least(1, 0.5 + 0.98 / sqrt(z.n)),
                                     0.9]) WITHIN GROUP (ORDER BY w.s) AS q
          FROM waits w, sized z WHERE z.n > 0 GROUP BY z.n),
    acted AS (
        SELECT e.patient_no, e.priority, count(DISTINCT e.id) AS n
          FROM alert_history h JOIN episode e ON e.id = h.episode_id JOIN person ON person.no = e.patient_no
         WHERE h.actor IS NOT NULL AND h.at >= since AND h.at < until AND e.kind = 'clinical' GROUP BY 1, 2),
    rung AS (
        SELECT r.patient_no, count(*) AS n FROM call_request r JOIN person ON person.no = r.patient_no
         WHERE r.state = 'done' AND r.ended_at >= since AND r.ended_at < until GROUP BY 1),
    met AS (
        SELECT c.patient_no, count(*) AS n, sum(extract(epoch FROM c.ended_at - c.admitted_at))::float8 / 60 AS min
          FROM consultation c JOIN person ON person.no = c.patient_no
         WHERE c.state = 'ended' AND c.admitted_at >= since AND c.admitted_at < until AND c.ended_at > c.admitted_at
         GROUP BY 1),
    helped AS (
        SELECT count(*) AS n, bool_and(patient_no = ANY (mine)) AS seen
          FROM (SELECT a.patient_no FROM acted a UNION SELECT r.patient_no FROM rung r
                UNION SELECT m.patient_no FROM met m) everybody)
    SELECT z.people, coalesce(z.seen, true), z.n, s.q[1], s.q[2], s.q[3], s.q[4],
           (SELECT coalesce(sum(a.n), 0)::bigint FROM acted a WHERE a.priority = 'high'),
           (SELECT coalesce(sum(a.n), 0)::bigint FROM acted a WHERE a.priority = 'medium'),
           (SELECT coalesce(sum(a.n), 0)::bigint FROM acted a WHERE a.priority = 'low'),
           (SELECT coalesce(sum(r.n), 0)::bigint FROM rung r),
           (SELECT coalesce(sum(m.n), 0)::bigint FROM met m),
           (SELECT coalesce(sum(m.min), 0) FROM met m), g.n, coalesce(g.seen, true)
      FROM sized z CROSS JOIN helped g LEFT JOIN spread s ON true;
END $$;

REVOKE EXECUTE ON FUNCTION must_read_outcomes(text), ward_outcomes(text, timestamptz, timestamptz, interval),
    ward_answers(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION must_read_outcomes(text), ward_outcomes(text, timestamptz, timestamptz, interval),
    ward_answers(text, timestamptz, timestamptz) TO homeward_api;
