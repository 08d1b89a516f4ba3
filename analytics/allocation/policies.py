"""Simulated days under fixed panels, greedy choice and the product's plan, with intervals."""

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analytics.allocation.simulated_day import POLICIES, Day, simulate
from analytics.allocation.simulated_ward import Setup

FIGURES = ("late", "kept", "moves", "cost", "spread")
_DRAWS = 2_000
_SEED = 5
_TAIL = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over days and its 95 % interval (bootstrap by day)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All policies on the same days.

    Attributes:
        days: how many.
        figures: by policy and figure of :class:`Day`.
        late_saved: share of the urgent patients' lateness under fixed panels that each policy
            saves, on the same days.
    """

    days: int
    figures: dict[str, dict[str, Mean]]
    late_saved: dict[str, Mean]


def compare(setup: Setup, days: int, seed: int, told: Callable[[int], None]) -> Comparison:
    """Live the same days under every policy.

    Args:
        setup: the ward.
        days: how many days.
        seed: of the first one.
        told: is told how many are done.
    """
    lived: dict[str, list[Day]] = {policy: [] for policy in POLICIES}
    for at in range(days):
        for policy in POLICIES:
            lived[policy].append(simulate(setup, seed + at, policy))
        told(at + 1)
    return Comparison(
        days=days,
        figures={
            policy: {name: _mean([getattr(day, name) for day in found]) for name in FIGURES}
            for policy, found in lived.items()
        },
        late_saved={
            policy: _saved([day.late for day in lived["fixed"]], [day.late for day in found])
            for policy, found in lived.items()
            if policy != "fixed"
        },
    )


def _mean(values: Sequence[float]) -> Mean:
    return _interval(len(values), lambda days: statistics.fmean(values[at] for at in days))


def _saved(fixed: Sequence[float], ours: Sequence[float]) -> Mean:
    """Return the share of the lateness that is saved, days drawn in pairs."""

    def share(days: Sequence[int]) -> float:
        before = sum(fixed[at] for at in days)
        return 1 - sum(ours[at] for at in days) / before if before else 0.0

    return _interval(len(fixed), share)


def _interval(days: int, of: Callable[[Sequence[int]], float]) -> Mean:
    chance = random.Random(_SEED)  # noqa: S311 - chance of an experiment
    every = range(days)
    drawn = sorted(of(chance.choices(every, k=days)) for _ in range(_DRAWS))
    return Mean(
        value=of(every), low=drawn[int(_TAIL * _DRAWS)], high=drawn[int((1 - _TAIL) * _DRAWS) - 1]
    )
