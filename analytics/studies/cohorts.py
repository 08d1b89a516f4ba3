"""Groups of similar patients, found with k-means, with as many groups as the data bear.

Columns are scaled first, or the one with the largest numbers would decide alone. The number of
groups is the one with the best silhouette, and that figure is given with it: near 0 there are
no groups worth speaking of, and the caller should say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it ships no types

SEED = 11
STARTS = 10
CHOICES = (2, 3, 4, 5, 6)
DISTINCT = 0.25
"""Mean silhouette below which groups are not distinct (Kaufman and Rousseeuw's rule)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """Groups of patients.

    Attributes:
        columns: what they were grouped by.
        k: how many groups.
        silhouettes: mean silhouette (-1 to 1) for each number of groups tried.
        labels: (rows,) group of each row.
        centres: (k, columns) means of the groups in the columns' own units.
        inertia: sum of squared distances to the centres, in scaled units (the k-means objective).
    """

    columns: tuple[str, ...]
    k: int
    silhouettes: dict[int, float]
    labels: NDArray[np.int64]
    centres: NDArray[np.float64]
    inertia: float

    @property
    def distinct(self) -> bool:
        """Whether the groups are distinct enough to speak of."""
        return self.silhouettes[self.k] >= DISTINCT


def cluster(
    columns: tuple[str, ...],
    rows: NDArray[np.float64],
    *,
    choices: Sequence[int] = CHOICES,
    seed: int = SEED,
) -> Cohorts:
    """Group the rows; NaN is taken as the column's median.

    Raises:
        ValueError: if there are not more rows than the smallest number of groups tried.
    """
    scale = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    )
    scaled = scale.fit_transform(rows)
    tried = {k: _fitted(scaled, k, seed) for k in choices if k < len(rows)}
    if not tried:
        raise ValueError(f"{len(rows)} rows are too few for groups")
    silhouettes = {
        k: float(silhouette_score(scaled, fitted.labels_)) for k, fitted in tried.items()
    }
    k = max(silhouettes, key=lambda number: silhouettes[number])
    best = tried[k]
    return Cohorts(
        columns=columns,
        k=k,
        silhouettes=silhouettes,
        labels=best.labels_.astype(np.int64),
        centres=scale.named_steps["standardscaler"].inverse_transform(best.cluster_centers_),
        inertia=float(best.inertia_),
    )


def _fitted(scaled: NDArray[np.float64], k: int, seed: int) -> Any:  # noqa: ANN401 - sklearn has no types
    with threadpool_limits(limits=1):
        return KMeans(n_clusters=k, n_init=STARTS, random_state=seed).fit(scaled)
