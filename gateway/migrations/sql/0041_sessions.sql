-- Where a session was opened, by what, and by which proof; and by which relation a record was seen.
ALTER TABLE session_token
    ADD COLUMN id        uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD COLUMN address   text NOT NULL DEFAULT '',
    ADD COLUMN machine   text NOT NULL DEFAULT '',   -- browser and system, as people call them
    ADD COLUMN proved_by text NOT NULL DEFAULT 'password'
        CHECK (proved_by IN ('password', 'passkey', 'provider'));

-- By what right the acting person sees a patient now; the first that holds, the closest first.
CREATE FUNCTION relation_to(patient integer) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN acting_role() = 'admin' THEN 'administrator'
        WHEN acting_role() = 'coordinator' THEN 'ward'
        WHEN acting_role() = 'patient' THEN 'own record'
        WHEN EXISTS (SELECT FROM care_team t
                      WHERE t.patient_no = patient AND t.user_id = acting_user()) THEN 'care team'
        WHEN EXISTS (SELECT FROM assignment a JOIN doctor d ON d.id = a.doctor_id
                      WHERE a.patient_no = patient AND d.user_id = acting_user()) THEN 'plan'
        WHEN EXISTS (SELECT FROM shift_handover h JOIN shift_handover_patient l ON l.handover_id = h.id
                      WHERE l.patient_no = patient AND h.given_to = acting_user()
                        AND h.state IN ('offered', 'accepted')) THEN 'handover'
        WHEN EXISTS (SELECT FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
                      WHERE e.patient_no = patient AND e.state IN ('open', 'acknowledged')
                        AND (d.user_id = acting_user() OR e.acknowledged_by = acting_user())) THEN 'alert'
        WHEN EXISTS (SELECT FROM emergency_access x
                      WHERE x.patient_no = patient AND x.user_id = acting_user()
                        AND x.ended_at IS NULL AND x.until > now()) THEN 'emergency access'
        END
$$;
REVOKE ALL ON FUNCTION relation_to FROM PUBLIC;
GRANT EXECUTE ON FUNCTION relation_to TO homeward_api, homeward_engine;

-- Who looked at my record also says by what right, where the row tells it.
DROP FUNCTION own_accesses;
CREATE FUNCTION own_accesses(before bigint, most integer)
RETURNS TABLE (id bigint, at timestamptz, who text, role text, action text, why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH me AS (
        SELECT u.patient_no FROM app_user u
         WHERE acting_role() = 'patient' AND u.id = acting_user() AND u.patient_no IS NOT NULL),
    named AS (
        (SELECT a.id FROM audit a JOIN me ON a.patient_no = me.patient_no
          WHERE before IS NULL OR a.id < before ORDER BY a.id DESC LIMIT most)
        UNION
        (SELECT a.id FROM audit a JOIN me ON true
          WHERE a.detail ? 'patients' AND a.detail -> 'patients' @> to_jsonb(me.patient_no)
            AND (before IS NULL OR a.id < before) ORDER BY a.id DESC LIMIT most))
    SELECT a.id, a.at, coalesce(nullif(u.display_name, ''), u.username, a.actor), u.role, a.action,
           a.detail ->> 'why'
      FROM named n JOIN audit a ON a.id = n.id LEFT JOIN app_user u ON u.id::text = a.actor
     ORDER BY a.id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION own_accesses FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_accesses TO homeward_api;
