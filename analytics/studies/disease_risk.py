"""The probability of a disease from what is in a record: calibrated, with interval and reasons.

The article that this case comes from adds 0.5 + 0.1 x age + 0.2 x pressure + ... and calls the sum
a risk: it has no unit and no scale. Here it is a logistic model with smooth curves, learnt from
real people. What is missing is filled from what is known (a normal distribution of the columns) and
widens the interval, never the confidence. A model is a record of plain numbers and its card.

Two models answer: one with glucose, one without. Not a diagnosis, and no medical device.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FILE = Path(__file__).with_name("diabetes.json")
DRAWS = 240
SEED = 3
NARROWEST = 1e-3
LEAST_DRIVER = 0.05
DIABETES = "diabetes"


class Column(Struct, frozen=True, kw_only=True):
    """One thing that is known of a person.

    Attributes:
        name: of the field; unit: its unit (UCUM).
        label: for people.
        log: whether its logarithm is used.
        mean, sd: of that, among the people learnt from.
        knots: where its curve may bend, in standard deviations; fewer than three: a straight line.
    """

    name: str
    unit: str
    label: str
    log: bool
    mean: float
    sd: float
    knots: tuple[float, ...]

    def scaled(self, value: float) -> float:
        """Return a value in standard deviations from the mean."""
        known = np.log(max(value, 1e-9)) if self.log else value
        return float((known - self.mean) / self.sd)


class DiseaseModelCard(Struct, frozen=True, kw_only=True):
    """What a model was made from, and how good it was on people left out of the fit."""

    outcome: str
    data: str
    licence: str
    sha256: str
    people: int
    events: int
    auroc: float
    auroc_ci95: tuple[float, float]
    brier: float
    brier_base: float
    slope: float
    ece: float
    caution: str


class DiseaseModel(Struct, frozen=True, kw_only=True):
    """One logistic model as plain numbers.

    Attributes:
        columns: in order.
        covariance: of the scaled columns.
        weights: of the curves' terms, in order, after the intercept.
        draws: the same, of models learnt from people drawn with replacement.
        centre: mean of each column's part in the log-odds.
    """

    card: DiseaseModelCard
    columns: tuple[Column, ...]
    covariance: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]
    draws: tuple[tuple[float, ...], ...]
    centre: tuple[float, ...]


class DiseaseModels(Struct, frozen=True, kw_only=True):
    """A version: the models of one disease, the one that asks for most first."""

    disease: str
    models: tuple[DiseaseModel, ...]


class Driver(Struct, frozen=True, kw_only=True):
    """One reason: what, its size in log-odds against the average person, and its direction."""

    what: str
    size: float
    direction: str


class DiseaseRiskAnswer(Struct, frozen=True, kw_only=True):
    """A probability with its 95 % interval, its reasons, and what was not known."""

    probability: float
    ci95: tuple[float, float]
    drivers: tuple[Driver, ...]
    missing: tuple[str, ...]
    outcome: str


def terms(scaled: Floats, knots: tuple[float, ...]) -> Floats:
    """Return the terms of a column's curve: straight at both ends (Harrell's restricted cubic).

    Args:
        scaled: (rows,) in standard deviations.
        knots: where it may bend; fewer than three: one term, a straight line.
    """
    columns = [scaled]
    if len(knots) > 2:  # noqa: PLR2004 - a curve needs three knots
        first, last, before = knots[0], knots[-1], knots[-2]
        for knot in knots[:-2]:
            cubic = np.maximum(scaled - knot, 0) ** 3
            cubic -= np.maximum(scaled - before, 0) ** 3 * (last - knot) / (last - before)
            cubic += np.maximum(scaled - last, 0) ** 3 * (before - knot) / (last - before)
            columns.append(cubic / (last - first) ** 2)
    return np.column_stack(columns)


def design(columns: tuple[Column, ...], scaled: Floats) -> Floats:
    """Return the terms of all columns, (rows, terms)."""
    parts = [terms(scaled[:, at], column.knots) for at, column in enumerate(columns)]
    return np.hstack(parts)


def filled(covariance: Floats, scaled: Floats) -> tuple[Floats, Floats]:
    """Return a row with what is missing at its expected value, and the covariance of that.

    Args:
        covariance: of the scaled columns.
        scaled: (columns,), NaN where unknown.
    """
    gone = np.isnan(scaled)
    row = np.where(gone, 0.0, scaled)
    if not gone.any():
        return row, np.zeros((0, 0))
    if gone.all():
        return row, covariance
    known = covariance[np.ix_(~gone, ~gone)]
    cross = np.linalg.solve(known, covariance[np.ix_(~gone, gone)])
    row[gone] = scaled[~gone] @ cross
    return row, covariance[np.ix_(gone, gone)] - covariance[np.ix_(gone, ~gone)] @ cross


def _sigmoid(logit: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -30, 30))))


def probabilities(model: DiseaseModel, rows: Floats) -> Floats:
    """Return the probability for each row of the model's columns, NaN where unknown."""
    covariance = np.array(model.covariance)
    scaled = np.array([_scaled(model, row) for row in rows])
    whole = np.array([filled(covariance, row)[0] for row in scaled])
    terms_of = design(model.columns, whole)
    weights = np.array(model.weights)
    return _sigmoid(terms_of @ weights[1:] + weights[0])


