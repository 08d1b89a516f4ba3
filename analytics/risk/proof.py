"""Whether a model has proved itself: paired against the plain rule, with an interval by person.

Examples of one person resemble each other, so the bootstrap draws persons. Both sides of a
difference are judged on the same examples and the same draw: what matters is whether one is
better than the other, not how good each looks on its own. numpy is imported when it is asked
for, since a gateway that starts again after a crash must not wait for it.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DRAWS = 300
SEED = 5
LEAST_EXAMPLES = 200
LEAST_POSITIVES = 20
LEAST_PEOPLE = 5
ECE_BINS = 10
_EDGE = 1e-4


class SaidExample(Struct, frozen=True, array_like=True, gc=False):
    """One example after its label is known: what was said before, by whom it was lived.

    Attributes:
        person: number of the patient.
        probability: what the model said, 0 to 1.
        news2_low: the plain rule at that time.
        happened: whether the patient deteriorated.
        weight: certainty of the label, above 0 to 1.
    """

    person: int
    probability: float
    news2_low: int
    happened: bool
    weight: float = 1.0


class Gain(Struct, frozen=True, array_like=True, gc=False):
    """A paired difference, better above 0, with its 95 % interval by person."""

    difference: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the whole interval is on the better side."""
        return self.low > 0.0


class ProgressiveProof(Struct, frozen=True, kw_only=True):
    """How a model has done on people here, beside NEWS2 and beside everybody's average.

    Attributes:
        examples, positives, people: what it was judged on.
        auroc: area under the ROC curve, ties as half.
        auroc_news2: of NEWS2's lower bound on the same examples.
        auroc_gain: the paired difference.
        brier: mean squared error; brier_base: of everybody's average.
        brier_gain: the paired difference, better above 0.
        slope: of a logistic line through what was said (1: neither too bold nor too timid).
        ece: mean distance of what was said from what happened, in ten groups of equal size.
    """

    examples: int
    positives: int
    people: int
    auroc: float
    auroc_news2: float
    auroc_gain: Gain
    brier: float
    brier_base: float
    brier_gain: Gain
    slope: float
    ece: float

    @property
    def proven(self) -> bool:
        """Whether it beats NEWS2 and the average for sure, on enough of both outcomes."""
        enough = (
            self.examples >= LEAST_EXAMPLES
            and self.positives >= LEAST_POSITIVES
            and self.people >= LEAST_PEOPLE
        )
        return enough and self.auroc_gain.sure and self.brier_gain.sure


def prove(said: Sequence[SaidExample]) -> ProgressiveProof | None:
    """Judge a model on examples; None without both outcomes."""
    import numpy as np  # noqa: PLC0415 - see the module's docstring

    happened = np.array([one.happened for one in said], dtype=bool)
    if happened.all() or not happened.any():
        return None
    chance = np.array([one.probability for one in said])
    plain = np.array([float(one.news2_low) for one in said])
    weight = np.array([one.weight for one in said])
    people = np.array([one.person for one in said])
    base = np.full(len(said), float((weight * happened).sum() / weight.sum()))
    return ProgressiveProof(
        examples=len(said),
        positives=int(happened.sum()),
        people=len(np.unique(people)),
        auroc=round(auroc(chance, happened, weight), 4),
        auroc_news2=round(auroc(plain, happened, weight), 4),
        auroc_gain=auroc_gain(chance, plain, happened, weight, people),
        brier=round(brier(chance, happened, weight), 4),
        brier_base=round(brier(base, happened, weight), 4),
        brier_gain=brier_gain(chance, base, happened, weight, people),
        slope=round(slope(chance, happened, weight), 3),
        ece=round(ece(chance, happened, weight), 4),
    )


def auroc(said: "Floats", happened: "NDArray[np.bool_]", weight: "Floats") -> float:
    """Return the weighted area under the ROC curve, ties as half; NaN without both outcomes."""
    import numpy as np  # noqa: PLC0415

    _, level = np.unique(said, return_inverse=True)
    hits = np.bincount(level, weight * happened)
    misses = np.bincount(level, weight * ~happened)
    pairs = hits.sum() * misses.sum()
    below = np.cumsum(misses) - misses
    return float((hits * (below + misses / 2)).sum() / pairs) if pairs else float("nan")


