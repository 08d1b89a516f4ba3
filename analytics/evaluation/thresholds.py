"""Yes or no from a learnt probability, with the threshold learnt on other people too.

A threshold is chosen on probabilities of persons that the model has not seen: those of the
persons it was fitted to are too good, and a threshold chosen on them answers too seldom or too
often on anybody else.
"""

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from analytics.evaluation.metrics import Bools, Floats, f1
from analytics.studies.diabetes import FOLDS, SEED, Table, cross_fitted, fit

CANDIDATES = 60


def cross_answered(table: Table) -> Floats:
    """Return, for each row, how far its probability lies above the threshold (yes above 0).

    Model and threshold of a row come from other persons only; the threshold is the one with
    the best F1 among them.
    """
    folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
    said = np.full(len(table.bad), np.nan)
    for taught, asked in folds.split(table.rows, table.bad, table.people):
        known = table.only(taught)
        model = fit(known)
        threshold = best_threshold(cross_fitted(known), known.bad)
        said[asked] = model.probability(table.rows[asked]) - threshold
    return said


def best_threshold(said: Floats, happened: Bools) -> float:
    """Return the threshold whose yes (strictly above it) has the best F1."""
    ones = np.ones(len(said))
    candidates = np.unique(np.quantile(said, np.linspace(0, 1, CANDIDATES, endpoint=False)))
    scores = [np.nan_to_num(f1(said - at, happened)(ones)) for at in candidates]
    return float(candidates[int(np.argmax(scores))])


def chances_of(table: Table, taught: Table | None) -> Floats:
    """Return each row's probability.

    Args:
        table: to judge.
        taught: of other people, to learn from; None: the other folds of the same table.
    """
    if taught is None:
        return cross_fitted(table)
    return fit(taught).probability(table.rows)


def said_of(table: Table, taught: Table | None) -> tuple[Floats, Floats]:
    """Return each row's probability, and how far it lies above the threshold; as above."""
    if taught is None:
        return cross_fitted(table), cross_answered(table)
    chances = chances_of(table, taught)
    return chances, chances - best_threshold(cross_fitted(taught), taught.bad)
