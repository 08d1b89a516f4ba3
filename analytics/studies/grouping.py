"""Which way of grouping patients holds: k-means against alternatives, judged by stability.

A grouping is worth a name only if it comes back when some of the patients are left out. Each way
and number of groups is fitted again to four fifths of the patients, several times, and the groups
of those drawn twice are compared (adjusted Rand index: 1 the same, 0 chance). The most stable one
is taken; without a stable or distinct one there is one group, and the answer says why.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it ships no types

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED, DRAWS, SHARE, STARTS = 11, 6, 0.8, 5
CHOICES = (2, 3, 4, 5)
DISTINCT = 0.25
"""Mean silhouette below which groups are not distinct (Kaufman and Rousseeuw's rule)."""
STABLE = 0.75
"""Mean adjusted Rand index from which a grouping is told (proposed; Hennig 2007 calls 0.75 and
more stable, of the Jaccard index)."""
LEAST_PEOPLE = 20
TELLING = 0.5
"""A group's mean that lies so many standard deviations from everybody's is told (a medium effect,
Cohen 1988)."""
METHODS = ("k-means", "hierarchical (Ward)", "Gaussian mixture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One way and number of groups: how stable and how distinct."""

    method: str
    k: int
    stability: float
    silhouette: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group: whose rows, and what sets them apart, in words and numbers."""

    members: tuple[int, ...]
    words: tuple[str, ...]
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The groups that hold, how they were found, and what else was tried; ``why`` if none hold."""

    method: str
    groups: tuple[Group, ...]
    stability: float | None
    silhouette: float | None
    tried: tuple[Tried, ...]
    why: str


def group(columns: Sequence[str], rows: Floats, *, seed: int = SEED) -> Grouping:
    """Group rows of (people, columns), NaN where unknown; a column nobody has is left out."""
    known = np.zeros(len(columns), dtype=bool)
    if len(rows):
        known |= ~np.isnan(rows).all(axis=0)
    names = [name for name, there in zip(columns, known, strict=True) if there]
    if len(rows) < LEAST_PEOPLE or not names:
        return _nobody(names, rows[:, known], (), f"{len(rows)} patients are too few for groups")
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit_transform(
        rows[:, known]
    )
    with threadpool_limits(limits=1):
        tried = tuple(
            _try(method, k, scaled, seed)
            for k in CHOICES
            if k < len(rows) // 4
            for method in METHODS
        )
        worthy = [one for one in tried if one.stability >= STABLE and one.silhouette >= DISTINCT]
        if not worthy:
            return _nobody(names, rows[:, known], tried, "no grouping is both stable and distinct")
        best = max(worthy, key=lambda one: (round(one.stability, 2), one.silhouette))
        labels = _labels(best.method, best.k, scaled, seed)
    parts = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    parts.sort(key=lambda part: -len(part))
    return Grouping(
        method=best.method,
        groups=tuple(_group(names, rows[:, known], part) for part in parts),
        stability=round(best.stability, 3),
        silhouette=round(best.silhouette, 3),
        tried=tried,
        why="",
    )


def _nobody(names: list[str], rows: Floats, tried: tuple[Tried, ...], why: str) -> Grouping:
    everybody = np.arange(len(rows))
    groups = (_group(names, rows, everybody),) if len(rows) else ()
    return Grouping(
        method="none", groups=groups, stability=None, silhouette=None, tried=tried, why=why
    )


def _labels(method: str, k: int, scaled: Floats, seed: int) -> Labels:
    made: Any
    k = min(k, len(np.unique(scaled, axis=0)))  # people who are alike make no two groups
    if method == METHODS[0]:
        made = KMeans(n_clusters=k, n_init=STARTS, random_state=seed).fit_predict(scaled)
    elif method == METHODS[1]:
        made = AgglomerativeClustering(n_clusters=k).fit_predict(scaled)
    else:
        mixture = GaussianMixture(
            n_components=k, covariance_type="diag", reg_covar=1e-2, random_state=seed
        )
        with warnings.catch_warnings():
            # A mixture that does not settle is judged by its stability, as every other way is.
            warnings.simplefilter("ignore", ConvergenceWarning)
            made = mixture.fit_predict(scaled)
    return np.asarray(made, dtype=np.int64)


def _try(method: str, k: int, scaled: Floats, seed: int) -> Tried:
    chance = np.random.default_rng(seed)
    whole = _labels(method, k, scaled, seed)
    agreed = []
    for _ in range(DRAWS):
        drawn = chance.choice(len(scaled), int(SHARE * len(scaled)), replace=False)
        agreed.append(adjusted_rand_score(whole[drawn], _labels(method, k, scaled[drawn], seed)))
    distinct = len(np.unique(whole)) > 1
    return Tried(
        method=method,
        k=k,
        stability=round(float(np.mean(agreed)), 3),
        silhouette=round(float(silhouette_score(scaled, whole)), 3) if distinct else 0.0,
    )


def _group(names: list[str], rows: Floats, part: Labels) -> Group:
    own, every = rows[part], rows
    words, means = [], {}
    for at, name in enumerate(names):
        column = every[:, at][~np.isnan(every[:, at])]
        mine = own[:, at][~np.isnan(own[:, at])]
        if not len(mine):
            continue
        mean, usual, spread = float(mine.mean()), float(column.mean()), float(column.std())
        means[name] = round(mean, 2)
        if len(part) < len(rows) and abs(mean - usual) >= TELLING * spread > 0:
            side = "higher" if mean > usual else "lower"
            words.append(
                (abs(mean - usual) / spread, f"{name} {side}: {mean:.3g} (all {usual:.3g})")
            )
    words.sort(reverse=True)
    return Group(
        members=tuple(int(one) for one in part),
        words=tuple(text for _, text in words) or ("like everybody",),
        means=means,
    )
