-- A coordinator has a refused message tried again, once what was in its way is mended; the HL7 program does it.
ALTER TABLE hl7_refused
    ADD COLUMN retry_asked_at timestamptz,                    -- ward time; null: nobody has asked
    ADD COLUMN retry_asked_by uuid REFERENCES app_user;
CREATE INDEX hl7_to_retry ON hl7_refused (retry_asked_at) WHERE retry_asked_at IS NOT NULL;