def brier(said: "Floats", happened: "NDArray[np.bool_]", weight: "Floats") -> float:
    """Return the weighted mean squared error of a probability."""
    return float((weight * (said - happened) ** 2).sum() / weight.sum())


def slope(said: "Floats", happened: "NDArray[np.bool_]", weight: "Floats") -> float:
    """Return the calibration slope (Cox): 1 is right, below 1 too bold."""
    return platt(said, happened, weight)[0]


def platt(said: "Floats", happened: "NDArray[np.bool_]", weight: "Floats") -> tuple[float, float]:
    """Return slope and intercept of the logistic line from what was said to what happened."""
    import numpy as np  # noqa: PLC0415

    line, shift = 1.0, 0.0
    x = _logit(said)
    for _ in range(50):  # Newton's steps; two parameters
        p = 1.0 / (1.0 + np.exp(-np.clip(line * x + shift, -30, 30)))
        pull, grip = weight * (happened - p), weight * p * (1 - p) + 1e-12
        a, b, c = (grip * x * x).sum() + 1e-9, (grip * x).sum(), grip.sum() + 1e-9
        first, second = (pull * x).sum(), pull.sum()
        size = a * c - b * b
        if abs(size) < 1e-12:  # noqa: PLR2004 - everybody was told the same
            break
        step = (c * first - b * second) / size, (a * second - b * first) / size
        line, shift = line + step[0], shift + step[1]
        if max(map(abs, step)) < 1e-9:  # noqa: PLR2004 - settled
            break
    return float(line), float(shift)


def ece(said: "Floats", happened: "NDArray[np.bool_]", weight: "Floats") -> float:
    """Return the expected calibration error over ten groups of equal size."""
    import numpy as np  # noqa: PLC0415

    total, error = weight.sum(), 0.0
    for group in np.array_split(np.argsort(said, kind="stable"), ECE_BINS):
        if len(group):
            share = weight[group]
            error += abs((share * (said[group] - happened[group])).sum())
    return float(error / total)


def auroc_gain(
    said: "Floats",
    against: "Floats",
    happened: "NDArray[np.bool_]",
    weight: "Floats",
    people: "NDArray[np.int64]",
) -> Gain:
    """Return by how much the area under the curve is larger than the other's, on the same rows."""

    def gain(times: "Floats") -> float:
        return auroc(said, happened, times) - auroc(against, happened, times)

    return _drawn(gain, weight, people)


def brier_gain(
    said: "Floats",
    against: "Floats",
    happened: "NDArray[np.bool_]",
    weight: "Floats",
    people: "NDArray[np.int64]",
) -> Gain:
    """Return by how much the squared error is smaller than the other's, on the same rows."""
    better = (against - happened) ** 2 - (said - happened) ** 2
    return _drawn(lambda times: float((times * better).sum() / times.sum()), weight, people)


def _drawn(
    gain: "Callable[[Floats], float]", weight: "Floats", people: "NDArray[np.int64]"
) -> Gain:
    import numpy as np  # noqa: PLC0415

    chance = np.random.default_rng(SEED)
    _, index = np.unique(people, return_inverse=True)
    persons = int(index.max()) + 1
    draws = []
    for _ in range(DRAWS):
        times = np.bincount(chance.integers(0, persons, persons), minlength=persons)[index]
        draws.append(gain(times * weight))
    finite = [one for one in draws if one == one]  # noqa: PLR0124 - a draw without both outcomes
    low, high = np.percentile(finite, (2.5, 97.5)) if finite else (0.0, 0.0)
    return Gain(round(gain(weight), 4), round(float(low), 4), round(float(high), 4))


def _logit(said: "Floats") -> "Floats":
    import numpy as np  # noqa: PLC0415

    inside = np.clip(said, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside / (1 - inside)))
