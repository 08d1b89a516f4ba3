-- Who is alive among the gateway's workers, also one that serves no group yet: by it each works out
-- its share of the groups. The columns "home" and "wanted_by" of gateway_worker belonged to the
-- division by settings before it; a worker of that release may still run beside this one.
CREATE TABLE gateway_member (
    worker      uuid PRIMARY KEY,
    backend_pid integer NOT NULL,                -- of the connection that commits
    beat        timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_member TO homeward_gateway;
