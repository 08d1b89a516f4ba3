"""The article's two cases on scikit-learn's own table: honest hold-out, and groups."""

import numpy as np
import pytest

from analytics.evaluation.metrics import auroc
from analytics.studies.cohorts import cluster
from analytics.studies.datasets import sklearn_diabetes
from analytics.studies.diabetes import Table, cross_fitted, fit, held_out

TABLE = sklearn_diabetes()


def test_the_table_that_ships_with_scikit_learn() -> None:
    assert TABLE.rows.shape == (442, 10)
    assert TABLE.columns[:4] == ("age", "sex", "bmi", "bp")
    assert TABLE.bad.mean() == pytest.approx(0.25, abs=0.01)


def test_a_probability_of_people_it_has_not_seen() -> None:
    judged = held_out(TABLE)
    assert len(judged.bad) == 133
    assert ((judged.probabilities >= 0) & (judged.probabilities <= 1)).all()
    area = auroc(judged.probabilities, judged.bad)(np.ones(133))
    assert area > 0.75
    assert judged.brier < 0.25 * 0.75, "better than saying the average of everybody"
    assert judged.probabilities.mean() == pytest.approx(judged.bad.mean(), abs=0.08)


def test_everybody_is_judged_once_by_a_model_of_others() -> None:
    judged = cross_fitted(TABLE)
    assert not np.isnan(judged.probabilities).any()
    assert auroc(judged.probabilities, judged.bad)(np.ones(442)) > 0.75


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
    judged = cross_fitted(table)
    assert auroc(judged.probabilities, judged.bad)(np.ones(300)) < 0.7
    part = held_out(table)
    assert all(count == 5 for count in np.unique(part.people, return_counts=True)[1])


def test_groups_that_are_there_are_found() -> None:
    chance = np.random.default_rng(4)
    middles = np.array([[40.0, 120.0], [60.0, 160.0], [80.0, 100.0]])
    rows = np.vstack([chance.normal(middle, (2, 5), size=(40, 2)) for middle in middles])
    rows[0, 0] = np.nan
    found = cluster(("age", "sbp"), rows)
    assert found.k == 3
    assert found.distinct
    nearest = found.centres[np.argsort(found.centres[:, 0])]
    assert nearest == pytest.approx(middles, abs=3)
    assert sorted(np.bincount(found.labels)) == pytest.approx([40, 40, 40], abs=1)


def test_groups_that_are_not_there_are_said_not_to_be() -> None:
    found = cluster(TABLE.columns, TABLE.rows)
    assert set(found.silhouettes) == {2, 3, 4, 5, 6}
    assert found.silhouettes[found.k] == max(found.silhouettes.values())
    assert not cluster(("noise",) * 8, np.random.default_rng(5).random((80, 8))).distinct


def test_too_few_rows() -> None:
    with pytest.raises(ValueError, match="too few"):
        cluster(("age",), np.array([[1.0], [2.0]]))
