"""Models as plain numbers that a lane evaluates itself: a line, steps by feature, trees.

No pickle and no library is needed to say what a stored version says: each kind is a few tuples of
numbers, evaluated in plain Python in some microseconds, and each can tell how much every feature
moves the log-odds.
"""

from bisect import bisect_left
from math import exp, isfinite
from operator import mul

from msgspec import Struct

MOST_LOGIT = 30.0


def sigmoid(logit: float) -> float:
    """Return the probability of log-odds."""
    return 1.0 / (1.0 + exp(-min(MOST_LOGIT, max(-MOST_LOGIT, logit))))


class Line(Struct, frozen=True, array_like=True):
    """Logistic regression; features beyond its weights count for nothing."""

    weights: tuple[float, ...]
    intercept: float

    def probability(self, features: tuple[float, ...]) -> float:
        """Return the probability, 0 to 1."""
        logit = self.intercept
        for part in map(mul, self.weights, features):
            logit += part
        return sigmoid(logit)

    def parts(self, features: tuple[float, ...]) -> list[float]:
        """Return what each feature adds to the log-odds."""
        return list(map(mul, self.weights, features))

    @property
    def finite(self) -> bool:
        """Whether it can be computed with: with NaN everybody would look well."""
        return isfinite(self.intercept) and all(map(isfinite, self.weights))


class Steps(Struct, frozen=True, array_like=True):
    """A sum of step functions, one for each feature (boosted trees without interactions).

    Attributes:
        cuts: by feature, ascending; a value up to a cut is before it.
        values: by feature, one more than cuts: log-odds.
        intercept: log-odds that are nobody's.
        centres: by feature, the mean of its values on the examples it was learnt from.
    """

    cuts: tuple[tuple[float, ...], ...]
    values: tuple[tuple[float, ...], ...]
    intercept: float
    centres: tuple[float, ...]

    def probability(self, features: tuple[float, ...]) -> float:
        """Return the probability, 0 to 1."""
        logit = self.intercept
        for cuts, values, value in zip(self.cuts, self.values, features, strict=False):
            logit += values[bisect_left(cuts, value)]
        return sigmoid(logit)

    def parts(self, features: tuple[float, ...]) -> list[float]:
        """Return what each feature adds to the log-odds, against the mean person."""
        triples = zip(self.cuts, self.values, self.centres, features, strict=False)
        return [
            values[bisect_left(cuts, value)] - centre for cuts, values, centre, value in triples
        ]

    @property
    def finite(self) -> bool:
        """Whether it can be computed with."""
        return isfinite(self.intercept) and all(isfinite(v) for row in self.values for v in row)


class Tree(Struct, frozen=True, array_like=True):
    """One decision tree as arrays by node; node 0 is the root, a leaf has feature -1.

    Attributes:
        features: asked at each node.
        thresholds: a value up to it goes left.
        lefts, rights: the next node.
        values: probability at each node, leaves and inner ones alike.
    """

    features: tuple[int, ...]
    thresholds: tuple[float, ...]
    lefts: tuple[int, ...]
    rights: tuple[int, ...]
    values: tuple[float, ...]


class Forest(Struct, frozen=True, array_like=True):
    """The mean of several trees' probabilities."""

    trees: tuple[Tree, ...]

    def probability(self, features: tuple[float, ...]) -> float:
        """Return the probability, 0 to 1."""
        total = 0.0
        for tree in self.trees:
            at = 0
            asked, thresholds, lefts, rights = (
                tree.features,
                tree.thresholds,
                tree.lefts,
                tree.rights,
            )
            while (feature := asked[at]) >= 0:
                below = feature >= len(features) or features[feature] <= thresholds[at]
                at = lefts[at] if below else rights[at]
            total += tree.values[at]
        return total / len(self.trees)

    def parts(self, features: tuple[float, ...]) -> list[float]:
        """Return what each feature adds, on the way from root to leaf; about in log-odds."""
        found = [0.0] * len(features)
        for tree in self.trees:
            at = 0
            while (feature := tree.features[at]) >= 0:
                below = feature >= len(features) or features[feature] <= tree.thresholds[at]
                after = tree.lefts[at] if below else tree.rights[at]
                if feature < len(found):
                    found[feature] += tree.values[after] - tree.values[at]
                at = after
        return [4.0 * part / len(self.trees) for part in found]

    @property
    def finite(self) -> bool:
        """Whether it can be computed with."""
        return bool(self.trees) and all(isfinite(v) for tree in self.trees for v in tree.values)


Predictor = Line | Steps | Forest
