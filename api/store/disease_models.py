"""SQL of the versions of disease models; the shipped one counts before any was trained here."""

from datetime import datetime
from typing import Any

from analytics.studies import disease_risk
from analytics.studies.disease_risk import DiseaseModels
from api.store.types import Conn, Row

SHIPPED = 0


async def newest(conn: Conn, disease: str) -> tuple[int, DiseaseModels]:
    """Return number and models of the newest version of a disease."""
    cursor = await conn.execute(
        "SELECT version, state FROM disease_model WHERE disease = %s ORDER BY version DESC LIMIT 1",
        (disease,),
    )
    row = await cursor.fetchone()
    if row is None:
        return SHIPPED, disease_risk.shipped()
    return row["version"], disease_risk.of_row(row["state"])


async def versions(conn: Conn, disease: str, limit: int) -> list[Row]:
    """Return the versions of a disease, newest first, the shipped one last."""
    cursor = await conn.execute(
        "SELECT version, made_at, state FROM disease_model WHERE disease = %s"
        " ORDER BY version DESC LIMIT %s",
        (disease, limit),
    )
    found = [(row["version"], row["made_at"], row["state"]) for row in await cursor.fetchall()]
    shipped = disease_risk.shipped()
    told = [*((v, at, disease_risk.of_row(state)) for v, at, state in found), (0, None, shipped)]
    return [_told(*one) for one in told]


def _told(version: int, made_at: datetime | None, models: DiseaseModels) -> dict[str, Any]:
    return {
        "version": version,
        "made_at": made_at,
        "cards": [
            {
                "outcome": model.card.outcome,
                "data": model.card.data,
                "licence": model.card.licence,
                "sha256": model.card.sha256,
                "people": model.card.people,
                "events": model.card.events,
                "auroc": model.card.auroc,
                "auroc_ci95": list(model.card.auroc_ci95),
                "brier": model.card.brier,
                "brier_base": model.card.brier_base,
                "slope": model.card.slope,
                "ece": model.card.ece,
                "caution": model.card.caution,
                "asks_for": [column.name for column in model.columns],
            }
            for model in models.models
        ],
    }
