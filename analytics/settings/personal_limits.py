"""One person's own limits: whether they may be set, and what is in force with them; pure.

What is in force is what the lane judges by, by the same functions: own sides, else those of the
age or of a pregnancy, else the ward's.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from analytics.domain.care import CarePlan, Limit
from analytics.domain.vitals import CLINICAL, METRIC_BY_NAME, Metric
from analytics.news2.eligibility import policy_for
from analytics.policy import Policy
from analytics.rules.limits import NONE, limit_in_force, ward_limit
from analytics.settings.bounds import Side, bounds_around, bounds_of
from analytics.settings.checking import RefusedSetting, UnconfirmedSetting, doubtful
from analytics.settings.in_force import Arrangement

LIMITED = tuple(sorted(CLINICAL - {Metric.ACVPU, Metric.O2}))
"""Metrics that can have limits."""


class LimitsInForce(NamedTuple):
    """What one person is judged by at a moment."""

    plan: CarePlan
    policy: Policy
    child: bool
    pregnant: bool


class InForce(NamedTuple):
    """The limits of one metric that hold now, with where each side comes from."""

    metric: Metric
    limit: Limit
    origin: tuple[str | None, str | None]
    critical: Limit


def standing(arranged: Arrangement, at_ms: int) -> LimitsInForce:
    """Return what a person is judged by at a moment, as their lane does."""
    plan = arranged.at(at_ms, paused=False)
    scoring = plan.scoring
    policy = policy_for(arranged.policy, scoring, at_ms)
    return LimitsInForce(plan, policy, scoring.child_at(at_ms), scoring.pregnant_at(at_ms))


def in_force(now: LimitsInForce) -> Iterator[InForce]:
    """Give the limits that hold, of each metric that has any."""
    for metric in LIMITED:
        limit = limit_in_force(metric, now.plan, now.policy)
        critical = now.policy.critical.get(metric, NONE)
        if limit == NONE and critical == NONE and metric not in now.plan.limits:
            continue
        sides = (_origin(now, metric, at, limit) for at in (0, 1))
        yield InForce(metric, limit, (next(sides), next(sides)), critical)


def _origin(now: LimitsInForce, metric: Metric, at: int, limit: Limit) -> str | None:
    left = now.plan.left.get(metric, (False, False))
    if metric in now.plan.limits and not left[at]:
        return "patient"
    if (limit.low, limit.high)[at] is None:
        return None
    if now.pregnant and metric in now.policy.pregnancy_limits:
        return "pregnancy"
    if metric is Metric.GLUCOSE and at == 0 and now.plan.scoring.diabetes is False:
        return "no_diabetes"
    return "age" if now.child else "ward"


def check_limits(
    given: Mapping[str, Mapping[str, float | None]], now: LimitsInForce
) -> list[RefusedSetting | UnconfirmedSetting]:
    """Return what is wrong or doubtful of limits that somebody would set for one person.

    Args:
        given: by metric's name, the sides that are said; null is no limit on that side.
        now: what the person is judged by.
    """
    found: list[RefusedSetting | UnconfirmedSetting] = []
    for name, sides in given.items():
        metric = METRIC_BY_NAME[name]
        usual = ward_limit(now.policy, metric, now.plan.spo2_scale)
        for side in ("low", "high"):
            if side in sides:
                found += _side(f"limits.{name}.{side}", metric, sides[side], usual, now)
        low, high = sides.get("low", usual.low), sides.get("high", usual.high)
        if low is not None and high is not None and low >= high:
            found.append(RefusedSetting(f"limits.{name}", f"{low:g} is not below {high:g}"))
    return found


def _side(
    path: str, metric: Metric, value: float | None, usual: Limit, now: LimitsInForce
) -> Iterator[RefusedSetting | UnconfirmedSetting]:
    side = path.rpartition(".")[2]
    reference = usual.low if side == "low" else usual.high
    if value is None:
        if reference is not None:
            yield UnconfirmedSetting(path, f"no {side} limit: it would be {reference:g}")
        return
    bounds = _bounds(metric, side, reference, child=now.child)
    if not bounds.hard[0] <= value <= bounds.hard[1]:
        yield RefusedSetting(path, f"must be {bounds.hard[0]:g} to {bounds.hard[1]:g}")
        return
    doubt = doubtful(path, value, bounds.soft, "")
    if doubt is not None:
        yield doubt


def _bounds(metric: Metric, side: str, usual: float | None, *, child: bool) -> Side:
    if child and metric is not Metric.SPO2:
        return bounds_around(metric, usual)
    return bounds_of(metric, side)
