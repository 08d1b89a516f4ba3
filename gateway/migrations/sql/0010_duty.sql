-- Whose the patient was by the plan when the alert was addressed last: it follows the plan when
-- that changes, and is not taken from the second person called while it does not.
ALTER TABLE episode ADD COLUMN planned_id uuid REFERENCES doctor;
UPDATE episode e SET planned_id = a.doctor_id FROM assignment a
 WHERE a.patient_no = e.patient_no AND e.state IN ('open', 'acknowledged');
