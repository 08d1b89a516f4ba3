"""What a ward achieves over weeks: shares and rates with their uncertainty, and what changed; pure.

A share is of things asked for (Wilson, J Am Stat Assoc 1927), a rate is of events in patient-days
(Poisson, by Byar's approximation: Breslow and Day, Statistical Methods in Cancer Research II, IARC
1987). What happens to one person is rarely independent: where people differ more than chance makes
them, the interval is widened by that spread (design effect, Kish 1965), and never made narrower.
Two spans are compared by the difference with the interval that follows from theirs (Newcombe,
Stat Med 1998, method 10; Zou and Donner, Stat Med 2008).
"""

from dataclasses import dataclass
from math import sqrt

_Z95 = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many of how much, of how many people.

    Attributes:
        hits: what happened.
        size: of how many things asked for, or in how many patient-days.
        people: with anything of ``size``.
        hits_squared: sum over people of their hits squared ...
        hits_by_size: ... of hits times size ...
        size_squared: ... and of their size squared.
    """

    hits: float
    size: float
    people: int
    hits_squared: float
    hits_by_size: float
    size_squared: float

    def spread(self) -> float:
        """Return how far people's hits lie from what their size makes expect, squared and summed.

        The sum is corrected for the value that was estimated from the same people.
        """
        value = self.hits / self.size
        found = self.hits_squared - 2 * value * self.hits_by_size + value**2 * self.size_squared
        return max(0.0, found) * self.people / max(1, self.people - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """This span less the one before; ``certain``: the interval does not hold 0."""

    value: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether chance alone does not explain it."""
        return self.low > 0 or self.high < 0


def share(one: Counted) -> Estimate | None:
    """Return the share of what was asked for, None of nothing."""
    if one.size <= 0:
        return None
    p = one.hits / one.size
    by_chance = p * (1 - p) * one.size
    n = one.size / max(1.0, one.spread() / by_chance if by_chance > 0 else 1.0)
    z2 = _Z95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    return Estimate(value=p, low=max(0.0, middle - half), high=min(1.0, middle + half))


def rate(one: Counted) -> Estimate | None:
    """Return how many a patient-day, None without any patient-day."""
    if one.size <= 0:
        return None
    widened = max(1.0, one.spread() / one.hits) if one.hits > 0 else 1.0
    low, high = _poisson(one.hits / widened)
    days = one.size / widened
    return Estimate(value=one.hits / one.size, low=low / days, high=high / days)


def _poisson(count: float) -> tuple[float, float]:
    """Return the 95 % interval of an expected count."""
    more = count + 1
    high = more * (1 - 1 / (9 * more) + _Z95 / (3 * sqrt(more))) ** 3
    if count <= 0:
        return 0.0, high
    return count * max(0.0, 1 - 1 / (9 * count) - _Z95 / (3 * sqrt(count))) ** 3, high


def change(now: Estimate | None, before: Estimate | None) -> Difference | None:
    """Return how two spans differ, None where one of them has no value."""
    if now is None or before is None:
        return None
    value = now.value - before.value
    down = sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2)
    up = sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2)
    return Difference(value=value, low=value - down, high=value + up)
