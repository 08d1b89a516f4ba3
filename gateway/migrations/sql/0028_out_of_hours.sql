-- Notices to a ward's out-of-hours contact: somebody without an account, who is addressed as the
-- ward's settings say when the notice is sent.

ALTER TABLE notice ADD COLUMN contact boolean NOT NULL DEFAULT false;
ALTER TABLE notice DROP CONSTRAINT notice_check;
ALTER TABLE notice ADD CONSTRAINT notice_is_for_one
    CHECK (num_nonnulls(user_id, webhook_id) + contact::integer = 1);
CREATE INDEX notice_contact ON notice (ward, kind, called_at DESC) WHERE contact;
