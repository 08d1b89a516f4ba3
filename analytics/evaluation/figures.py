"""A figure with its uncertainty, and what it must beat: area under the curve, error, F1.

The bootstrap draws persons, not rows: readings of one person resemble each other, and a
row-wise interval would be far too narrow.
"""

from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
People = NDArray[np.int64]
Weighted = Callable[[Floats], float]
"""A figure as a function of the rows' weights."""

DRAWS = 400
SEED = 5
DIGITS = 4


class Against(Struct, frozen=True):
    """The plain rule or score that a figure must beat."""

    name: str
    value: float


class Figure(Struct, frozen=True, kw_only=True):
    """One line of ``homeward evaluate``.

    Attributes:
        dataset: which recordings.
        task: what was to be told.
        people: persons judged.
        n: rows judged.
        events: rows with the event.
        metric: ``auroc``, ``brier``, ``f1``, ...
        value: of the product.
        ci95: bootstrap interval, by person.
        against: the plain rule or score.
    """

    dataset: str
    task: str
    people: int
    n: int
    events: int
    metric: str
    value: float
    ci95: tuple[float, float]
    against: Against


class Judged(Struct, frozen=True, kw_only=True):
    """What was said of each row, what happened, and whose row it is."""

    said: Floats
    happened: Bools
    people: People


def auroc(said: Floats, happened: Bools) -> Weighted:
    """Return the area under the ROC curve as a function of the rows' weights; ties count half."""
    _, level = np.unique(said, return_inverse=True)

    def weigh(weights: Floats) -> float:
        hits = np.bincount(level, weights * happened)
        misses = np.bincount(level, weights * ~happened)
        below = np.cumsum(misses) - misses
        pairs = hits.sum() * misses.sum()
        return float((hits * (below + misses / 2)).sum() / pairs) if pairs else float("nan")

    return weigh


def brier(said: Floats, happened: Bools) -> Weighted:
    """Return the mean squared error of a probability as a function of the rows' weights."""
    errors = (said - happened) ** 2
    return lambda weights: float((errors * weights).sum() / weights.sum())


def f1(said: Floats, happened: Bools) -> Weighted:
    """Return the harmonic mean of precision and recall of a yes (above 0) by weights."""
    yes = said > 0

    def weigh(weights: Floats) -> float:
        right = (weights * (yes & happened)).sum()
        total = (weights * yes).sum() + (weights * happened).sum()
        return float(2 * right / total) if total else float("nan")

    return weigh


METRICS: dict[str, Callable[[Floats, Bools], Weighted]] = {
    "auroc": auroc,
    "brier": brier,
    "f1": f1,
}


def figure(
    dataset: str, task: str, metric: str, judged: Judged, against: tuple[str, Floats]
) -> Figure:
    """Return a metric of what was said, beside the same metric of the plain rule.

    Args:
        dataset: name of the recordings.
        task: what was to be told.
        metric: one of :data:`METRICS`.
        judged: the product's answers.
        against: name and answers of the plain rule, for the same rows.
    """
    weigh = METRICS[metric](judged.said, judged.happened)
    ones = np.ones(len(judged.said))
    name, plain = against
    rule = METRICS[metric](plain, judged.happened)(ones)
    return Figure(
        dataset=dataset,
        task=task,
        people=len(np.unique(judged.people)),
        n=len(judged.said),
        events=int(judged.happened.sum()),
        metric=metric,
        value=round(weigh(ones), DIGITS),
        ci95=interval(weigh, judged.people),
        against=Against(name, round(rule, DIGITS)),
    )


def interval(weigh: Weighted, people: People) -> tuple[float, float]:
    """Return the 95 % interval of a figure over draws of persons, with replacement."""
    chance = np.random.default_rng(SEED)
    _, index = np.unique(people, return_inverse=True)
    persons = int(index.max()) + 1
    draws = []
    for _ in range(DRAWS):
        times = np.bincount(chance.integers(0, persons, persons), minlength=persons)
        draws.append(weigh(times[index].astype(np.float64)))
    low, high = np.nanpercentile(draws, (2.5, 97.5))
    return round(float(low), DIGITS), round(float(high), DIGITS)
