"""A study on ``challenge2012``: death in hospital from what a stream of vitals leaves behind.

Each stay is fed row by row into running summaries of a fixed size, as a lane would keep them, and
the summaries are asked after 48 h. Said is the mean log-odds of boosted trees and of a regularised
line, calibrated on halves that neither was fitted to. No patient meets it: NEWS2 and its risk are
what runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it ships no types

from analytics.evaluation.metrics import Bools, Floats
from analytics.risk import proof

VITALS = (
    *("hr", "sbp", "dbp", "map", "resp", "temp_c", "gcs", "fio2", "mech_vent"),
    *("glucose_mgdl", "weight_kg", "sao2"),
)
LABORATORY = ("lactate", "wbc", "creatinine")
PERSON = ("age", "gender_male", "height_cm")
ICU_TYPES = (1, 2, 3, 4)
LATE_MINUTE = 24 * 60
PARTS = 9
FOLDS, HALVES, SEED = 5, 2, 11
NAN = float("nan")


@dataclass(slots=True)
class RunningSignal:
    """Running figures of one signal: nothing of the past is kept but these."""

    count: int = 0
    first: float = NAN
    last: float = NAN
    least: float = NAN
    most: float = NAN
    mean: float = 0.0
    squares: float = 0.0
    early: list[float] = field(default_factory=lambda: [0.0, 0.0])
    late: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def see_value(self, minute: float, value: float) -> None:
        """Take one value, in the order of time."""
        self.count += 1
        if self.count == 1:
            self.first = self.least = self.most = value
        self.last = value
        self.least, self.most = min(self.least, value), max(self.most, value)
        apart = value - self.mean
        self.mean += apart / self.count
        self.squares += apart * (value - self.mean)
        half = self.late if minute >= LATE_MINUTE else self.early
        half[0] += value
        half[1] += 1

    def running_figures(self) -> tuple[float, ...]:
        """Return the figures, NaN where nothing was measured."""
        if not self.count:
            return (*(NAN,) * (PARTS - 1), 0.0)
        early, late = _mean(self.early), _mean(self.late)
        spread = (self.squares / self.count) ** 0.5
        return (
            *(self.least, self.mean, self.most, self.last, self.first, spread),
            *(late, late - early, float(self.count)),
        )


def _mean(half: Sequence[float]) -> float:
    return half[0] / half[1] if half[1] else NAN


class StaySummary:
    """All signals of one stay, fed row by row."""

    def __init__(self) -> None:
        self._signals = {name: RunningSignal() for name in (*VITALS, *LABORATORY)}

    def see_row(self, minute: float, values: Mapping[str, float]) -> None:
        """Take a row; signals that are not in it were not measured."""
        for name, value in values.items():
            self._signals[name].see_value(minute, value)

    def row(self, *, laboratory: bool) -> list[float]:
        """Return what is known now, with the laboratory's values or without."""
        names = (*VITALS, *LABORATORY) if laboratory else VITALS
        return [one for name in names for one in self._signals[name].running_figures()]


class _TreesAndLine:
    """Boosted trees and a line, fitted to the same people."""

    def __init__(self, rows: Floats, died: Bools) -> None:
        self._known = ~np.isnan(rows).all(axis=0)
        rows = rows[:, self._known]
        self._trees = HistGradientBoostingClassifier(
            max_iter=150,
            learning_rate=0.05,
            max_leaf_nodes=8,
            min_samples_leaf=30,
            l2_regularization=5.0,
            max_features=0.3,
            random_state=SEED,
        ).fit(rows, died)
        self._line = make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
            StandardScaler(),
            LogisticRegression(C=0.01, max_iter=2000),
        ).fit(rows, died)

    def odds(self, rows: Floats) -> Floats:
        rows = rows[:, self._known]
        both = self._trees.decision_function(rows) + self._line.decision_function(rows)
        return np.asarray(both / 2, dtype=np.float64)


def _sigmoid(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))))


def fitted(rows: Floats, died: Bools, asked: Floats) -> Floats:
    """Return the calibrated probability of each asked row by what other people taught."""
    held = np.zeros(len(died))
    halves = StratifiedKFold(n_splits=HALVES, shuffle=True, random_state=SEED)
    with threadpool_limits(limits=1):
        for learn, ask in halves.split(rows, died):
            held[ask] = _TreesAndLine(rows[learn], died[learn]).odds(rows[ask])
        slope, shift = proof.platt(_sigmoid(held), died, np.ones(len(died)))
        return _sigmoid(slope * _TreesAndLine(rows, died).odds(asked) + shift)


def chances(rows: Floats, died: Bools, others: tuple[Floats, Bools] | None) -> Floats:
    """Return each stay's probability by a fit to other stays: those given, or folds."""
    if others is not None:
        return fitted(*others, rows)
    said = np.full(len(died), NAN)
    folds = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
    for learn, ask in folds.split(rows, died):
        said[ask] = fitted(rows[learn], died[learn], rows[ask])
    return said
