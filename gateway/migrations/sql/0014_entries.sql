-- What a person entered and the gateway cannot store waits no more, and says why.
ALTER TABLE lane_input ADD COLUMN refused text;   -- why; null: it is folded, or waits
DROP INDEX lane_input_waiting;
CREATE INDEX lane_input_waiting ON lane_input (bucket, id) WHERE folded_as IS NULL AND refused IS NULL;
