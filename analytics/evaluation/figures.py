"""A figure with its uncertainty, beside what it must beat and by how much it does.

The bootstrap draws persons, not rows: readings of one person resemble each other, and a
row-wise interval would be far too narrow. The difference to the plain rule is taken within each
draw (paired), so that its interval is that of the difference and not of two figures.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analytics.evaluation.metrics import METRICS, Bools, Floats, Weighted

__all__ = ["LIVE", "STUDY", "Against", "Bools", "Figure", "Floats", "Judged", "Paired", "figure"]

People = NDArray[np.int64]
LIVE, STUDY = "live", "study"
DRAWS = 400
SEED = 5
DIGITS = 4


class Against(Struct, frozen=True):
    """The plain rule or score that a figure must beat."""

    name: str
    value: float


class Paired(Struct, frozen=True):
    """By how much a figure differs from that of the plain rule, on the same persons."""

    difference: float
    ci95: tuple[float, float]


class Figure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of ``homeward evaluate``.

    Attributes:
        dataset: which recordings.
        task: what was to be told.
        path: ``live``: what patients meet, by the functions that run; ``study``: a model or a
            rule of which nothing runs.
        people: persons judged.
        n: rows judged.
        events: rows with the event.
        metric: ``auroc``, ``brier``, ``f1_pressure``, ...
        value: of the product.
        ci95: bootstrap interval, by person.
        against: the plain rule or score.
        paired: the difference to it.
        curve: of a calibration: what was said, what happened, and of how many.
    """

    dataset: str
    task: str
    path: str
    people: int
    n: int
    events: int
    metric: str
    value: float
    ci95: tuple[float, float]
    against: Against
    paired: Paired
    curve: tuple[tuple[float, float, int], ...] = ()


class Judged(Struct, frozen=True, kw_only=True):
    """What was said of each row, what happened, and whose row it is."""

    said: Floats
    happened: Bools
    people: People


class Compared(Struct, frozen=True, kw_only=True):
    """A figure of the product and the same of what it must beat, over the same rows.

    Attributes:
        ours: as a function of the rows' weights.
        plain: the rule's; a number stands for itself.
        rule: its name.
        people: whose each row is.
        events: rows with the event.
        n: how many were judged, where that is not the number of rows.
    """

    ours: Weighted
    plain: Weighted
    rule: str
    people: People
    events: int
    n: int | None = None


def figure(
    dataset: str,
    task: str,
    metric: str,
    judged: Judged,
    against: tuple[str, Floats],
    *,
    path: str = STUDY,
    name: str | None = None,
) -> Figure:
    """Return a metric of what was said, beside the same metric of the plain rule.

    Args:
        dataset: name of the recordings.
        task: what was to be told.
        metric: one of ``analytics.evaluation.metrics.METRICS``.
        judged: the product's answers.
        against: name and answers of the plain rule, for the same rows.
        path: ``live`` or ``study``.
        name: the metric's name in the figure, if not its own.
    """
    rule, plain = against
    compared = Compared(
        ours=METRICS[metric](judged.said, judged.happened),
        plain=METRICS[metric](plain, judged.happened),
        rule=rule,
        people=judged.people,
        events=int(judged.happened.sum()),
    )
    return told(dataset, task, name or metric, compared, path=path)


def told(dataset: str, task: str, metric: str, compared: Compared, *, path: str) -> Figure:
    """Return a comparison as a line."""
    ones = np.ones(len(compared.people))
    value, rule = compared.ours(ones), compared.plain(ones)
    ours, plain = _drawn(compared)
    return Figure(
        dataset=dataset,
        task=task,
        path=path,
        people=len(np.unique(compared.people)),
        n=len(compared.people) if compared.n is None else compared.n,
        events=compared.events,
        metric=metric,
        value=round(value, DIGITS),
        ci95=_span(ours),
        against=Against(compared.rule, round(rule, DIGITS)),
        paired=Paired(
            round(value - rule, DIGITS),
            _span([one - other for one, other in zip(ours, plain, strict=True)]),
        ),
    )


def interval(weigh: Weighted, people: People) -> tuple[float, float]:
    """Return the 95 % interval of a figure over draws of persons, with replacement."""
    return _span([weigh(weights) for weights in _draws(people)])


def _drawn(compared: Compared) -> tuple[list[float], list[float]]:
    ours, plain = [], []
    for weights in _draws(compared.people):
        ours.append(compared.ours(weights))
        plain.append(compared.plain(weights))
    return ours, plain


def _draws(people: People) -> Iterator[Floats]:
    """Give the rows' weights of each draw; the same people always give the same draws."""
    chance = np.random.default_rng(SEED)
    _, index = np.unique(people, return_inverse=True)
    persons = int(index.max()) + 1 if len(index) else 0
    for _ in range(DRAWS if persons else 0):
        times = np.bincount(chance.integers(0, persons, persons), minlength=persons)
        yield times[index].astype(np.float64)


def _span(drawn: Sequence[float]) -> tuple[float, float]:
    known = [one for one in drawn if not np.isnan(one)]
    if not known:
        return float("nan"), float("nan")
    low, high = np.percentile(known, (2.5, 97.5))
    return round(float(low), DIGITS), round(float(high), DIGITS)
