"""The probability of a disease from a patient's record and what is known beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from analytics.studies import disease_risk
from api.errors import InvalidError, NotFoundError
from api.http.deps import UnitOfWork, Work
from api.store import disease_models, patients, readings
from api.store.timestamps import ms_of
from api.vault import personal_data

router = APIRouter(tags=["readings"])

_ADULT = 18
_YEAR_DAYS = 365.2425
_RECENT_DAYS = 92.0
"""A reading of the record counts for so long (proposed)."""
_GLUCOSE = {"mg/dL": 1.0, "mmol/L": 18.016}
_CHOLESTEROL = {"mg/dL": 1.0, "mmol/L": 38.67}
_UNITS: Mapping[str, Mapping[str, float]] = {
    "age": {"a": 1.0, "years": 1.0},
    "sbp": {"mm[Hg]": 1.0, "mmHg": 1.0, "kPa": 7.50062},
    "glucose": _GLUCOSE,
    "cholesterol": _CHOLESTEROL,
    "hdl": _CHOLESTEROL,
    "bmi": {"kg/m2": 1.0},
}
_RANGES: Mapping[str, tuple[float, float]] = {
    "age": (_ADULT, 120),
    "sbp": (50, 260),
    "glucose": (20, 1000),
    "cholesterol": (50, 700),
    "hdl": (5, 200),
    "bmi": (10, 90),
}
"""What may be a value, in the first unit of each (proposed; pressure as for readings)."""


class Quantity(BaseModel):
    """A number with its unit, as UCUM writes it."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[float, Field(strict=True, allow_inf_nan=False)]
    unit: Annotated[str, Field(min_length=1, max_length=16)]


class DiseaseRiskQuery(BaseModel):
    """What is asked for; what is left out is taken from the record, or is missing."""

    model_config = ConfigDict(extra="forbid")

    disease: Literal["diabetes"]
    age: Quantity | None = None
    sex: Literal["female", "male"] | None = None
    sbp: Quantity | None = None
    glucose: Quantity | None = None
    cholesterol: Quantity | None = None
    hdl: Quantity | None = None
    bmi: Quantity | None = None


class DiseaseRisk(BaseModel):
    """A calibrated probability with its interval; not a diagnosis.

    ``used`` tells each value that counted, in the model's unit, and whether it was given or is the
    record's. ``outcome`` is what the probability is of.
    """

    disease: str
    outcome: str
    probability: float
    ci95: Annotated[list[float], Field(min_length=2, max_length=2)]
    drivers: list[dict[str, Any]]
    missing: list[str]
    used: dict[str, dict[str, Any]]
    model: str
    caution: str


@router.post("/patients/{patient_id}/disease-risk")
async def assess_disease_risk(work: Work, patient_id: UUID, body: DiseaseRiskQuery) -> DiseaseRisk:
    """Tell how likely a disease is, from what is given and what the record knows.

    Nothing that is given is stored. Values outside what can be are refused with the field's name.
    """
    number = await patients.number(work.conn, patient_id)
    if number is None:
        raise NotFoundError
    given = _given(body)
    used = await _recorded(work, number) | {
        name: {"value": value, "source": "given"} for name, value in given.items()
    }
    age = used.get("age")
    if age is not None and age["value"] < _ADULT:
        raise InvalidError("age", f"must be {_ADULT} or more: the models are of adults")
    version, models = await disease_models.newest(work.conn, body.disease)
    known = {name: float(one["value"]) for name, one in used.items()}
    answer = disease_risk.assess(models, known)
    chosen = disease_risk.choose(models, known)
    wanted = {column.name for column in chosen.columns}
    work.note("disease_risk.read", number, disease=body.disease, version=version)
    return DiseaseRisk(
        disease=body.disease,
        outcome=answer.outcome,
        probability=answer.probability,
        ci95=list(answer.ci95),
        drivers=[
            {"what": one.what, "size": one.size, "direction": one.direction}
            for one in answer.drivers
        ],
        missing=list(answer.missing),
        used={name: one for name, one in used.items() if name in wanted},
        model=f"{body.disease}-{version}",
        caution=chosen.card.caution,
    )


def _given(body: DiseaseRiskQuery) -> dict[str, float]:
    """Return what was given in the models' units.

    Raises:
        InvalidError: for a unit that is not known, or a value that cannot be.
    """
    found: dict[str, float] = {}
    for name, units in _UNITS.items():
        quantity: Quantity | None = getattr(body, name)
        if quantity is None:
            continue
        if quantity.unit not in units:
            raise InvalidError(f"{name}.unit", f"must be one of {', '.join(units)}")
        value = quantity.value * units[quantity.unit]
        low, high = _RANGES[name]
        if not low <= value <= high:
            raise InvalidError(
                f"{name}.value", f"must be between {low:g} and {high:g} {next(iter(units))}"
            )
        found[name] = round(value, 4)
    if body.sex is not None:
        found["sex"] = float(body.sex == "male")
    return found


async def _recorded(work: UnitOfWork, number: int) -> dict[str, dict[str, Any]]:
    """Return what the record knows: age, sex, newest good pressure and glucose."""
    found: dict[str, dict[str, Any]] = {}
    (row,) = await patients.of_numbers(work.conn, [number])
    personal = personal_data.open_personal(work.services.vault, row)
    if personal is not None and personal.birth_date is not None:
        days = (work.now.date() - personal.birth_date).days
        found["age"] = {"value": int(days / _YEAR_DAYS), "source": "record"}
    if row["sex"] in {"female", "male"}:
        found["sex"] = {"value": float(row["sex"] == "male"), "source": "record"}
    latest = await readings.latest(work.conn, number)
    for name in ("sbp", "glucose"):
        one = ((latest or {}).get("latest") or {}).get(name)
        if (
            one
            and one.get("q") in {"ok", "manual"}
            and _days_old(work.now, one["t"]) <= _RECENT_DAYS
        ):
            low, high = _RANGES[name]
            if low <= one["v"] <= high:
                found[name] = {"value": one["v"], "source": "record", "measured_ms": one["t"]}
    return found


def _days_old(now: datetime, t_ms: int) -> float:
    return (ms_of(now) - t_ms) / 86_400_000
