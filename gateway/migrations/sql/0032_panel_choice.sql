-- How somebody has chosen to see the panel: columns, order, filter. Nothing about any patient.
CREATE TABLE panel_choice (
    user_id    uuid PRIMARY KEY REFERENCES app_user,
    columns    text[],
    sort       text,
    show       text,
    changed_at timestamptz NOT NULL
);
ALTER TABLE panel_choice ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_own ON panel_choice TO homeward_api
    USING (user_id = acting_user()) WITH CHECK (user_id = acting_user());
GRANT SELECT, INSERT, UPDATE ON panel_choice TO homeward_api;
