"""Training the forecast of glucose from wearers' recordings, judged on people left out."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.model_selection import GroupKFold
from sklearn.tree import DecisionTreeRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it ships no types

from analytics.errors import DatasetError
from analytics.glucose.forecast import (
    AHEAD_MS,
    LEVEL_1,
    SLOW,
    STEP_MS,
    WARNED_BELOW,
    ForecastCard,
    Forecaster,
)
from analytics.policy import DEFAULT
from analytics.risk.predictors import Tree
from analytics.studies import datasets
from analytics.training import low_warnings
from analytics.training.low_warnings import LowsWarned

Floats = NDArray[np.float64]

FILES = ("hall_2018", "azt1d", "physiocgm")
DATA = "Hall 2018, AZT1D, PhysioCGM, harmonised by Glucose-ML"
LICENCE = "CC BY 4.0 (Hall et al. 2018; AZT1D), CC0 (PhysioCGM)"
ROUNDS, RATE, LEAVES, LEAST_LEAF, SAMPLE, SEED = 70, 0.12, 9, 100, 0.3, 7
FOLDS, DIGITS, HOUR = 5, 4, 12
DAY_MS = 86_400_000
LOW_ROUNDS = 60
WARN_FROM = DEFAULT.low_soon_chance
"""The chance of a low from which the shipped settings warn; the card's figures are for it."""


class GlucoseWearer(NamedTuple):
    """One person's readings, ascending."""

    person: str
    times: Floats
    values: Floats


class Moments(NamedTuple):
    """What was known at each moment, the change that followed, whose, when, and if it got low."""

    rows: Floats
    changes: Floats
    people: NDArray[np.int64]
    times: Floats
    lows: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.int64]) -> "Moments":
        """Return some of them."""
        return Moments(
            self.rows[chosen],
            self.changes[chosen],
            self.people[chosen],
            self.times[chosen],
            self.lows[chosen],
        )


def collect(folder: Path) -> list[GlucoseWearer]:
    """Read the recordings; what is no reading is left out."""
    found: list[GlucoseWearer] = []
    for name in FILES:
        path = folder / f"{name}.csv.gz"
        own: dict[str, dict[int, float]] = {}
        for row in datasets.rows(path, "subject_id", "timestamp", "glucose_mgdl"):
            value = datasets.number(row["glucose_mgdl"])
            if 20 <= value <= 600:  # noqa: PLR2004 - what a sensor can show
                own.setdefault(row["subject_id"], {})[datasets.moment_ms(row["timestamp"])] = value
        for person, points in sorted(own.items()):
            times = sorted(points)
            found.append(
                GlucoseWearer(
                    f"{name}:{person}",
                    np.array(times, dtype=np.float64),
                    np.array([points[t] for t in times]),
                )
            )
    if not found:
        raise DatasetError("no recordings of glucose")
    return found


def moments(wearers: Sequence[GlucoseWearer]) -> Moments:
    """Return every moment with an unbroken half hour on both sides."""
    rows, changes, people, times, lows = [], [], [], [], []
    for number, one in enumerate(wearers):
        t, v = one.times, one.values
        mean = v[0] if len(v) else 0.0
        means = []
        for value in v:
            mean += SLOW * (value - mean)
            means.append(mean)
        for at in range(6, len(v) - 6):
            whole = t[at] - t[at - 6] <= 7.2 * STEP_MS
            if whole and abs(t[at + 6] - t[at] - AHEAD_MS) <= 0.8 * STEP_MS:
                hour = at - HOUR
                far = hour if hour >= 0 and t[at] - t[hour] <= 14 * STEP_MS else at - 6
                steps = (v[at] - v[at - 1], v[at - 1] - v[at - 2], v[at - 2] - v[at - 3])
                spans = (v[at] - v[at - 3], v[at] - v[at - 6], v[at] - v[far])
                rows.append((v[at], *steps, *spans, means[at]))
                changes.append(v[at + 6] - v[at])
                people.append(number)
                times.append(t[at])
                lows.append(bool((v[at + 1 : at + 7] < LEVEL_1).any()))
    return Moments(
        np.array(rows),
        np.array(changes),
        np.array(people, dtype=np.int64),
        np.array(times),
        np.array(lows, dtype=np.bool_),
    )


def boost(taught: Moments) -> GradientBoostingRegressor:
    """Fit the change in 30 minutes."""
    model = GradientBoostingRegressor(
        n_estimators=ROUNDS,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_LEAF,
        subsample=SAMPLE,
        random_state=SEED,
    )
    with threadpool_limits(limits=1):
        return model.fit(taught.rows.astype(np.float32), taught.changes)


def boost_lows(taught: Moments) -> GradientBoostingClassifier:
    """Fit the chance of a low within 30 minutes, from where it can be one."""
    now = taught.rows[:, 0]
    near = taught.only(np.flatnonzero((now >= LEVEL_1) & (now < WARNED_BELOW)))
    model = GradientBoostingClassifier(
        n_estimators=LOW_ROUNDS,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_LEAF,
        subsample=SAMPLE,
        random_state=SEED,
    )
    with threadpool_limits(limits=1):
        return model.fit(near.rows.astype(np.float32), near.lows)


def cross_fitted(taught: Moments) -> Floats:
    """Return the change that is expected at each moment by a fit to other people only."""
    said = np.full(len(taught.changes), np.nan)
    for learn, ask in folds(taught.people):
        said[ask] = boost(taught.only(learn)).predict(taught.rows[ask].astype(np.float32))
    return said


