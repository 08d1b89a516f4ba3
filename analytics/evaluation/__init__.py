"""``homeward evaluate``: the product's figures on recordings, beside the rule they must beat.

Nothing is fitted to the persons it is evaluated on, every figure has a bootstrap interval by
person, and the plain rule or score stands beside it, also where it is better.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from analytics.errors import DatasetError
from analytics.evaluation import glucose, home, hospital, icu
from analytics.evaluation.figures import Figure

__all__ = ["DATASETS", "Figure", "run"]

DATASETS: Mapping[str, Callable[[Path], Iterator[Figure]]] = {
    "tihm": home.figures,
    "mimic_iv_demo": hospital.figures,
    "challenge2012": icu.figures,
    "diabetes": glucose.diabetes_figures,
    "cgm": glucose.cgm_figures,
}
_HEAD = ("task", "people", "n", "events", "metric", "value", "95 % interval", "against")
_TABLE = "{:<44} {:>6} {:>7} {:>6} {:<6} {:>7} {:>17}  {}"


def run(dataset: str, folder: Path, as_json: bool) -> Iterator[str]:  # noqa: FBT001 - the command's own flag
    """Evaluate on one data set; give the lines to print.

    Args:
        dataset: one of :data:`DATASETS`.
        folder: the data set's own folder, or the one that holds it under its name.
        as_json: one JSON object a line instead of a table.

    Raises:
        DatasetError: if the data set is unknown or its files are not as expected.
    """
    figures = DATASETS.get(dataset)
    if figures is None:
        raise DatasetError(f"{dataset} is none of {', '.join(DATASETS)}")
    inner = folder / dataset
    for at, one in enumerate(figures(inner if inner.is_dir() else folder)):
        if not (at or as_json):
            yield _TABLE.format(*_HEAD)
        yield msgspec.json.encode(one).decode() if as_json else _line(one)


def _line(one: Figure) -> str:
    low, high = one.ci95
    return _TABLE.format(
        one.task,
        one.people,
        one.n,
        one.events,
        one.metric,
        f"{one.value:.3f}",
        f"{low:.3f} to {high:.3f}",
        f"{one.against.name}: {one.against.value:.3f}",
    )
