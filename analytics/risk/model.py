"""The probability that a patient deteriorates within the horizon, learnt online with river.

The population model is an immutable version: a batch of matured examples makes the next one,
and every assessment names the version it used. What is personal (baselines, trends, waiting
examples) stays in the patient's lane. Version 0 is a prior that follows NEWS2; it is shown, but
no version raises an alert before it has seen enough of both outcomes. A version is a plain
record of numbers: its snapshot needs no pickle.

Scoring needs river no more than it needs pickle: it is imported when a version is learnt, since
it brings scikit-learn with it, and a gateway that starts again after a crash cannot wait for that.
"""

from functools import cached_property
from math import exp, isfinite
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec import Struct

from analytics.errors import SnapshotError
from analytics.news2.score import MAXIMUM
from analytics.risk.features import NAMES
from analytics.risk.progressive_validation import BINS, SCORES, Counts, bin_of, calibration, empty

if TYPE_CHECKING:
    from river.linear_model import LogisticRegression

FORMAT = 1
LEARNING_RATE = 0.02
L2 = 1e-4
LEAST_EXAMPLES = 200
LEAST_POSITIVES = 20
RECENT_LOSSES = 512
DRIVERS = 3
LEAST_DRIVER = 0.1
_MOST_LOGIT = 30.0

PRIOR_INTERCEPT = -4.0
PRIOR_WEIGHTS: tuple[float, ...] = (
    *(0.2, 0.2, 0.2),
    *(0.3, 0.3, 0.2),
    *(-0.3, -0.3, -0.2),
    *(0.1, 0.1, 0.0),
    *(-0.1, -0.2, 0.0),
    *(3.5, 0.5, 0.5, 0.3),
)
"""Version 0 in the order of :data:`analytics.risk.features.NAMES` (proposed): about half a unit of
log-odds for each point of NEWS2, which it therefore ranks as NEWS2 does."""


class Example(Struct, frozen=True, gc=False, array_like=True):
    """A matured training example.

    Attributes:
        at_ms: event time at which the prediction was made.
        features: in the order of :data:`analytics.risk.features.NAMES`.
        probability: what the model said then.
        model_version: the version that said it.
        news2_low: NEWS2 lower bound then: the plain rule that the model must beat.
        deteriorated: the label, known only after the horizon.
    """

    at_ms: int
    features: tuple[float, ...]
    probability: float
    model_version: int
    news2_low: int
    deteriorated: bool


class ModelState(Struct, frozen=True, kw_only=True):
    """All numbers of one version."""

    format: int = FORMAT
    version: int = 0
    weights: tuple[float, ...] = PRIOR_WEIGHTS
    intercept: float = PRIOR_INTERCEPT
    examples: int = 0
    positives: int = 0
    said: Counts = empty(BINS)
    news2: Counts = empty(SCORES)
    squared_error: float = 0.0
    recent_losses: tuple[float, ...] = ()
    drifts: int = 0


