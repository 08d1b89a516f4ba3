"""Figures of what was said against what happened, each as a function of the rows' weights.

A bootstrap draws persons: a draw is a weight for each row, so that every figure here is computed
anew for a draw without copying a row.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Weighted = Callable[[Floats], float]
"""A figure as a function of the rows' weights."""

NAN = float("nan")
BINS = 10
STEPS = 25
_LEAST = 1e-6


def auroc(said: Floats, happened: Bools) -> Weighted:
    """Return the area under the ROC curve; ties count half."""
    _, level = np.unique(said, return_inverse=True)

    def weigh(weights: Floats) -> float:
        hits = np.bincount(level, weights * happened)
        misses = np.bincount(level, weights * ~happened)
        below = np.cumsum(misses) - misses
        pairs = hits.sum() * misses.sum()
        return float((hits * (below + misses / 2)).sum() / pairs) if pairs else NAN

    return weigh


def auprc(said: Floats, happened: Bools) -> Weighted:
    """Return the area under the curve of precision over recall (average precision)."""
    _, level = np.unique(-said, return_inverse=True)

    def weigh(weights: Floats) -> float:
        hits = np.bincount(level, weights * happened)
        every = np.bincount(level, weights)
        total = hits.sum()
        if not total:
            return NAN
        seen = np.cumsum(every)
        precision = np.divide(np.cumsum(hits), seen, out=np.zeros_like(seen), where=seen > 0)
        return float((precision * hits).sum() / total)

    return weigh


def brier(said: Floats, happened: Bools) -> Weighted:
    """Return the mean squared error of a probability."""
    errors = (said - happened) ** 2
    return lambda weights: float((errors * weights).sum() / weights.sum())


def f1(said: Floats, happened: Bools) -> Weighted:
    """Return the harmonic mean of precision and recall of a yes (above 0)."""
    yes = said > 0

    def weigh(weights: Floats) -> float:
        right = (weights * (yes & happened)).sum()
        total = (weights * yes).sum() + (weights * happened).sum()
        return float(2 * right / total) if total else NAN

    return weigh


def sensitivity(said: Floats, happened: Bools) -> Weighted:
    """Return the share of what happened that was answered yes (above 0)."""
    return _share((said > 0) & happened, happened)


def ppv(said: Floats, happened: Bools) -> Weighted:
    """Return the share of the yes (above 0) that happened."""
    return _share((said > 0) & happened, said > 0)


def mean(said: Floats, happened: Bools) -> Weighted:
    """Return the mean of what was said, of the rows where anything was."""
    known = ~np.isnan(said) & happened
    values = np.where(known, said, 0.0)
    return lambda weights: (
        float((values * weights).sum() / w) if (w := (weights * known).sum()) else NAN
    )


def slope(said: Floats, happened: Bools) -> Weighted:
    """Return the calibration slope: 1 is right, below 1 the probabilities are too extreme.

    The weight of the probability's log-odds in a logistic regression of what happened (Cox 1958).
    """
    clipped = np.clip(said, _LEAST, 1 - _LEAST)
    odds = np.log(clipped / (1 - clipped))
    return lambda weights: _slope(odds, happened, weights)


def _slope(odds: Floats, happened: Bools, weights: Floats) -> float:
    a, b = 0.0, 1.0
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(a + b * odds, -30, 30)))
        spread = weights * chance * (1 - chance)
        wrong = weights * (happened - chance)
        s0, s1, s2 = spread.sum(), (spread * odds).sum(), (spread * odds * odds).sum()
        det = s0 * s2 - s1 * s1
        if det <= _LEAST * max(1.0, s0):
            return NAN
        g0, g1 = wrong.sum(), (wrong * odds).sum()
        da, db = (s2 * g0 - s1 * g1) / det, (s0 * g1 - s1 * g0) / det
        a, b = a + da, b + db
        if abs(da) + abs(db) < _LEAST:
            return float(b)
    return NAN


def ece(said: Floats, happened: Bools) -> Weighted:
    """Return the expected calibration error: what was said less what happened, over ten bins."""
    level = np.minimum(BINS - 1, (said * BINS).astype(np.int64))

    def weigh(weights: Floats) -> float:
        claimed = np.bincount(level, weights * said, minlength=BINS)
        came = np.bincount(level, weights * happened, minlength=BINS)
        return float(np.abs(claimed - came).sum() / weights.sum())

    return weigh


def reliability(said: Floats, happened: Bools) -> tuple[tuple[float, float, int], ...]:
    """Return the calibration curve: in ten groups of equal size what was said and what happened."""
    order = np.argsort(said, kind="stable")
    groups = [group for group in np.array_split(order, BINS) if len(group)]
    return tuple(
        (round(float(said[g].mean()), 4), round(float(happened[g].mean()), 4), len(g))
        for g in groups
    )


METRICS: dict[str, Callable[[Floats, Bools], Weighted]] = {
    "auroc": auroc,
    "auprc": auprc,
    "brier": brier,
    "f1": f1,
    "sensitivity": sensitivity,
    "ppv": ppv,
    "mean": mean,
    "slope": slope,
    "ece": ece,
}


def _share(part: Bools, whole: Bools) -> Weighted:
    def weigh(weights: Floats) -> float:
        total = (weights * whole).sum()
        return float((weights * part).sum() / total) if total else NAN

    return weigh


def ratio(counts: Floats, days: Floats) -> Weighted:
    """Return how many there are in a unit of time, over rows that are persons; of none: NaN."""

    def weigh(weights: Floats) -> float:
        total = (days * weights).sum()
        return float((counts * weights).sum() / total) if total else NAN

    return weigh


def constant(value: float) -> Weighted:
    """Return a figure that is the same for everybody: what a perfect one would be."""
    return lambda _: value
