-- What clinicians wrote of a person is the person's too: it leaves with their record. On the pages it stays with
-- the ward, so the table itself stays closed to the person; a draft of a consultation's notes is nobody's yet.
CREATE FUNCTION notes_of(patient_number integer, before_time timestamptz, before_id uuid, most integer)
RETURNS TABLE (id uuid, patient_no integer, kind text, note text, written_at timestamptz, written_by uuid,
               written_by_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.patient_no, w.kind, w.note, w.written_at, w.written_by,
           coalesce(nullif(u.display_name, ''), u.username)
      FROM (SELECT n.id, n.patient_no, n.kind, n.text AS note, n.written_at, n.written_by FROM patient_note n
            UNION ALL
            SELECT c.id, c.patient_no, 'consultation', c.notes, c.signed_at, c.signed_by FROM consultation c
             WHERE c.signed_at IS NOT NULL AND c.notes IS NOT NULL) w
      LEFT JOIN app_user u ON u.id = w.written_by
     WHERE w.patient_no = patient_number AND patient_number = ANY (visible_patients())
       AND (before_time IS NULL OR (w.written_at, w.id) < (before_time, before_id))
     ORDER BY w.written_at DESC, w.id DESC LIMIT most
$$;
-- Whose a note is; null: there is none of this id that the caller may see.
CREATE FUNCTION note_owner(note_id uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.patient_no FROM (
        SELECT n.patient_no FROM patient_note n WHERE n.id = note_id
        UNION ALL
        SELECT c.patient_no FROM consultation c
         WHERE c.id = note_id AND c.signed_at IS NOT NULL AND c.notes IS NOT NULL) o
     WHERE o.patient_no = ANY (visible_patients())
$$;
REVOKE EXECUTE ON FUNCTION notes_of(integer, timestamptz, uuid, integer), note_owner(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notes_of(integer, timestamptz, uuid, integer), note_owner(uuid) TO homeward_api;
