-- Devices are told, in words on them, that what they measure is taken no more: who took a consent to monitoring
-- back may have a device on the wrist that goes on measuring for nobody.

CREATE FUNCTION tell_devices_of_withdrawal(patient_number integer, at_time timestamptz, until_time timestamptz, said text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE told integer;
BEGIN
    IF patient_number <> ALL (visible_patients()) OR NOT EXISTS (
        SELECT FROM consent c WHERE c.patient_no = patient_number AND c.scope = 'monitoring'
           AND c.withdrawn_at = at_time AND c.withdrawn_by = acting_user()) THEN
        RETURN 0;
    END IF;
    INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at, issued_by)
    SELECT d.no, p.bucket, 'message', jsonb_build_object('text', said), at_time, until_time, at_time, acting_user()
      FROM device d JOIN patient p ON p.no = d.patient_no
     WHERE d.patient_no = patient_number AND d.state = 'enrolled' AND d.bound_to >= at_time;
    GET DIAGNOSTICS told = ROW_COUNT;
    PERFORM pg_notify('homeward_inbox', 'command');
    RETURN told;
END $$;
REVOKE ALL ON FUNCTION tell_devices_of_withdrawal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tell_devices_of_withdrawal TO homeward_api;
