"""A policy's limits as pairs of plain numbers: within them a value asks for nothing.

Most readings lie within all limits while nothing is on, and that must be told by two comparisons.
"""

from math import inf
from typing import NamedTuple

from analytics.domain.care import Limit
from analytics.domain.vitals import Metric
from analytics.policy import Policy
from analytics.rules.limits import NONE, ward_limit

Range = tuple[float, float]
"""The lowest and the highest value, both included."""

_END = max(Metric) + 1
_MOST_KEPT = 256
_made: dict[tuple[int, int], tuple[Policy, "Ranges"]] = {}
"""Ranges with the policy that they were made from: a pure function, kept."""


class Ranges(NamedTuple):
    """Ranges by metric code.

    Attributes:
        critical: of the absolute limits.
        limits: of the ward's limits.
    """

    critical: tuple[Range, ...]
    limits: tuple[Range, ...]


def ranges_of(policy: Policy, scale: int) -> Ranges:
    """Return the ranges of a policy for patients on an oxygen scale."""
    key = (id(policy), scale)
    kept = _made.get(key)
    if kept is not None and kept[0] is policy:
        return kept[1]
    if len(_made) >= _MOST_KEPT:
        _made.clear()
    made = Ranges(
        critical=tuple(_range(policy.critical.get(code, NONE)) for code in range(_END)),
        limits=tuple(_range(ward_limit(policy, code, scale)) for code in range(_END)),
    )
    _made[key] = policy, made
    return made


def _range(limit: Limit) -> Range:
    low, high = limit.low, limit.high
    return -inf if low is None else low, inf if high is None else high
