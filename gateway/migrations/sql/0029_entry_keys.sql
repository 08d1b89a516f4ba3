-- An entry that is sent again because its answer was lost is one entry: who sends it names it.
-- `source` is what the sender told of where it comes from, sealed under the patient's key.
ALTER TABLE lane_input ADD COLUMN entry_key bytea, ADD COLUMN source text;
CREATE UNIQUE INDEX lane_input_entry_key ON lane_input (patient_no, entry_key)
    WHERE entry_key IS NOT NULL;
