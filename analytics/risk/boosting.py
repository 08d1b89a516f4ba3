"""The nightly challenger: scikit-learn's histogram boosting, kept as step functions.

Boosting without interactions is a sum of one function a feature, and its trees collapse into steps
exactly: nothing of scikit-learn is stored, the lane evaluates it in some microseconds, and what
each feature adds can be read off. It is calibrated on people whom the fit has not seen.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.risk.model import Example
from analytics.risk.predictors import Steps
from analytics.risk.proof import platt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_EXAMPLES, LEAST_POSITIVES, LEAST_PEOPLE = 300, 30, 5
ROUNDS, RATE, LEAVES, LEAST_LEAF, STRENGTH = 120, 0.05, 4, 30, 5.0
FOLDS, BINS = 5, 32
DIGITS = 6
SEED = 11


def boost(examples: Sequence[Example], people: Sequence[int]) -> Steps | None:
    """Return boosted step functions of the examples; None while there are too few.

    Args:
        examples: matured, those with all of today's features.
        people: whose each is: calibration never sees those whom a fold was fitted to.
    """
    import numpy as np  # noqa: PLC0415 - scikit-learn and numpy are for lessons alone
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # noqa: PLC0415

    width = max((len(one.features) for one in examples), default=0)
    pairs = [(e, p) for e, p in zip(examples, people, strict=True) if len(e.features) == width]
    happened = np.array([one.deteriorated for one, _ in pairs], dtype=bool)
    persons = np.array([person for _, person in pairs])
    enough = len(pairs) >= LEAST_EXAMPLES and len(np.unique(persons)) >= LEAST_PEOPLE
    if not enough or not LEAST_POSITIVES <= happened.sum() <= len(pairs) - LEAST_POSITIVES:
        return None
    values = np.array([one.features for one, _ in pairs])
    cuts = [_cuts(column) for column in values.T]
    bins = np.column_stack(
        [np.searchsorted(own, column) for own, column in zip(cuts, values.T, strict=True)]
    ).astype(np.float64)
    weight = np.array([one.weight for one, _ in pairs])
    with threadpool_limits(limits=1):
        said = np.full(len(bins), 0.5)
        for learn, ask in GroupKFold(n_splits=FOLDS).split(bins, groups=persons):
            if len(np.unique(happened[learn])) > 1:
                fitted = _fit(bins[learn], happened[learn], weight[learn])
                said[ask] = fitted.predict_proba(bins[ask])[:, 1]
        line, shift = platt(said, happened, weight)
        return _steps(_fit(bins, happened, weight), cuts, bins, line, shift)


def _cuts(column: "Floats") -> "Floats":
    """Return where a feature is cut: between values, at most so many, about as many in each bin."""
    import numpy as np  # noqa: PLC0415

    levels = np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)))
    return np.round((levels[1:] + levels[:-1]) / 2, DIGITS)


def _fit(bins: "Floats", happened: "NDArray[np.bool_]", weight: "Floats") -> Any:  # noqa: ANN401 - sklearn has no types
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_LEAF,
        l2_regularization=STRENGTH,
        interaction_cst="no_interactions",
        early_stopping=False,
        random_state=SEED,
    )
    return model.fit(bins, happened, sample_weight=weight)


def _steps(model: Any, cuts: "list[Floats]", bins: "Floats", line: float, shift: float) -> Steps:  # noqa: ANN401
    """Return the sum of functions that boosting learnt, read off one feature at a time."""
    import numpy as np  # noqa: PLC0415

    nothing = np.zeros((1, len(cuts)))
    base = float(model.decision_function(nothing)[0])
    values, centres = [], []
    for feature, own in enumerate(cuts):
        asked = np.repeat(nothing, len(own) + 1, axis=0)
        asked[:, feature] = np.arange(len(own) + 1)
        heights = np.round(line * (model.decision_function(asked) - base), DIGITS)
        values.append(tuple(float(one) for one in heights))
        centres.append(round(float(heights[bins[:, feature].astype(int)].mean()), DIGITS))
    return Steps(
        tuple(tuple(float(cut) for cut in own) for own in cuts),
        tuple(values),
        round(line * base + shift, DIGITS),
        tuple(centres),
    )
