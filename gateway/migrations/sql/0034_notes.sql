-- What people write about a patient beside the readings: notes, and the statements that a chart's banner
-- shows, of which the newest holds. Nothing is written over: who said what when stays.
CREATE TABLE patient_note (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_no integer NOT NULL REFERENCES patient (no),
    kind       text NOT NULL CHECK (kind IN ('note', 'allergies', 'oxygen_prescription', 'escalation_status')),
    written_at timestamptz NOT NULL,     -- ward time
    written_by uuid NOT NULL REFERENCES app_user,
    text       text NOT NULL             -- sealed with the patient's own key
);
CREATE INDEX ON patient_note (patient_no, written_at);
ALTER TABLE patient_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_sees ON patient_note FOR SELECT TO homeward_api
    USING (acting_role() <> 'patient' AND patient_no = ANY ((SELECT visible_patients())::integer[]));
CREATE POLICY api_adds ON patient_note FOR INSERT TO homeward_api
    WITH CHECK (written_by = acting_user() AND acting_role() <> 'patient'
                AND patient_no = ANY ((SELECT visible_patients())::integer[]));
GRANT SELECT, INSERT ON patient_note TO homeward_api;

-- Who cares for a patient may ask for a measurement and send advice; the rest of a device is the coordinator's.
CREATE POLICY api_asks ON command FOR INSERT TO homeward_api
    WITH CHECK (command IN ('measure', 'message') AND issued_by = acting_user()
                AND acting_role() IN ('doctor', 'nurse')
                AND EXISTS (SELECT FROM device d WHERE d.no = device_no));
