-- Versions of disease models: plain numbers and the card of each. The program brings one as
-- version 0; `homeward train diabetes --store` adds the next.
CREATE TABLE disease_model (
    disease text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    made_at timestamptz NOT NULL DEFAULT now(),
    state   jsonb NOT NULL,
    PRIMARY KEY (disease, version)
);
GRANT SELECT ON disease_model TO homeward_api;
