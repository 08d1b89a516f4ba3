-- A patient reads a study of theirs, and what was found in it, once a doctor has released it, or from the first on
-- where the site says so. Studies from before stay as open to their patients as they were.
ALTER TABLE imaging_study ADD COLUMN released_at timestamptz, ADD COLUMN released_by uuid REFERENCES app_user;
UPDATE imaging_study SET released_at = added_at;

DROP POLICY api_sees ON imaging_study;
CREATE POLICY api_sees ON imaging_study FOR SELECT TO homeward_api
    USING ((acting_role() <> 'patient' OR released_at IS NOT NULL)
           AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_releases ON imaging_study FOR UPDATE TO homeward_api
    USING (acting_role() = 'doctor' AND patient_no = ANY ((SELECT visible_patients())::integer[]));
DROP POLICY api_sees ON imaging_report;
CREATE POLICY api_sees ON imaging_report FOR SELECT TO homeward_api
    USING (patient_no = ANY ((SELECT visible_patients())::integer[])
           AND (acting_role() <> 'patient' OR EXISTS (SELECT FROM imaging_study s WHERE s.uid = study_uid)));
