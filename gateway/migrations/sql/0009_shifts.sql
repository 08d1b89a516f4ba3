-- One person is on the rota once at a time. A shift that is taken off stays, so that it can be put
-- back and the rota of a past night can be read; absence ends a shift early and says why.

ALTER TABLE shift
    ADD COLUMN removed_at     timestamptz,   -- taken off the rota; ward time, null: it stands
    ADD COLUMN removed_by     uuid REFERENCES app_user,
    ADD COLUMN absent_from    timestamptz,   -- the person is not there from then on
    ADD COLUMN absence_reason text,
    ADD COLUMN absent_by      uuid REFERENCES app_user,
    ADD CHECK (absent_from >= start AND absent_from < "end");

-- When the person is there by this shift: the one definition that everything asks. Null: never.
ALTER TABLE shift ADD COLUMN works tstzrange GENERATED ALWAYS AS (
    CASE WHEN removed_at IS NULL THEN tstzrange(start, coalesce(absent_from, "end")) END) STORED;

-- Shifts that overlap were taken before: those that hang together become the first of them.
CREATE TEMPORARY TABLE joined ON COMMIT DROP AS
    WITH marked AS (
        SELECT *, start < max("end") OVER earlier AS goes_on FROM shift
        WINDOW earlier AS (PARTITION BY doctor_id ORDER BY start, "end" DESC, id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ), numbered AS (
        SELECT *, count(*) FILTER (WHERE goes_on IS NOT TRUE)
                      OVER (PARTITION BY doctor_id ORDER BY start, "end" DESC, id) AS island
          FROM marked
    )
    SELECT id, first_value(id) OVER whole AS stays, max("end") OVER whole AS until
      FROM numbered
    WINDOW whole AS (PARTITION BY doctor_id, island ORDER BY start, "end" DESC, id
                     ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING);
DELETE FROM shift s USING joined j WHERE s.id = j.id AND j.id <> j.stays;
UPDATE shift s SET "end" = j.until FROM joined j WHERE s.id = j.id AND j.id = j.stays AND s."end" < j.until;

-- A range of one uuid has a GiST operator class of its own; btree_gist need not be installed.
CREATE TYPE uuidrange AS RANGE (subtype = uuid);
ALTER TABLE shift ADD CONSTRAINT shift_one_at_a_time
    EXCLUDE USING gist (uuidrange(doctor_id, doctor_id, '[]') WITH =, works WITH &&);

ALTER TABLE doctor ADD COLUMN phone text;   -- where somebody who is not on shift can be called

REVOKE DELETE ON shift FROM homeward_api;

-- Who is there has changed: open alerts are addressed anew at once, a new plan follows.
CREATE FUNCTION wake_duty() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('homeward_duty', TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE TRIGGER shift_wakes_duty AFTER INSERT OR UPDATE OR DELETE ON shift
    FOR EACH ROW EXECUTE FUNCTION wake_duty('shift');
REVOKE EXECUTE ON FUNCTION wake_duty() FROM PUBLIC;
