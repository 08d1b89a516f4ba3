"""Training the models of diabetes from open tables of people, and judging them by people left out.

NHANES 2011-2012 (public domain) says who was told of diabetes, without glucose; the Vanderbilt
table (Schorling; free with acknowledgement to Vanderbilt Biostatistics) has glucose and HbA1c.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it ships no types

from analytics.risk import proof
from analytics.studies import datasets
from analytics.studies.diabetes import Table
from analytics.studies.disease_risk import (
    DIABETES,
    Column,
    DiseaseModel,
    DiseaseModelCard,
    DiseaseModels,
    Floats,
    design,
    filled,
    probabilities,
    terms,
)

MG_DL_OF_CHOLESTEROL = 38.67
BMI_OF_POUNDS_AND_INCHES = 703.07
FOLDS, SEED, DRAWS, DIGITS = 5, 11, 60, 6
QUANTILES = (0.05, 0.35, 0.65, 0.95)
"""Where a curve may bend (Harrell)."""
CAUTION = "A screening figure of one survey's people; not a diagnosis. Confirm by laboratory."


class TableRecipe(NamedTuple):
    """How a table's people become columns, and how strongly a weight is held to zero.

    Attributes:
        fields: (name, unit, label, log, curved, strength): a larger strength is held less.
        penalty: inverse of the penalty (C).
    """

    outcome: str
    data: str
    licence: str
    fields: tuple[tuple[str, str, str, bool, bool, float], ...]
    penalty: float


_AGE = ("age", "a", "age", False, True, 1.0)
_SEX = ("sex", "1", "sex", False, False, 1.0)
_SBP = ("sbp", "mm[Hg]", "systolic pressure", False, True, 1.0)
_BMI = ("bmi", "kg/m2", "body mass index", True, True, 1.0)
_CHOLESTEROL = ("cholesterol", "mg/dL", "cholesterol", False, True, 1.0)
_HDL = ("hdl", "mg/dL", "HDL cholesterol", True, True, 1.0)
_GLUCOSE = ("glucose", "mg/dL", "glucose", True, False, 3.0)
NHANES = TableRecipe(
    outcome="diagnosed diabetes",
    data="NHANES 2011-2012, adults",
    licence="public domain (US National Center for Health Statistics)",
    fields=(_AGE, _SEX, _SBP, _BMI, _CHOLESTEROL, _HDL),
    penalty=1.0,
)
VANDERBILT = TableRecipe(
    outcome="HbA1c of 6.5 % or more",
    data="Schorling's survey, Virginia; Vanderbilt Biostatistics",
    licence="free to use with acknowledgement to the Vanderbilt Department of Biostatistics",
    fields=tuple(
        (name, unit, label, log or name == "cholesterol", False, strength)
        for name, unit, label, log, _, strength in (
            _GLUCOSE,
            _AGE,
            _SEX,
            _SBP,
            _BMI,
            _CHOLESTEROL,
            _HDL,
        )
    ),
    penalty=0.1,
)


def rows_of(table: Table, recipe: TableRecipe) -> Floats:
    """Return a table's people in the recipe's columns and units, NaN where unknown."""
    own = {name: table.rows[:, at] for at, name in enumerate(table.columns)}
    if table.name == "nhanes":
        known = {
            "age": own["Age"],
            "sex": own["male"],
            "sbp": own["BPSys"],
            "bmi": own["BMI"],
            "cholesterol": own["TotChol"] * MG_DL_OF_CHOLESTEROL,
            "hdl": own["HDLChol"] * MG_DL_OF_CHOLESTEROL,
        }
    else:
        known = {
            "age": own["age"],
            "sex": own["male"],
            "sbp": own["bp_1s"],
            "bmi": own["weight"] * BMI_OF_POUNDS_AND_INCHES / own["height"] ** 2,
            "cholesterol": own["chol"],
            "hdl": own["hdl"],
            "glucose": own["stab_glu"],
        }
    return np.column_stack([known[field[0]] for field in recipe.fields])


class Learnt(NamedTuple):
    """What is fitted: the columns, their covariance, and the weights."""

    columns: tuple[Column, ...]
    covariance: Floats
    weights: Floats


def _columns(rows: Floats, recipe: TableRecipe) -> tuple[Column, ...]:
    found = []
    for at, (name, unit, label, log, curved, _) in enumerate(recipe.fields):
        known = rows[:, at][~np.isnan(rows[:, at])]
        known = known if len(known) else np.ones(1)  # nobody was asked: it tells nothing
        known = np.log(known) if log else known
        mean, sd = float(known.mean()), round(float(known.std()), DIGITS) or 1.0
        knots = np.unique(np.quantile((known - mean) / sd, QUANTILES if curved else ()))
        found.append(
            Column(
                name=name,
                unit=unit,
                label=label,
                log=log,
                mean=round(mean, DIGITS),
                sd=sd,
                knots=tuple(round(float(knot), DIGITS) for knot in knots),
            )
        )
    return tuple(found)


def _scaled(columns: tuple[Column, ...], rows: Floats) -> Floats:
    logs = np.array([column.log for column in columns])
    with np.errstate(invalid="ignore", divide="ignore"):
        known = np.where(logs, np.log(rows), rows)
    means = np.array([column.mean for column in columns])
    return np.asarray((known - means) / np.array([column.sd for column in columns]))


def _fit(
    columns: tuple[Column, ...],
    covariance: Floats,
    rows: Floats,
    bad: NDArray[np.bool_],
    recipe: TableRecipe,
) -> Floats:
    scaled = _scaled(columns, rows)
    whole = np.array([filled(covariance, row)[0] for row in scaled])
    asked = design(columns, whole)
    held = np.concatenate(
        [
            np.full(terms(np.zeros(1), column.knots).shape[1], field[5])
            for column, field in zip(columns, recipe.fields, strict=True)
        ]
    )
    with threadpool_limits(limits=1):
        model = LogisticRegression(C=recipe.penalty, max_iter=5000).fit(asked * held, bad)
    return np.concatenate([model.intercept_, model.coef_[0] * held])


def _covariance(scaled: Floats) -> Floats:
    """Return the covariance of the pairs that are known, drawn a little towards none."""
    gone = np.isnan(scaled)
    zero = np.where(gone, 0.0, scaled)
    pairs = (~gone).T.astype(float) @ (~gone).astype(float)
    found = zero.T @ zero / np.maximum(pairs, 1)
    return np.asarray(0.95 * found + 0.05 * np.eye(len(found)))


def learn(
    rows: Floats, bad: NDArray[np.bool_], people: NDArray[np.int64], recipe: TableRecipe
) -> Learnt:
    """Fit and calibrate: the slope is learnt on people whom a fold was not fitted to."""
    columns = _columns(rows, recipe)
    covariance = np.round(_covariance(_scaled(columns, rows)), DIGITS)
    weights = _fit(columns, covariance, rows, bad, recipe)
    said = np.full(len(bad), np.nan)
    folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
    for taught, asked in folds.split(rows, bad, people):
        own = _fit(columns, covariance, rows[taught], bad[taught], recipe)
        said[asked] = _say(Learnt(columns, covariance, own), rows[asked])
    slope, shift = proof.platt(said, bad, np.ones(len(bad)))
    weights = weights * slope
    weights[0] += shift
    return Learnt(columns, covariance, np.round(weights, DIGITS))


def _say(learnt: Learnt, rows: Floats) -> Floats:
    return probabilities(_model(learnt, _NO_CARD), rows)


def cross_fitted(table: Table, recipe: TableRecipe, *, draw: int = 0) -> Floats:
    """Return what is said of every person by a model fitted to other people only.

    Args:
        table: of people.
        recipe: how they are learnt from.
        draw: of the folds.
    """
    rows = rows_of(table, recipe)
    said = np.full(len(table.bad), np.nan)
    folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED + draw)
    for taught, asked in folds.split(rows, table.bad, table.people):
        learnt = learn(rows[taught], table.bad[taught], table.people[taught], recipe)
        said[asked] = _say(learnt, rows[asked])
    return said


def chances(table: Table, recipe: TableRecipe, others: Table | None) -> Floats:
    """Return what is said of a table's people by a model of other people: those given, or folds."""
    if others is None:
        return cross_fitted(table, recipe)
    learnt = learn(rows_of(others, recipe), others.bad, others.people, recipe)
    return _say(learnt, rows_of(table, recipe))


