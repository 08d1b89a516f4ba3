"""The article's case on scikit-learn's own table: a probability of people it has not seen."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from analytics.evaluation.metrics import auroc
from analytics.studies.diabetes import Table, cross_fitted, fit


def _table() -> Table:
    """442 people (Efron 2004); bad is the worst quarter of progression within a year."""
    bunch = load_diabetes(scaled=False)
    return Table(
        name="scikit-learn diabetes",
        columns=tuple(bunch.feature_names),
        rows=np.asarray(bunch.data, dtype=np.float64),
        bad=bunch.target > np.quantile(bunch.target, 0.75),
        people=np.arange(len(bunch.target)),
    )


TABLE = _table()


def test_everybody_is_judged_once_by_a_model_of_others() -> None:
    said = cross_fitted(TABLE)
    assert ((said >= 0) & (said <= 1)).all()
    assert auroc(said, TABLE.bad)(np.ones(442)) > 0.75
    error = np.mean((said - TABLE.bad) ** 2)
    assert error < 0.25 * 0.75, "better than saying the average of everybody"
    assert said.mean() == pytest.approx(TABLE.bad.mean(), abs=0.05)


def test_the_articles_person_has_a_probability_not_77() -> None:
    """0.5 + 0.1*35 + 0.2*120 + 0.1*90 + 0.2*200 is 77.0 and has no unit."""
    table = Table(
        name="bmi and pressure",
        columns=("age", "bmi", "bp"),
        rows=TABLE.rows[:, [0, 2, 3]],
        bad=TABLE.bad,
        people=TABLE.people,
    )
    said = fit(table).probability(np.array([[35.0, 24.0, 90.0], [35.0, np.nan, 90.0]]))
    assert ((said > 0) & (said < 1)).all()


def test_persons_are_never_on_both_sides() -> None:
    """Rows of one person repeat: a model that had seen them would know the answer."""
    chance = np.random.default_rng(3)
    keys = np.repeat(chance.normal(size=60), 5)
    table = Table(
        name="repeats",
        columns=("key",),
        rows=keys[:, None],
        bad=np.repeat(chance.random(60) < 0.5, 5),
        people=np.repeat(np.arange(60), 5),
    )
    assert auroc(cross_fitted(table), table.bad)(np.ones(300)) < 0.7
