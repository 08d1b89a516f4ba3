-- What a person was told of each of their weeks, as it was told; a week of which nothing was told has a row too.
CREATE TABLE weekly_report (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    patient_no integer NOT NULL REFERENCES patient (no),
    week       date NOT NULL CHECK (extract(isodow FROM week) = 1),   -- its Monday, in the person's time zone
    made_at    timestamptz NOT NULL,    -- ward time
    content    text,                    -- sealed, JSON; null: no report was made of this week
    missing    text CHECK (missing IN ('late', 'paused')),
    told_at    timestamptz,             -- when the person was told that it is there; null: not yet
    told_by    text[] NOT NULL DEFAULT '{}',   -- the kinds of channels
    UNIQUE (patient_no, week),
    CHECK ((content IS NULL) = (missing IS NOT NULL))
);
CREATE INDEX ON weekly_report (patient_no, no);
CREATE INDEX weekly_report_untold ON weekly_report (no) WHERE told_at IS NULL AND content IS NOT NULL;

ALTER TABLE weekly_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON weekly_report TO homeward_engine USING (true) WITH CHECK (true);
CREATE POLICY api_sees ON weekly_report FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[]));
-- The program itself makes them, in nobody's name.
CREATE POLICY api_makes ON weekly_report FOR INSERT TO homeward_api
    WITH CHECK (acting_user() IS NULL AND acting_role() = 'admin');
GRANT SELECT, INSERT ON weekly_report TO homeward_api;
GRANT SELECT, INSERT ON weekly_report TO homeward_engine;
GRANT UPDATE (told_at, told_by) ON weekly_report TO homeward_engine;

-- It leaves with the record, beside what clinicians wrote.
CREATE OR REPLACE FUNCTION notes_of(patient_number integer, before_time timestamptz, before_id uuid, most integer)
RETURNS TABLE (id uuid, patient_no integer, kind text, note text, written_at timestamptz, written_by uuid,
               written_by_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.patient_no, w.kind, w.note, w.written_at, w.written_by,
           coalesce(nullif(u.display_name, ''), u.username)
      FROM (SELECT n.id, n.patient_no, n.kind, n.text AS note, n.written_at, n.written_by FROM patient_note n
            UNION ALL
            SELECT c.id, c.patient_no, 'consultation', c.notes, c.signed_at, c.signed_by FROM consultation c
             WHERE c.signed_at IS NOT NULL AND c.notes IS NOT NULL
            UNION ALL
            SELECT r.id, r.patient_no, 'weekly_report', r.content, r.made_at, NULL FROM weekly_report r
             WHERE r.content IS NOT NULL) w
      LEFT JOIN app_user u ON u.id = w.written_by
     WHERE w.patient_no = patient_number AND patient_number = ANY (visible_patients())
       AND (before_time IS NULL OR (w.written_at, w.id) < (before_time, before_id))
     ORDER BY w.written_at DESC, w.id DESC LIMIT most
$$;
CREATE OR REPLACE FUNCTION note_owner(note_id uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.patient_no FROM (
        SELECT n.patient_no FROM patient_note n WHERE n.id = note_id
        UNION ALL
        SELECT c.patient_no FROM consultation c
         WHERE c.id = note_id AND c.signed_at IS NOT NULL AND c.notes IS NOT NULL
        UNION ALL
        SELECT r.patient_no FROM weekly_report r WHERE r.id = note_id AND r.content IS NOT NULL) o
     WHERE o.patient_no = ANY (visible_patients())
$$;

-- It goes with the person's messages when they are over.
DO $do$
DECLARE
    stands text := pg_get_functiondef('retention_parts_of_records(text)'::regprocedure);
    first constant text := $$('images', 1, 'imaging_report'$$;
BEGIN
    IF position(first IN stands) = 0 THEN
        RAISE EXCEPTION 'retention_parts_of_records() does not tell images apart';
    END IF;
    EXECUTE replace(stands, first,
        $$('messages', 9, 'weekly_report', 't.id', 't.patient_no = ANY ($1) AND t.made_at < $2'), $$ || first);
END $do$;
