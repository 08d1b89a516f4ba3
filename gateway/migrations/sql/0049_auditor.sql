-- Who reads the log and nothing else: sees no patient by any rule of row-level security.
ALTER TABLE app_user DROP CONSTRAINT app_user_role_check;
ALTER TABLE app_user ADD CONSTRAINT app_user_role_check
    CHECK (role IN ('patient', 'doctor', 'nurse', 'coordinator', 'admin', 'auditor', 'machine'));
CREATE INDEX audit_actors ON audit (actor, id);
CREATE INDEX audit_actions ON audit (action, id);
