-- A case as it stands in the record of the patient: for whoever sees the patient, and for the patient, to whom the
-- words of doctors are given once the case is over. A doctor who was asked sees a case by its own views, not by this.
CREATE FUNCTION record_cases(patient integer, sought uuid, before bigint, most integer)
RETURNS TABLE (
    id uuid, no bigint, patient_no integer, patient_id uuid, asked_by uuid, asked_by_name text, asked_at timestamptz,
    until timestamptz, closed_at timestamptz, open boolean, question text,
    experts jsonb, entries jsonb, readings jsonb, items jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.no, c.patient_no, p.id, c.asked_by, coalesce(nullif(a.display_name, ''), a.username), c.asked_at,
           c.until, c.closed_at, now_open.yes, CASE WHEN words.told THEN c.question END,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'user', u.id, 'name', coalesce(nullif(u.display_name, ''), u.username),
                       'signed_at', e.signed_at, 'conclusion', CASE WHEN words.told THEN e.conclusion END)
                   ORDER BY u.ward, u.username), '[]')
              FROM case_expert e JOIN app_user u ON u.id = e.user_id WHERE e.case_id = c.id),
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'name', coalesce(nullif(u.display_name, ''), u.username), 'user', u.id,
                       'written_at', e.written_at, 'text', e.text) ORDER BY e.no), '[]')
              FROM case_entry e JOIN app_user u ON u.id = e.written_by WHERE e.case_id = c.id AND words.told),
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'metric', r.metric, 'since', r.since, 'till', r.till) ORDER BY r.metric), '[]')
              FROM case_reading r WHERE r.case_id = c.id),
           (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'ref', i.ref) ORDER BY i.kind, i.ref), '[]')
              FROM case_item i
             WHERE i.case_id = c.id
               AND (acting_role() <> 'patient' OR i.kind <> 'study'
                    OR EXISTS (SELECT FROM imaging_study s WHERE s.uid = i.ref AND s.released_at IS NOT NULL)))
      FROM expert_case c JOIN patient p ON p.no = c.patient_no JOIN app_user a ON a.id = c.asked_by
     CROSS JOIN LATERAL (SELECT case_is_open(c.id) AS yes) now_open
     CROSS JOIN LATERAL (SELECT acting_role() <> 'patient' OR NOT now_open.yes AS told) words
     WHERE acting_role() IN ('patient', 'doctor', 'nurse', 'coordinator', 'admin')
       AND c.patient_no = ANY ((SELECT visible_patients())::integer[])
       AND (patient IS NULL OR c.patient_no = patient) AND (sought IS NULL OR c.id = sought)
       AND (before IS NULL OR c.no < before)
     ORDER BY c.no DESC LIMIT most
$$;
REVOKE EXECUTE ON FUNCTION record_cases(integer, uuid, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_cases(integer, uuid, bigint, integer) TO homeward_api;
