"""Versions that ``homeward train --store`` puts into a ward's database, as its owner."""

import json

import psycopg
from psycopg.types.json import Jsonb

from analytics.risk.warm import Warm
from analytics.studies.disease_risk import DiseaseModels
from analytics.studies.disease_risk import encode as encode_disease
from api.store.connections import address

_NEXT_DISEASE = """
    INSERT INTO disease_model (disease, version, state)
    SELECT %(disease)s, coalesce(max(version), 0) + 1, %(state)s
      FROM disease_model WHERE disease = %(disease)s
    RETURNING version
"""


def store_disease(url: str, models: DiseaseModels) -> str:
    """Add a version of disease models; return its name."""
    state = Jsonb(json.loads(encode_disease(models)))
    with psycopg.connect(address(url)) as connection:
        row = connection.execute(
            _NEXT_DISEASE, {"disease": models.disease, "state": state}
        ).fetchone()
    return f"{models.disease}-{row[0] if row else 0}"


def store_risk(url: str, warm: Warm) -> str:
    """Add a warm version of the risk model as the next, in force from the next reading on."""
    with psycopg.connect(address(url)) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(7412, 1)")
        row = connection.execute(
            "SELECT coalesce(max(version), 0) FROM population_model"
        ).fetchone()
        model = warm.version((row[0] if row else 0) + 1)
        report = model.report() | {"card": warm.card_json()}
        connection.execute(
            "INSERT INTO population_model (version, made_at, state, report)"
            " VALUES (%s, now(), %s, %s)",
            (model.version, model.snapshot(), Jsonb(report)),
        )
    return model.name
