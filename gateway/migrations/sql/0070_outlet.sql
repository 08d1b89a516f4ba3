-- What is told to research, warehouses and other hospitals after the commit: one row for each frame
-- with news, written by whoever writes the readings or scores, in the same transaction, and deleted
-- when the outlet's stream has taken it. It names what is to be told and holds none of it, so what
-- is told is the record as it stands then. Nobody who is erased is told of.
--
-- Rows are taken by being there and never by "id above the last one": ids are given out before they
-- are committed.

CREATE TABLE outlet (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),   -- real time
    kind       text NOT NULL CHECK (kind IN ('frame', 'erased', 'gap')),
    patient_no integer,
    frame_id   bigint,
    first      timestamptz,                -- event times of what is new in the frame; of a gap its ends
    last       timestamptz,
    patient    uuid                        -- of whom is erased: these rows outlive theirs
);

-- Whether there is an outlet: it moves `wanted_until` on for as long as it is set up. Without one
-- nothing is written.
CREATE TABLE outlet_state (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    wanted_until timestamptz,              -- real time; null: there never was an outlet
    alerts       bigint NOT NULL DEFAULT 0 -- stream id of the last alert's event that was taken
);
INSERT INTO outlet_state DEFAULT VALUES;

-- Whoever was told of a person is told of the erasure, though no outlet is set up just now.
CREATE FUNCTION tell_erasure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO outlet (kind, patient) SELECT 'erased', NEW.id FROM outlet_state
     WHERE wanted_until IS NOT NULL;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION tell_erasure() FROM PUBLIC;
CREATE TRIGGER patient_erased AFTER UPDATE OF erased_at ON patient FOR EACH ROW
    WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION tell_erasure();

-- What frames hold, found by patient, metric and time as charts are. The ends of all that is asked
-- for let the planner leave out other days; joins that would read whole days are ruled out.
CREATE FUNCTION outlet_readings(ids bigint[], patients integer[], frames bigint[],
                                firsts timestamptz[], lasts timestamptz[], metrics smallint[])
RETURNS TABLE (id bigint, "time" timestamptz, received timestamptz, metric smallint,
               value double precision, quality smallint, device text, by_person boolean,
               entered_in_error boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE least timestamptz; most timestamptz;
BEGIN
    SELECT min(t.first), max(t.last) INTO least, most FROM unnest(firsts, lasts) t(first, last);
    RETURN QUERY EXECUTE $q$
        SELECT n.id, o.time, o.received, o.metric, o.value, o.quality, d.id,
               o.entered_by IS NOT NULL,
               EXISTS (SELECT FROM reading_mark k WHERE k.patient_no = n.patient_no
                          AND k.frame_id = n.frame_id AND k.metric = o.metric AND k.time = o.time)
          FROM unnest($1, $2, $3, $4, $5) n(id, patient_no, frame_id, first, last)
         CROSS JOIN unnest($6) m(metric)
         CROSS JOIN LATERAL (
               SELECT * FROM observation s
                WHERE s.patient_no = n.patient_no AND s.metric = m.metric
                  AND s.time >= n.first AND s.time <= n.last AND s.time >= $7 AND s.time <= $8
                  AND s.frame_id = n.frame_id) o
          LEFT JOIN device d ON d.no = o.device_no
         ORDER BY n.id, o.time, o.metric $q$
    USING ids, patients, frames, firsts, lasts, metrics, least, most;
END $$;

-- The score that stands, or where a correction left none the newest that did.
CREATE FUNCTION outlet_scores(ids bigint[], patients integer[], frames bigint[],
                              firsts timestamptz[], lasts timestamptz[])
RETURNS TABLE (id bigint, "time" timestamptz, received timestamptz, score smallint, low smallint,
               high smallint, band smallint, risk double precision, model_version integer,
               plan_revision integer, late boolean, superseded boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE least timestamptz; most timestamptz;
BEGIN
    SELECT min(t.first), max(t.last) INTO least, most FROM unnest(firsts, lasts) t(first, last);
    RETURN QUERY EXECUTE $q$
        SELECT DISTINCT ON (n.id, a.time) n.id, a.time, a.received, a.score, a.low, a.high, a.band,
               a.risk, a.model_version, a.plan_revision, a.late, a.superseded_as IS NOT NULL
          FROM unnest($1, $2, $3, $4, $5) n(id, patient_no, frame_id, first, last)
         CROSS JOIN LATERAL (
               SELECT * FROM assessment s
                WHERE s.patient_no = n.patient_no AND s.frame_id = n.frame_id
                  AND s.time >= n.first AND s.time <= n.last AND s.time >= $6 AND s.time <= $7) a
         ORDER BY n.id, a.time, a.superseded_as DESC NULLS FIRST $q$
    USING ids, patients, frames, firsts, lasts, least, most;
END $$;

REVOKE EXECUTE ON FUNCTION
    outlet_readings(bigint[], integer[], bigint[], timestamptz[], timestamptz[], smallint[]),
    outlet_scores(bigint[], integer[], bigint[], timestamptz[], timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    outlet_readings(bigint[], integer[], bigint[], timestamptz[], timestamptz[], smallint[]),
    outlet_scores(bigint[], integer[], bigint[], timestamptz[], timestamptz[]) TO homeward_engine;
GRANT INSERT ON outlet TO homeward_gateway;
GRANT SELECT ON outlet_state TO homeward_gateway;
GRANT SELECT, INSERT, DELETE ON outlet TO homeward_engine;
GRANT SELECT, UPDATE ON outlet_state TO homeward_engine;
