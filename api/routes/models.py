"""The models in use: versions, what each was made from, and how good it has been over time."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from analytics.studies.disease_risk import DIABETES
from api.errors import NotFoundError
from api.forms.paging import Cursor, Page, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.store import disease_models, models
from api.store.timestamps import rfc3339
from api.store.types import Row

router = APIRouter(tags=["models"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])
Limit = Annotated[int, Query(ge=1, le=500)]
_RISK = "risk"
_MOST_COURSE = 500
_FIGURES = (
    "examples",
    "positives",
    "auroc",
    "auroc_news2",
    "brier",
    "drifts",
    "champion",
    "proven",
    "why",
)


class Model(BaseModel):
    """One version. ``proven``: on people here; ``card``: what it was made from, where it has one.

    ``validation`` (of one version alone): its figures and those of the versions before it, oldest
    first, each judged on examples before they were learnt from.
    """

    id: str
    kind: str
    version: int
    made_at: datetime | None
    in_force: bool
    proven: bool | None = None
    card: Any = None
    report: dict[str, Any]
    validation: list[dict[str, Any]] | None = None


@router.get("/models")
async def list_models(work: Work, cursor: Cursor = None, limit: Limit = 50) -> Page[Model]:
    """List the versions of the risk model, newest first, and those of the disease models."""
    after = read_cursor(cursor, int)
    before = None if after is None else int(str(after[0]))
    newest = await models.newest(work.conn)
    force = newest["version"] if newest else None
    found = await models.versions(work.conn, before, limit + 1)
    rows, following = cut(found, limit, lambda row: (row["version"],))
    items = [_risk(row, force) for row in rows]
    if before is None:
        items += await _diseases(work)
    work.note("models.list", versions=len(items))
    return Page(items=items, next=following)


@router.get("/models/{model_id}")
async def read_model(
    work: Work, model_id: Annotated[str, Path(pattern=r"^(risk|diabetes)-\d{1,9}$")]
) -> Model:
    """Read one version with its validation over time."""
    kind, _, number = model_id.partition("-")
    work.note("models.read", model=model_id)
    if kind == DIABETES:
        found = [one for one in await _diseases(work) if one.id == model_id]
        if not found:
            raise NotFoundError
        return found[0]
    version = int(number)
    rows = await models.versions(work.conn, version + 1, _MOST_COURSE)
    if not rows or rows[0]["version"] != version:
        raise NotFoundError
    newest = await models.newest(work.conn)
    told = _risk(rows[0], newest["version"] if newest else None)
    told.validation = [_figures(row) for row in reversed(rows)]
    return told


def _risk(row: Row, force: int | None) -> Model:
    report = dict(row["report"])
    return Model(
        id=f"{_RISK}-{row['version']}",
        kind=_RISK,
        version=row["version"],
        made_at=row["made_at"],
        in_force=row["version"] == force,
        proven=bool(report.get("proven")),
        card=report.pop("card", None),
        report=report,
    )


def _figures(row: Row) -> dict[str, Any]:
    report = row["report"]
    return {
        "id": f"{_RISK}-{row['version']}",
        "made_at": rfc3339(row["made_at"]),
        **{name: report.get(name) for name in _FIGURES},
        "proof": report.get("proof"),
    }


async def _diseases(work: UnitOfWork) -> list[Model]:
    rows = await disease_models.versions(work.conn, DIABETES, _MOST_COURSE)
    return [
        Model(
            id=f"{DIABETES}-{row['version']}",
            kind=DIABETES,
            version=row["version"],
            made_at=row["made_at"],
            in_force=not at,
            card=row["cards"],
            report={},
        )
        for at, row in enumerate(rows)
    ]
