"""The figures of each data set, by its name, and the lines that show them."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from analytics.errors import DatasetError
from analytics.evaluation import glucose, home, hospital, icu
from analytics.evaluation.asked import EvaluationOptions, Progress, nothing, values_of
from analytics.evaluation.figures import Figure

__all__ = [
    "DATASETS",
    "EvaluationOptions",
    "Figure",
    "Progress",
    "figures",
    "lines",
    "nothing",
    "values_of",
]

DATASETS: Mapping[str, Callable[[EvaluationOptions], Iterator[Figure]]] = {
    "tihm": home.figures,
    "mimic_iv_demo": hospital.figures,
    "challenge2012": icu.figures,
    "diabetes": glucose.diabetes_figures,
    "cgm": glucose.cgm_figures,
}
_HEAD = ("path", "task", "people", "n", "events", "metric", "value", "95 % interval", "against")
_TABLE = "{:<5} {:<64} {:>6} {:>7} {:>6} {:<22} {:>8} {:>19}  {}"


def figures(dataset: str, asked: EvaluationOptions) -> Iterator[Figure]:
    """Evaluate on one data set.

    Args:
        dataset: one of :data:`DATASETS`.
        asked: its folder is the data set's own, or the one that holds it under its name.

    Raises:
        DatasetError: if the data set is unknown or its files are not as expected.
    """
    known = DATASETS.get(dataset)
    if known is None:
        raise DatasetError(f"{dataset} is none of {', '.join(DATASETS)}")
    return known(asked.within(dataset))


def lines(found: Iterator[Figure], *, as_json: bool) -> Iterator[str]:
    """Give the figures as lines to print: JSON objects, or a table."""
    for at, one in enumerate(found):
        if not (at or as_json):
            yield _TABLE.format(*_HEAD)
        yield msgspec.json.encode(one).decode() if as_json else _line(one)


def _line(one: Figure) -> str:
    low, high = one.ci95
    paired = one.paired
    return _TABLE.format(
        one.path,
        one.task,
        one.people,
        one.n,
        one.events,
        one.metric,
        f"{one.value:.3f}",
        f"{low:.3f} to {high:.3f}",
        f"{one.against.name}: {one.against.value:.3f} ({paired.difference:+.3f}, "
        f"{paired.ci95[0]:+.3f} to {paired.ci95[1]:+.3f})",
    )
