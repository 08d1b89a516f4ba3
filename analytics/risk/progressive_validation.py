"""Progressive validation of a probability: discrimination, error, calibration, kept as counts.

Progressive validation: each example carries what was predicted before its label was known, so
every example is a test first and a lesson second. Counts by bin are all that is kept; the
figures follow from them, and so does their snapshot.
"""

from collections.abc import Sequence

from msgspec import Struct

BINS = 50
SCORES = 21
CALIBRATION_BINS = 5


class Counts(Struct, frozen=True, array_like=True, gc=False):
    """Positive and negative examples by bin of what was said of them."""

    positive: tuple[int, ...]
    negative: tuple[int, ...]

    def add(self, at: int, *, positive: bool) -> "Counts":
        """Return the counts with one more example in bin ``at``."""
        if positive:
            return Counts(_plus_one(self.positive, at), self.negative)
        return Counts(self.positive, _plus_one(self.negative, at))

    def auroc(self) -> float | None:
        """Return the area under the ROC curve, ties as half; None without both classes."""
        positives, negatives = sum(self.positive), sum(self.negative)
        if not positives or not negatives:
            return None
        below = won = 0.0
        for hit, miss in zip(self.positive, self.negative, strict=True):
            won += hit * (below + miss / 2)
            below += miss
        return won / (positives * negatives)


def empty(bins: int) -> Counts:
    """Return counts of nothing."""
    return Counts((0,) * bins, (0,) * bins)


def bin_of(probability: float) -> int:
    """Return the bin of a probability."""
    return min(BINS - 1, int(probability * BINS))


def calibration(counts: Counts) -> list[dict[str, float]]:
    """Return what was said and what happened in coarse bins that hold anything."""
    width = BINS // CALIBRATION_BINS
    rows = []
    for start in range(0, BINS, width):
        hits = counts.positive[start : start + width]
        misses = counts.negative[start : start + width]
        total = sum(hits) + sum(misses)
        if total:
            rows.append(
                {"said": _said(start, hits, misses), "happened": sum(hits) / total, "n": total}
            )
    return rows


def _said(start: int, hits: Sequence[int], misses: Sequence[int]) -> float:
    both = [hit + miss for hit, miss in zip(hits, misses, strict=True)]
    middle = sum((start + at + 0.5) * count for at, count in enumerate(both))
    return middle / sum(both) / BINS


def _plus_one(values: tuple[int, ...], at: int) -> tuple[int, ...]:
    return (*values[:at], values[at] + 1, *values[at + 1 :])