class PopulationModel:
    """One immutable version of the population model."""

    def __init__(self, state: ModelState) -> None:
        self.state = state
        self.version = state.version
        self._weights = state.weights
        self._intercept = state.intercept

    @classmethod
    def initial(cls) -> Self:
        """Return version 0: a prior from NEWS2, which never raises."""
        return cls(ModelState())

    @cached_property
    def name(self) -> str:
        """The version's name, as alerts and assessments give it."""
        return f"risk-{self.version}"

    @cached_property
    def raises(self) -> bool:
        """Whether it has seen enough of both outcomes to raise an alert by itself."""
        state = self.state
        return state.examples >= LEAST_EXAMPLES and state.positives >= LEAST_POSITIVES

    def predict(self, features: tuple[float, ...]) -> float:
        """Return the probability of deterioration within the horizon, 0 to 1."""
        logit = self._intercept
        for weight, value in zip(self._weights, features, strict=True):
            logit += weight * value
        return 1.0 / (1.0 + exp(-min(_MOST_LOGIT, max(-_MOST_LOGIT, logit))))

    def drivers(self, features: tuple[float, ...]) -> tuple[tuple[str, float], ...]:
        """Return what moves the prediction most: words and size in log-odds, largest first."""
        sizes = [
            (abs(size := weight * value), at, size)
            for at, (weight, value) in enumerate(zip(self._weights, features, strict=True))
            if value and not -LEAST_DRIVER < weight * value < LEAST_DRIVER
        ]
        if not sizes:
            return ()
        sizes.sort(reverse=True)
        return tuple((NAMES[at], round(size, 3)) for _, at, size in sizes[:DRIVERS])

    @classmethod
    def trained_on(cls, examples: list[Example], previous: Self) -> Self:
        """Return the next version, learnt from matured examples in the order given.

        The same examples in the same order after the same version always give the same model. A
        lesson that ends in what is no number teaches nothing: the weights stay as they were.
        """
        if not examples:
            return previous
        model = _river_model(previous.state)
        for example in examples:
            model.learn_one(dict(enumerate(example.features)), example.deteriorated)
        weights = tuple(float(model.weights.get(at, 0.0)) for at in range(len(NAMES)))
        intercept = float(model.intercept)
        if not _finite(weights, intercept):
            weights, intercept = previous.state.weights, previous.state.intercept
        return cls(_judged(previous.state, examples, weights, intercept))

    def report(self) -> dict[str, object]:
        """Return the progressive validation so far: figures, calibration, drift."""
        state = self.state
        return {
            "model": self.name,
            "examples": state.examples,
            "positives": state.positives,
            "raises": self.raises,
            "auroc": state.said.auroc(),
            "auroc_news2": state.news2.auroc(),
            "brier": state.squared_error / state.examples if state.examples else None,
            "calibration": calibration(state.said),
            "drifts": state.drifts,
        }

    def snapshot(self) -> bytes:
        """Return the version as bytes (msgpack of plain numbers)."""
        return msgspec.msgpack.encode(self.state)

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """Return the version that :meth:`snapshot` wrote.

        Raises:
            SnapshotError: if the bytes are damaged or of another format.
        """
        try:
            state = msgspec.msgpack.decode(data, type=ModelState)
        except msgspec.DecodeError as error:
            raise SnapshotError(f"a risk model cannot be read: {error}") from error
        if state.format != FORMAT or len(state.weights) != len(NAMES):
            raise SnapshotError(f"a risk model has format {state.format}, not {FORMAT}")
        if not _finite(state.weights, state.intercept):
            raise SnapshotError(f"risk model {state.version} has weights that are no numbers")
        return cls(state)


def _finite(weights: tuple[float, ...], intercept: float) -> bool:
    """Whether a model can be computed with: with NaN everybody would look well."""
    return isfinite(intercept) and all(map(isfinite, weights))


def _river_model(state: ModelState) -> "LogisticRegression":
    from river import linear_model, optim  # noqa: PLC0415 - see the module's docstring
    from river.utils import VectorDict  # noqa: PLC0415

    model = linear_model.LogisticRegression(
        optimizer=optim.SGD(LEARNING_RATE),
        l2=L2,
        intercept_init=state.intercept,
        intercept_lr=LEARNING_RATE,
    )
    model._weights = VectorDict(dict(enumerate(state.weights)))  # noqa: SLF001 - river has no setter
    return model


def _judged(
    state: ModelState, examples: list[Example], weights: tuple[float, ...], intercept: float
) -> ModelState:
    said, news2 = state.said, state.news2
    for example in examples:
        happened = example.deteriorated
        said = said.add(bin_of(example.probability), positive=happened)
        news2 = news2.add(min(MAXIMUM, example.news2_low), positive=happened)
    losses = [(example.probability - example.deteriorated) ** 2 for example in examples]
    return ModelState(
        version=state.version + 1,
        weights=weights,
        intercept=intercept,
        examples=state.examples + len(examples),
        positives=state.positives + sum(example.deteriorated for example in examples),
        said=said,
        news2=news2,
        squared_error=state.squared_error + sum(losses),
        recent_losses=(*state.recent_losses, *losses)[-RECENT_LOSSES:],
        drifts=state.drifts + _drifts(state.recent_losses, losses),
    )


def _drifts(before: tuple[float, ...], now: list[float]) -> int:
    """Count how often the error's level changed in ``now``, given the errors before (ADWIN)."""
    from river.drift import ADWIN  # noqa: PLC0415 - see the module's docstring

    watch = ADWIN()
    for loss in before:
        watch.update(loss)
    found = 0
    for loss in now:
        watch.update(loss)
        found += bool(watch.drift_detected)
    return found
