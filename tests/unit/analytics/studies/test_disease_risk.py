"""The probability of diabetes: calibrated, honest about what is missing, in plain numbers."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from analytics.studies.diabetes import Table
from analytics.studies.disease_risk import assess, decode, encode, filled, shipped, terms
from analytics.training import diabetes

ARTICLE = {"age": 35.0, "sbp": 120.0, "glucose": 90.0, "cholesterol": 200.0}


def table(people: int = 400, seed: int = 2) -> Table:
    """People of whom the older and heavier have it."""
    chance, rows, bad = Random(seed), [], []
    for _ in range(people):
        age, bmi = chance.uniform(20, 80), chance.gauss(28, 5)
        logit = -2 + (age - 50) / 12 + (bmi - 28) / 4
        rows.append([age, max(bmi, 15), chance.gauss(125, 15), 75, 70, 1.3, 5.0, age > 50])
        bad.append(chance.random() < 1 / (1 + np.exp(-logit)))
        if chance.random() < 0.1:
            rows[-1][1] = float("nan")
    columns = ("Age", "BMI", "BPSys", "BPDia", "Pulse", "HDLChol", "TotChol", "male")
    made = np.array(rows, dtype=float)
    return Table(
        name="nhanes", columns=columns, rows=made, bad=np.array(bad), people=np.arange(people)
    )


def test_the_article_case_is_a_low_probability_and_not_77() -> None:
    answer = assess(shipped(), ARTICLE)
    assert 0 < answer.probability < 0.1
    assert answer.ci95[0] <= answer.probability <= answer.ci95[1]
    assert answer.missing == ("sex", "bmi", "hdl")
    assert answer.outcome == "HbA1c of 6.5 % or more"
    assert all(one.direction == "-" for one in answer.drivers)


def test_glucose_counts_most_and_points_upwards() -> None:
    answer = assess(shipped(), {**ARTICLE, "glucose": 260.0})
    assert answer.probability > 0.5
    assert answer.drivers[0].what.startswith("glucose above")
    assert answer.drivers[0].direction == "+"


def test_without_glucose_another_model_answers() -> None:
    old = assess(shipped(), {"age": 70.0, "bmi": 36.0, "sbp": 150.0})
    young = assess(shipped(), {"age": 25.0, "bmi": 21.0, "sbp": 110.0})
    assert old.outcome == "diagnosed diabetes"
    assert old.probability > 3 * young.probability


def test_what_is_missing_widens_the_interval_and_never_breaks() -> None:
    known = {"age": 60.0, "sex": 1.0, "sbp": 140.0, "bmi": 31.0, "cholesterol": 210.0, "hdl": 45.0}
    widths = []
    for names in (tuple(known), ("age", "sex", "sbp"), ()):
        answer = assess(shipped(), {name: known[name] for name in names})
        assert 0 < answer.probability < 1
        widths.append(answer.ci95[1] - answer.ci95[0])
    assert widths[0] < min(widths[1:])


def test_the_same_table_gives_the_same_bytes_and_a_calibrated_card() -> None:
    made = diabetes.model_of(table())
    assert made == diabetes.model_of(table())
    card = made.card
    assert (card.people, card.events) == (400, int(table().bad.sum()))
    assert card.auroc > 0.8
    assert card.brier < card.brier_base
    assert 0.8 < card.slope < 1.2
    assert decode(encode(shipped())) == shipped()


def test_every_figure_is_of_people_left_out() -> None:
    """Where nothing can be learnt, nothing is claimed."""
    made = table()
    shuffled = np.random.default_rng(1).permutation(made.bad)
    noise = Table(
        name="nhanes", columns=made.columns, rows=made.rows, bad=shuffled, people=made.people
    )
    assert diabetes.model_of(noise).card.auroc < 0.6


def test_a_curve_is_straight_at_both_ends() -> None:
    knots = (-1.0, 0.0, 1.0, 2.0)
    beyond = terms(np.array([3.0, 4.0, 5.0]), knots)
    assert np.diff(beyond, axis=0)[0] == pytest.approx(np.diff(beyond, axis=0)[1])
    assert terms(np.array([-3.0, -2.0]), knots)[:, 1:] == pytest.approx(0)


def test_the_missing_is_filled_from_what_goes_with_it() -> None:
    covariance = np.array([[1.0, 0.8], [0.8, 1.0]])
    row, spread = filled(covariance, np.array([2.0, np.nan]))
    assert row == pytest.approx([2.0, 1.6])
    assert spread == pytest.approx(np.array([[0.36]]))


def test_what_is_shipped_names_its_people(tmp_path: Path) -> None:
    cards = [model.card for model in shipped().models]
    assert [card.people for card in cards] == [197, 1143]
    assert all(0.9 <= card.slope <= 1.1 for card in cards)
    assert all("acknowledgement" in c.licence or "public domain" in c.licence for c in cards)
    (tmp_path / "made.json").write_bytes(encode(shipped()))
    assert decode((tmp_path / "made.json").read_bytes()) == shipped()