def folds(people: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Give whom to learn from and whom to ask, by person."""
    yield from GroupKFold(n_splits=FOLDS).split(people, groups=people)


def chances(asked: Moments, taught: Moments | None = None) -> Floats:
    """Return the chance of a low at each moment, by fits to other people only.

    Args:
        asked: the moments.
        taught: of other people, to learn from; None: the other folds of the same.
    """
    said = np.zeros(len(asked.lows))
    rows, now = asked.rows.astype(np.float32), asked.rows[:, 0]
    if taught is not None:
        said = boost_lows(taught).predict_proba(rows)[:, 1]
    for learn, ask in folds(asked.people) if taught is None else ():
        said[ask] = boost_lows(asked.only(learn)).predict_proba(rows[ask])[:, 1]
    return np.where((now >= LEVEL_1) & (now < WARNED_BELOW), said, 0.0)


def warned(wearers: Sequence[GlucoseWearer], taught: Moments, said: Floats) -> list[LowsWarned]:
    """Return what warnings from the shipped chance on would have been worth, by wearer."""
    found = []
    for number in np.unique(taught.people):
        mine, one = taught.people == number, wearers[int(number)]
        at = taught.times[mine][said[mine] >= WARN_FROM]
        found.append(low_warnings.judged(one.times, one.values, at))
    return found


def scale(rows: Floats) -> Floats:
    """Return the terms of the residual's size, as :func:`analytics.glucose.forecast.size`."""
    lively = np.abs(rows[:, 1:4]).mean(axis=1)
    above = np.maximum(rows[:, 0] - 100, 0) / 50
    return np.column_stack([np.ones(len(rows)), lively, above, np.abs(rows[:, 4]) / 10])


def factors(rows: Floats, residuals: Floats) -> tuple[Floats, float, float]:
    """Return the size of residuals by what was known, and its factors for 5 and 95 %."""
    terms = scale(rows)
    spread, *_ = np.linalg.lstsq(terms, np.abs(residuals), rcond=None)
    ratio = residuals / np.maximum(terms @ spread, 3.0)
    low, high = np.quantile(ratio, (0.05, 0.95))
    return np.asarray(spread, dtype=np.float64), float(low), float(high)


def train(folder: Path) -> Forecaster:
    """Learn the forecast from a folder of recordings; the same folder gives the same numbers."""
    wearers = collect(folder)
    taught = moments(wearers)
    residuals = taught.changes - cross_fitted(taught)
    card = _card(taught, residuals, warned(wearers, taught, chances(taught)))
    return forecaster(taught, residuals, card)


def low_part(taught: Moments) -> tuple[float, tuple[Tree, ...]]:
    """Fit the chance of a low to everybody; return what is everybody's, and the trees."""
    model = boost_lows(taught)
    share = model.init_.class_prior_[1]
    return round(float(np.log(share / (1 - share))), DIGITS), flat(model.estimators_[:, 0])


def forecaster(taught: Moments, residuals: Floats, card: ForecastCard) -> Forecaster:
    """Fit all parts to everybody.

    Args:
        taught: what was known and what followed.
        residuals: of changes expected by fits to other people.
        card: to go with it.
    """
    change, (low_base, low_trees) = boost(taught), low_part(taught)
    spread, low, high = factors(taught.rows, residuals)
    constant, lively, above, steep = (round(float(one), DIGITS) for one in spread)
    return Forecaster(
        card=card,
        base=round(float(change.init_.constant_[0][0]), DIGITS),
        trees=flat(change.estimators_[:, 0]),
        spread=(constant, lively, above, steep),
        low=round(low, DIGITS),
        high=round(high, DIGITS),
        low_base=low_base,
        low_trees=low_trees,
    )


def _card(taught: Moments, residuals: Floats, held: Sequence[LowsWarned]) -> ForecastCard:
    covered = []
    for learn, ask in folds(taught.people):
        own, lower, upper = factors(taught.rows[learn], residuals[learn])
        wide = np.maximum(scale(taught.rows[ask]) @ own, 3.0)
        covered.append((residuals[ask] >= lower * wide) & (residuals[ask] <= upper * wide))
    lows, days = sum(one.lows for one in held), len(taught.lows) * STEP_MS / DAY_MS
    return ForecastCard(
        data=DATA,
        licence=LICENCE,
        people=len(np.unique(taught.people)),
        moments=len(residuals),
        rmse=round(float(np.sqrt((residuals**2).mean())), 3),
        rmse_last_value=round(float(np.sqrt((taught.changes**2).mean())), 3),
        coverage_90=round(float(np.concatenate(covered).mean()), 4),
        method=f"{ROUNDS} regression trees of {LEAVES} leaves, {LOW_ROUNDS} for the chance of a "
        "low; judged by person",
        warn_from=WARN_FROM,
        lows=lows,
        lows_warned=round(sum(one.warned for one in held) / max(lows, 1), 3),
        false_warnings_per_day=round(sum(one.false for one in held) / days, 3),
        lead_minutes=round(low_warnings.median(held), 1),
    )


def flat(estimators: Iterable[DecisionTreeRegressor]) -> tuple[Tree, ...]:
    """Return boosted trees as plain arrays, with the rate in their values."""
    trees = []
    for one in estimators:
        tree = one.tree_
        leaf = tree.children_left < 0
        values = RATE * tree.value[:, 0, 0]
        trees.append(
            Tree(
                tuple(int(f) for f in np.where(leaf, -1, tree.feature)),
                tuple(round(float(t), DIGITS) for t in np.where(leaf, 0.0, tree.threshold)),
                tuple(int(at) for at in tree.children_left),
                tuple(int(at) for at in tree.children_right),
                tuple(round(float(v), DIGITS) for v in np.where(leaf, values, 0.0)),
            )
        )
    return tuple(trees)
