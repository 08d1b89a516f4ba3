-- How much the patients of a cohort may well ask: the upper end of its interval, so that
-- planning reckons with it. Groups that are known already have none until they are made anew: their
-- mean stands for it, and the next look makes them anew.
ALTER TABLE cohort_demand
    ADD COLUMN urgent_at_most double precision,
    ADD COLUMN other_at_most double precision;
UPDATE cohort_demand
   SET urgent_at_most = urgent_minutes, other_at_most = other_minutes, made_at = 'epoch';
ALTER TABLE cohort_demand
    ALTER COLUMN urgent_at_most SET NOT NULL,
    ALTER COLUMN other_at_most SET NOT NULL;
