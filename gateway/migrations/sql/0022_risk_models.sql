-- What each model said of an example before it learnt from it: champion and challengers are judged
-- on the same examples, and the interval is by person.
ALTER TABLE risk_example ADD COLUMN said jsonb;