def _scaled(model: DiseaseModel, row: Floats) -> Floats:
    pairs = zip(model.columns, row, strict=True)
    return np.array([np.nan if np.isnan(v) else column.scaled(float(v)) for column, v in pairs])


def choose(version: DiseaseModels, known: Mapping[str, float]) -> DiseaseModel:
    """Return the model to ask: one with glucose if that is known, else one without."""
    for model in version.models:
        if "glucose" not in {column.name for column in model.columns} or "glucose" in known:
            return model
    return version.models[-1]


def assess(version: DiseaseModels, known: Mapping[str, float]) -> DiseaseRiskAnswer:
    """Return what a version says of a person.

    Args:
        version: of the disease.
        known: by column name, in the column's unit; what is not there is missing.
    """
    model = choose(version, known)
    row = np.array([known.get(column.name, np.nan) for column in model.columns])
    scaled = _scaled(model, row)
    whole, spread = filled(np.array(model.covariance), scaled)
    gone = np.isnan(scaled)
    chance = np.random.default_rng(SEED)
    people = np.repeat(whole[None, :], DRAWS, axis=0)
    if gone.any():
        root = np.linalg.cholesky(spread + 1e-9 * np.eye(len(spread)))
        people[:, gone] += chance.standard_normal((DRAWS, int(gone.sum()))) @ root.T
    asked = design(model.columns, people)
    weights = np.array(model.weights)
    mean = float(_sigmoid(asked @ weights[1:] + weights[0]).mean())
    drawn = np.array([model.draws[at % len(model.draws)] for at in range(DRAWS)])
    said = _sigmoid((asked * drawn[:, 1:]).sum(axis=1) + drawn[:, 0])
    low, high = np.percentile(said, (2.5, 97.5))
    return DiseaseRiskAnswer(
        probability=round(mean, 4),
        ci95=(
            round(float(min(low, mean - NARROWEST, 1.0)), 4) if mean > NARROWEST else 0.0,
            round(float(max(high, mean)), 4),
        ),
        drivers=_drivers(model, whole, gone),
        missing=tuple(c.name for c, lost in zip(model.columns, gone, strict=True) if lost),
        outcome=model.card.outcome,
    )


def _drivers(model: DiseaseModel, whole: Floats, gone: NDArray[np.bool_]) -> tuple[Driver, ...]:
    found: list[Driver] = []
    at = 1
    for number, column in enumerate(model.columns):
        own = terms(whole[number : number + 1], column.knots)[0]
        size = float(own @ np.array(model.weights[at : at + len(own)])) - model.centre[number]
        at += len(own)
        if not gone[number] and abs(size) >= LEAST_DRIVER:
            found.append(
                Driver(
                    what=_words(column, float(whole[number])),
                    size=round(size, 3),
                    direction="+" if size > 0 else "-",
                )
            )
    return tuple(sorted(found, key=lambda one: -abs(one.size)))


def _words(column: Column, scaled: float) -> str:
    if column.name == "sex":
        return "male" if scaled > 0 else "female"
    side = "above" if scaled > 0 else "below"
    return f"{column.label} {side} the average of the people learnt from"


def encode(version: DiseaseModels) -> bytes:
    """Return a version as it is shipped and stored: readable, in a fixed order."""
    return msgspec.json.format(msgspec.json.encode(version), indent=1) + b"\n"


def decode(data: bytes | str) -> DiseaseModels:
    """Return the version that :func:`encode` wrote."""
    return msgspec.json.decode(data, type=DiseaseModels)


def of_row(state: Any) -> DiseaseModels:  # noqa: ANN401 - JSON of the database
    """Return a version from the JSON that is stored."""
    return msgspec.convert(state, type=DiseaseModels)


@lru_cache(maxsize=1)
def shipped() -> DiseaseModels:
    """Return the version that this program brings."""
    return decode(FILE.read_bytes())
