"""Learning the next version: the line by river, a forest by river, steps by scikit-learn.

Every example is a test first and a lesson second: what each model says of it is written down
before it learns from it (:func:`judged`). The same examples in the same order after the same
version always give the same version. The libraries are imported when a lesson begins, since
they take seconds that a gateway after a crash does not have.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analytics.news2.score import MAXIMUM
from analytics.risk.features import NAMES
from analytics.risk.model import FOREST, FORMAT, LINE, STEPS, Example, ModelState, PopulationModel
from analytics.risk.predictors import Forest as FlatForest
from analytics.risk.predictors import Line, Tree
from analytics.risk.progressive_validation import bin_of

if TYPE_CHECKING:
    from river.linear_model import LogisticRegression

LEARNING_RATE = 0.02
SETTLES = 800
"""Examples behind the line after which it moves half as fast (Robbins and Monro): what was learnt
from thousands of examples is not to be forgotten over the last hundred."""
L2 = 1e-4
RECENT_LOSSES = 512
TREES, DEPTH, GRACE = 10, 6, 40
FOREST_EXAMPLES = 1_500
"""The forest is grown anew from so many of the newest examples: it needs no state of its own."""
SEED = 7


def judged(model: PopulationModel, examples: Sequence[Example]) -> list[dict[str, float]]:
    """Return what each model of a version says of examples that it has not learnt from.

    ``said`` is what the patient's lane was told at the time.
    """
    known = {name: model.state.predictor(name) for name in (LINE, STEPS, FOREST)}
    return [
        {"said": one.probability}
        | {
            name: predictor.probability(one.features)
            for name, predictor in known.items()
            if predictor is not None
        }
        for one in examples
    ]


def next_version(
    examples: Sequence[Example],
    previous: PopulationModel,
    newest: Sequence[Example] = (),
) -> PopulationModel:
    """Return the next version, learnt from matured examples in the order given.

    A lesson that ends in what is no number teaches nothing: the weights stay as they were.

    Args:
        examples: those that nobody has learnt from.
        previous: the version to go on from.
        newest: what the forest grows from, ``examples`` among them; empty: no forest.
    """
    if not examples:
        return previous
    state = previous.state
    line = _line(state, examples)
    if not line.finite:
        line = Line(state.weights, state.intercept)
    grown = grow(newest[-FOREST_EXAMPLES:]) if newest else state.forest
    moved = _counted(state, examples)
    return PopulationModel(
        replace(moved, weights=line.weights, intercept=line.intercept, forest=grown)
    )


def _line(state: ModelState, examples: Sequence[Example]) -> Line:
    model = _river_line(state)
    for one in examples:
        model.learn_one(dict(enumerate(one.features)), one.deteriorated, one.weight)
    weights = tuple(float(model.weights.get(at, 0.0)) for at in range(len(NAMES)))
    return Line(weights, float(model.intercept))


def _river_line(state: ModelState) -> "LogisticRegression":
    from river import linear_model, optim  # noqa: PLC0415 - see the module's docstring
    from river.utils import VectorDict  # noqa: PLC0415

    rate = LEARNING_RATE / (1 + state.behind / SETTLES)
    model = linear_model.LogisticRegression(
        optimizer=optim.SGD(rate),
        l2=L2,
        intercept_init=state.intercept,
        intercept_lr=rate,
    )
    model._weights = VectorDict(dict(enumerate(state.weights)))  # noqa: SLF001 - river has no setter
    return model


def grow(examples: Sequence[Example]) -> FlatForest | None:
    """Return river's adaptive random forest of the examples, as plain arrays."""
    from river import forest  # noqa: PLC0415
    from river.drift import NoDrift  # noqa: PLC0415

    model = forest.ARFClassifier(
        n_models=TREES,
        max_depth=DEPTH,
        grace_period=GRACE,
        delta=0.05,
        leaf_prediction="mc",
        disable_weighted_vote=True,
        drift_detector=NoDrift(),
        warning_detector=NoDrift(),
        seed=SEED,
    )
    for one in examples:
        model.learn_one(dict(enumerate(one.features)), one.deteriorated)
    if not len(model):
        return None
    return FlatForest(tuple(_flat(tree._root) for tree in model))  # noqa: SLF001 - river has no reader


def _flat(root: object) -> Tree:
    """Return a tree as arrays; each node's value is the share of deteriorations in it, smoothed."""
    features: list[int] = []
    thresholds: list[float] = []
    lefts: list[int] = []
    rights: list[int] = []
    values: list[float] = []

    def visit(node: object) -> int:
        at = len(features)
        stats = getattr(node, "stats", None) or {}
        hits, total = stats.get(True, 0.0), sum(stats.values())
        values.append((hits + 1.0) / (total + 2.0))
        children = getattr(node, "children", None)
        features.append(int(getattr(node, "feature", -1)) if children else -1)
        thresholds.append(float(getattr(node, "threshold", 0.0)) if children else 0.0)
        lefts.append(-1)
        rights.append(-1)
        if children:
            lefts[at], rights[at] = visit(children[0]), visit(children[1])
        return at

    visit(root)
    return Tree(tuple(features), tuple(thresholds), tuple(lefts), tuple(rights), tuple(values))


def _counted(state: ModelState, examples: Sequence[Example]) -> ModelState:
    said, news2 = state.said, state.news2
    for example in examples:
        happened = example.deteriorated
        said = said.add(bin_of(example.probability), positive=happened)
        news2 = news2.add(min(MAXIMUM, example.news2_low), positive=happened)
    losses = [(example.probability - example.deteriorated) ** 2 for example in examples]
    drifts, since = _drifts(state.recent_losses, losses)
    return replace(
        state,
        format=FORMAT,
        version=state.version + 1,
        examples=state.examples + len(examples),
        behind=state.behind + len(examples),
        positives=state.positives + sum(example.deteriorated for example in examples),
        said=said,
        news2=news2,
        squared_error=state.squared_error + sum(losses),
        recent_losses=(*state.recent_losses, *losses)[-RECENT_LOSSES:],
        drifts=state.drifts + drifts,
        since_drift=since if drifts else state.since_drift + len(examples),
    )


def _drifts(before: Sequence[float], now: Sequence[float]) -> tuple[int, int]:
    """Count how often the error's level rose in ``now``, given the errors before (ADWIN).

    Returns:
        How often, and how many examples came after the last time. An error that became smaller
        is no reason to distrust anybody.
    """
    from river.drift import ADWIN  # noqa: PLC0415 - see the module's docstring

    watch = ADWIN()
    for loss in before:
        watch.update(loss)
    found, since = 0, len(now)
    for at, loss in enumerate(now):
        usual = watch.estimation
        watch.update(loss)
        if watch.drift_detected and watch.estimation > usual:
            found += 1
            since = len(now) - at - 1
    return found, since
