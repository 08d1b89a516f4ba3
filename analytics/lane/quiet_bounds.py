"""Within what nothing can come of a value, under several policies and care plans at once."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import NamedTuple

from analytics.domain.care import CarePlan
from analytics.domain.vitals import FACTS, Metric
from analytics.policy import Policy
from analytics.rules.limits import CRITICAL_NAMES, HIGH_NAMES, LOW_NAMES, NONE, limit_in_force

Judged = tuple[Policy, CarePlan]


class Bounds(NamedTuple):
    """What a value of one metric must lie within: as measured, and as its limit looks at it."""

    low: float
    high: float
    least: float
    most: float


def alike(policies: Sequence[Policy]) -> bool:
    """Return whether policies smooth, age and learn alike: only then moments pass under all."""
    return len({_learning(one) for one in policies}) == 1


def _learning(policy: Policy) -> tuple[object, ...]:
    ages = tuple(sorted(policy.max_age_ms.items()))
    alike_too = (policy.window_ms, policy.baseline_level_ms, policy.other_age_ms)
    return *alike_too, policy.drift_parts, ages


NAMES = (CRITICAL_NAMES, LOW_NAMES, HIGH_NAMES)


def differing(judged: Sequence[Judged]) -> frozenset[int] | None:
    """Return the metrics whose limits differ; None: more than limits does."""
    first, plan = judged[0]
    found: set[int] = set()
    for policy, other in judged[1:]:
        limited = replace(
            policy,
            limits=first.limits,
            pregnancy_limits=first.pregnancy_limits,
            scale_2_low=first.scale_2_low,
            critical=first.critical,
            margins=first.margins,
            session_ms=first.session_ms,
        )
        if limited != first:
            return None
        for code in CRITICAL_NAMES:
            one = limit_in_force(code, plan, first), first.critical.get(code)
            if one != (limit_in_force(code, other, policy), policy.critical.get(code)):
                found.add(code)
            if _ended(first, code) != _ended(policy, code):
                found.add(code)
    return frozenset(found)


def _ended(policy: Policy, code: int) -> tuple[float | None, int | None]:
    return policy.margins.get(code), policy.session_ms.get(code)


def bounds_of(code: int, judged: Sequence[Judged]) -> Bounds:
    """Return within what a metric is notable by none of the policies and care plans."""
    low, high = FACTS[Metric(code)].plausible
    least, most = -inf, inf
    for policy, plan in judged:
        absolute = policy.critical.get(code, NONE)
        low = low if absolute.low is None else max(low, absolute.low)
        high = high if absolute.high is None else min(high, absolute.high)
        limit = limit_in_force(code, plan, policy)
        least = least if limit.low is None else max(least, limit.low)
        most = most if limit.high is None else min(most, limit.high)
    return Bounds(low, high, least, most)