def recipe_of(table: Table) -> TableRecipe:
    """Return how a table is learnt from."""
    return NHANES if table.name == "nhanes" else VANDERBILT


def model_of(table: Table) -> DiseaseModel:
    """Return the model of a table with its card, bootstrapped by person for the interval."""
    recipe = recipe_of(table)
    rows = rows_of(table, recipe)
    learnt = learn(rows, table.bad, table.people, recipe)
    model = _model(learnt, _card(table, recipe, rows))
    chance = np.random.default_rng(SEED)
    ratio = learnt.weights[1:]
    plain = _fit(learnt.columns, learnt.covariance, rows, table.bad, recipe)
    slope = float(ratio @ plain[1:] / (plain[1:] @ plain[1:]))
    shift = float(learnt.weights[0] - plain[0] * slope)
    draws: list[tuple[float, ...]] = []
    while len(draws) < DRAWS:
        drawn = chance.integers(0, len(rows), len(rows))
        if table.bad[drawn].any() and not table.bad[drawn].all():
            own = _fit(learnt.columns, learnt.covariance, rows[drawn], table.bad[drawn], recipe)
            own = own * slope
            own[0] += shift
            draws.append(tuple(float(one) for one in np.round(own, 4)))
    return DiseaseModel(
        card=model.card,
        columns=model.columns,
        covariance=model.covariance,
        weights=model.weights,
        centre=model.centre,
        draws=tuple(draws),
    )


