-- Months of alerts are counted by what happened in the span alone: the first answer to each alert, and each alert
-- that somebody acted on, once. Before, the whole history was read for the one, and every act sorted for the other.
CREATE INDEX alert_history_answered ON alert_history (at) INCLUDE (episode_id)
    WHERE change IN ('acknowledged', 'planned');
DO $$
DECLARE
    stands text := pg_get_functiondef('ward_answers(text, timestamptz, timestamptz)'::regprocedure);
    part   text[];
BEGIN
    FOREACH part SLICE 1 IN ARRAY ARRAY[
        [$old$extract(epoch FROM min(h.at) - e.raised_at)::float8 AS s$old$,
         $new$extract(epoch FROM h.first - e.raised_at)::float8 AS s$new$],
        [$old$JOIN alert_history h ON h.episode_id = e.id AND h.change IN ('acknowledged', 'planned')$old$,
         $new$JOIN (SELECT a.episode_id, min(a.at) AS first FROM alert_history a
                WHERE a.change IN ('acknowledged', 'planned') AND a.at >= since
                GROUP BY 1) h ON h.episode_id = e.id$new$],
        [$old$AND NOT e.historic AND e.kind = 'clinical'
         GROUP BY e.id, e.patient_no, e.raised_at)$old$,
         $new$AND NOT e.historic AND e.kind = 'clinical')$new$],
        [$old$SELECT e.patient_no, e.priority, count(DISTINCT e.id) AS n
          FROM alert_history h JOIN episode e ON e.id = h.episode_id JOIN person ON person.no = e.patient_no
         WHERE h.actor IS NOT NULL AND h.at >= since AND h.at < until AND e.kind = 'clinical' GROUP BY 1, 2$old$,
         $new$SELECT e.patient_no, e.priority, count(*) AS n
          FROM (SELECT DISTINCT a.episode_id FROM alert_history a
                 WHERE a.actor IS NOT NULL AND a.at >= since AND a.at < until) h
          JOIN episode e ON e.id = h.episode_id JOIN person ON person.no = e.patient_no
         WHERE e.kind = 'clinical' GROUP BY 1, 2$new$]]
    LOOP
        IF position(part[1] IN stands) = 0 THEN
            RAISE EXCEPTION 'ward_answers() is not as it was: %', part[1];
        END IF;
        stands := replace(stands, part[1], part[2]);
    END LOOP;
    EXECUTE stands;
END $$;
