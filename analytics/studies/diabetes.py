"""The probability of a bad outcome in diabetes from a table of people, calibrated.

The article that this case comes from adds 0.5 + 0.1 x age + 0.2 x pressure + ... and calls the
sum a risk: it has no unit and no scale. Here a logistic model is fitted to real people, missing
values are imputed and flagged, the probability is calibrated on people the model has not seen,
and every figure is of people who took no part in the fit. Not a medical device.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it ships no types

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SEED = 11
FOLDS = 5
PRIOR = 0.3
"""Variance of a weight's prior, in squared log-odds for one standard deviation of a column: in 95
of 100 cases it changes the odds by less than threefold. A table with 33 events and ten columns is
fitted to its noise without; one with hundreds of events hardly notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """People, what is known of each, and what became of them.

    Attributes:
        name: of the table.
        columns: what each column of ``rows`` is, with its unit.
        rows: (people or moments, columns); NaN where unknown.
        bad: (rows,) whether the outcome was bad.
        people: (rows,) number of the person: all rows of one are on one side of any split.
    """

    name: str
    columns: tuple[str, ...]
    rows: Floats
    bad: Bools
    people: NDArray[np.int64]

    def only(self, chosen: NDArray[Any]) -> "Table":
        """Return the chosen rows as a table."""
        return Table(
            name=self.name,
            columns=self.columns,
            rows=self.rows[chosen],
            bad=self.bad[chosen],
            people=self.people[chosen],
        )


class DiabetesRisk:
    """A fitted, calibrated model of one table's outcome."""

    def __init__(self, columns: tuple[str, ...], model: Any) -> None:  # noqa: ANN401 - sklearn has no types
        self.columns = columns
        self._model = model

    def probability(self, rows: Floats) -> Floats:
        """Return the probability (0 to 1) of a bad outcome for each row of ``columns``."""
        with threadpool_limits(limits=1):
            chances: Floats = self._model.predict_proba(rows)[:, 1]
        return chances


def fit(table: Table, *, seed: int = SEED) -> DiabetesRisk:
    """Fit a calibrated probability to a table.

    The calibration is learnt on folds that the underlying fit has not seen.
    """
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=PRIOR, max_iter=1000),
    )
    folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    cuts = list(folds.split(table.rows, table.bad, table.people))
    calibrated = CalibratedClassifierCV(model, method="sigmoid", cv=cuts)
    with threadpool_limits(limits=1):  # tables this small only wait for each other's threads
        return DiabetesRisk(table.columns, calibrated.fit(table.rows, table.bad))


def cross_fitted(table: Table, *, seed: int = SEED) -> Floats:
    """Return what is said of every row by a model fitted to other persons only."""
    folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    said = np.full(len(table.bad), np.nan)
    for taught, asked in folds.split(table.rows, table.bad, table.people):
        model = fit(table.only(taught), seed=seed)
        said[asked] = model.probability(table.rows[asked])
    return said
