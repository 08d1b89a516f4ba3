-- Refused readings are few among many frames: found without walking the others.
CREATE INDEX signed_frame_refused ON signed_frame (patient_no, time DESC, frame_id DESC)
    WHERE refused IS NOT NULL;
CREATE INDEX signed_frame_refused_newest ON signed_frame (time DESC, frame_id DESC)
    WHERE refused IS NOT NULL;