def _model(learnt: Learnt, card: DiseaseModelCard) -> DiseaseModel:
    at, centre = 1, []
    spread = np.linspace(-1.5, 1.5, 31)
    for column in learnt.columns:
        own = terms(spread, column.knots)
        centre.append(float((own @ learnt.weights[at : at + own.shape[1]]).mean()))
        at += own.shape[1]
    return DiseaseModel(
        card=card,
        columns=learnt.columns,
        covariance=tuple(tuple(float(one) for one in row) for row in learnt.covariance),
        weights=tuple(float(one) for one in learnt.weights),
        centre=tuple(round(one, DIGITS) for one in centre),
        draws=(),
    )


def _card(table: Table, recipe: TableRecipe, rows: Floats) -> DiseaseModelCard:
    said, ones = cross_fitted(table, recipe), np.ones(len(table.bad))
    base = np.full(len(said), table.bad.mean())
    gain = proof.auroc_gain(said, base, table.bad, ones, table.people)
    half = proof.auroc(base, table.bad, ones)
    return DiseaseModelCard(
        outcome=recipe.outcome,
        data=recipe.data,
        licence=recipe.licence,
        sha256=hashlib.sha256(
            np.ascontiguousarray(rows).tobytes() + table.bad.tobytes()
        ).hexdigest(),
        people=len(np.unique(table.people)),
        events=int(table.bad.sum()),
        auroc=round(proof.auroc(said, table.bad, ones), 4),
        auroc_ci95=(round(half + gain.low, 4), round(half + gain.high, 4)),
        brier=round(proof.brier(said, table.bad, ones), 4),
        brier_base=round(proof.brier(base, table.bad, ones), 4),
        slope=round(proof.slope(said, table.bad, ones), 3),
        ece=round(proof.ece(said, table.bad, ones), 4),
        caution=CAUTION,
    )


_NO_CARD = DiseaseModelCard(
    outcome="",
    data="",
    licence="",
    sha256="",
    people=0,
    events=0,
    auroc=0.5,
    auroc_ci95=(0.0, 1.0),
    brier=0.0,
    brier_base=0.0,
    slope=1.0,
    ece=0.0,
    caution="",
)


def train(folder: Path) -> DiseaseModels:
    """Learn both models from a folder with the two tables; the same tables give the same bytes."""
    tables = (datasets.vanderbilt(folder), datasets.nhanes(folder))
    return DiseaseModels(disease=DIABETES, models=tuple(model_of(table) for table in tables))
