"""The probability that a patient deteriorates within the horizon, learnt online.

The population model is an immutable version: a batch of matured examples makes the next one,
and every assessment names the version it used. What is personal (baselines, trends, waiting
examples) stays in the patient's lane. A version holds a champion, which speaks, and challengers,
which are only judged (:mod:`analytics.champions`). Version 0 is a prior that follows NEWS2.

No version is shown before it has beaten NEWS2 and everybody's average on people here, and none
raises an alert unless it does so now; see :mod:`analytics.risk.proof`. A version is a record of
numbers: it needs no pickle, and neither river nor scikit-learn is needed to say what it says.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Self

import msgspec
from msgspec import Struct

from analytics.errors import SnapshotError
from analytics.risk.explain import drivers
from analytics.risk.features import NAMES
from analytics.risk.predictors import Forest, Line, Predictor, Steps
from analytics.risk.progressive_validation import BINS, SCORES, Counts, calibration, empty
from analytics.risk.proof import ProgressiveProof

FORMAT = 2
READABLE = frozenset({1, 2})
"""Format 1 has the line alone, and fewer features; the rest begins empty."""
PRIOR, LINE, STEPS, FOREST = "prior", "line", "steps", "forest"

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
        features: in the order of :data:`analytics.risk.features.NAMES`; those of an earlier format
            have fewer.
        probability: what the model said then.
        model_version: the version that said it.
        news2_low: NEWS2 lower bound then: the plain rule that the model must beat.
        deteriorated: the label, known only after the horizon.
        weight: certainty of the label, above 0 to 1.
        source: ``news2`` or ``clinician``: who gave the label.
    """

    at_ms: int
    features: tuple[float, ...]
    probability: float
    model_version: int
    news2_low: int
    deteriorated: bool
    weight: float = 1.0
    source: str = "news2"


class ModelState(Struct, frozen=True, kw_only=True):
    """All numbers of one version.

    Attributes:
        weights, intercept: of the line, which learns with every lesson.
        steps: boosted step functions, learnt anew every night; None before the first.
        forest: river's forest, learnt anew with every lesson; None before the first.
        champion: which of them speaks: ``line``, ``steps`` or ``forest``.
        examples, positives: seen here, by this version and those before it.
        said, news2, squared_error, recent_losses, drifts: progressive validation of what was said.
        proof: how the champion did on the newest examples here, since the last drift.
        since_drift: examples since the error's level last changed.
        behind: examples behind the line, those of a shipped version included: the more, the slower
            it moves.
        origin: name of what the version began from: ``prior``, or the card of a shipped one.
        boosted_ms: ward time at which the steps were learnt.
    """

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
    champion: str = LINE
    steps: Steps | None = None
    forest: Forest | None = None
    proof: ProgressiveProof | None = None
    since_drift: int = 0
    origin: str = PRIOR
    behind: int = 0
    boosted_ms: int = 0

    def predictor(self, name: str) -> Predictor | None:
        """Return one of the models by name, None if it was not learnt yet."""
        if name == STEPS:
            return self.steps
        if name == FOREST:
            return self.forest
        return Line(self.weights, self.intercept)


class PopulationModel:
    """One immutable version of the population model."""

    def __init__(self, state: ModelState) -> None:
        self.state = state
        self.version = state.version
        self._speaks = state.predictor(state.champion) or Line(state.weights, state.intercept)

    @classmethod
    def initial(cls) -> Self:
        """Return version 0: a prior from NEWS2, which never raises."""
        return cls(ModelState())

    @cached_property
    def name(self) -> str:
        """The version's name, as alerts and assessments give it."""
        return f"risk-{self.version}"

    @cached_property
    def proven(self) -> bool:
        """Whether it beats NEWS2 and the average on people here; else it is not shown."""
        proof = self.state.proof
        return proof is not None and proof.proven

    @property
    def raises(self) -> bool:
        """Whether it may raise an alert by itself: as long as it is proven, and no longer."""
        return self.proven

    def predict(self, features: tuple[float, ...]) -> float:
        """Return the probability of deterioration within the horizon, 0 to 1."""
        return self._speaks.probability(features)

    def drivers(self, features: tuple[float, ...]) -> tuple[tuple[str, float], ...]:
        """Return what moves the prediction most: words and size in log-odds, largest first."""
        return drivers(self._speaks.parts(features), features)

    def explain(self, features: tuple[float, ...]) -> "Drivers":
        """Return the same, to be worked out by whoever tells it: most assessments are not told."""
        return Drivers(self, features)

    def report(self) -> dict[str, object]:
        """Return the progressive validation so far: figures, calibration, drift, proof."""
        state = self.state
        return {
            "model": self.name,
            "examples": state.examples,
            "positives": state.positives,
            "raises": self.raises,
            "proven": self.proven,
            "champion": state.champion,
            "origin": state.origin,
            "auroc": state.said.auroc(),
            "auroc_news2": state.news2.auroc(),
            "brier": state.squared_error / state.examples if state.examples else None,
            "calibration": calibration(state.said),
            "drifts": state.drifts,
            "since_drift": state.since_drift,
            "proof": None if state.proof is None else msgspec.to_builtins(state.proof),
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
        if state.format not in READABLE or len(state.weights) > len(NAMES):
            raise SnapshotError(f"a risk model has format {state.format}, not {FORMAT}")
        known = (state.predictor(name) for name in (LINE, STEPS, FOREST))
        if not all(one.finite for one in known if one is not None):
            raise SnapshotError(f"risk model {state.version} has weights that are no numbers")
        return cls(state)


class Drivers(Struct, frozen=True, gc=False):
    """What moves one prediction most: words and size in log-odds, largest first."""

    model: PopulationModel
    features: tuple[float, ...]

    def __iter__(self) -> Iterator[tuple[str, float]]:
        """Work it out; the same each time, since a version never changes."""
        return iter(self.model.drivers(self.features))
