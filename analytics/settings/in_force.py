"""Policy in force for a patient: the care plan under its ward's settings, at a time.

One function of stored rows and a moment, used for what runs and for what is replayed (law 5). The
policies are made once for each pair of revisions, since a ward of thousands changes neither.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from analytics import settings
from analytics.domain.care import CarePlan, Limit, scoring_of
from analytics.domain.vitals import METRIC_BY_NAME, Metric
from analytics.policy import DEFAULT, Policy
from analytics.rules.limits import ward_limit
from analytics.settings import Value


class WardRules(NamedTuple):
    """What a ward decides by: a revision of its settings, by number; 0: the program's own."""

    no: int = 0
    policy: Policy = DEFAULT


class StoredPlan(NamedTuple):
    """One revision of a care plan, as its row holds it; no row is the default."""

    revision: int = 0
    scale: int = 1
    limits: Mapping[str, object] = {}
    scoring: object = None
    profile: str | None = None
    settings: Mapping[str, Value] = {}


class WardSettingsCache:
    """The settings in force, ward by ward, over what the operator has set.

    Attributes:
        changes: how often anything was taken over: what was made under as many is still right.
    """

    def __init__(self, base: Policy = DEFAULT) -> None:
        self.changes = 0
        self._plain = WardRules(0, base)
        self._rules: dict[str, WardRules] = {}

    def of(self, ward: str) -> WardRules:
        """What this ward decides by now."""
        return self._rules.get(ward, self._plain)

    def read(self, no: int, profile: str, values: Mapping[str, Value]) -> WardRules:
        """The rules that one stored revision of some ward's settings makes."""
        base = replace(settings.DEFAULTS, clinical=self._plain.policy)
        return WardRules(no, settings.ward_policy(profile, values, base).clinical)

    def put(self, ward: str, rules: WardRules) -> None:
        """Take over a ward's newest settings."""
        if rules.no >= self.of(ward).no:
            self._rules[ward] = rules
            self.changes += 1


class Arrangement:
    """One revision of a care plan under one revision of its ward's settings.

    Attributes:
        ward: the ward's rules it was made under.
        policy: what this patient is judged by.
        always: the plan of a patient who is watched, if no limit of it ends.
    """

    __slots__ = ("_ends", "_made", "_stored", "always", "policy", "ward")

    def __init__(self, stored: StoredPlan, ward: WardRules) -> None:
        self.ward = ward
        own = settings.own_policy(ward.policy, stored.profile, stored.settings)
        no_diabetes = scoring_of(stored.scoring).diabetes is False
        self.policy = settings.without_diabetes(own) if no_diabetes else own
        self._stored = stored
        self._ends = sorted({end for one in stored.limits.values() if (end := _end(one))})
        self._made: dict[tuple[int, bool], CarePlan] = {}
        self.always = None if self._ends else self.at(0, paused=False)

    def at(self, at_ms: int, *, paused: bool) -> CarePlan:
        """The care plan at a moment: limits whose time is over are the ward's again."""
        key = (bisect_right(self._ends, at_ms) if self._ends else 0, paused)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = plan_of(
                self._stored, paused=paused, at_ms=at_ms, policy=self.policy
            )
        return made


def plan_of(
    stored: StoredPlan, *, paused: bool, at_ms: int = 0, policy: Policy = DEFAULT
) -> CarePlan:
    """A care plan from its row."""
    scale = stored.scale or 1
    return CarePlan(
        spo2_scale=scale,
        limits=_limits_of(stored.limits, scale, at_ms, policy),
        left=_left_of(stored.limits, at_ms),
        paused=paused,
        revision=stored.revision,
        scoring=scoring_of(stored.scoring),
    )


def _limits_of(
    stored: Mapping[str, object], scale: int, at_ms: int, policy: Policy
) -> dict[Metric, Limit]:
    """A person's limits from their JSON; unknown metrics are left out.

    Null is no limit on that side. A side that is not there is the ward's: who sets an upper limit
    of SpO2 alone must not take away the lower one.
    """
    return {
        metric: _limit(metric, one, scale, policy) for metric, one in _own(stored, at_ms).items()
    }


def _left_of(stored: Mapping[str, object], at_ms: int) -> dict[Metric, tuple[bool, bool]]:
    """Which sides of a person's limits were left to the ward."""
    found = {
        metric: ("low" not in one, "high" not in one) for metric, one in _own(stored, at_ms).items()
    }
    return {metric: sides for metric, sides in found.items() if any(sides)}


def _own(stored: Mapping[str, object], at_ms: int) -> dict[Metric, Mapping[str, float | None]]:
    """What was set of each metric and holds at a moment."""
    return {
        METRIC_BY_NAME[name]: one
        for name, one in stored.items()
        if name in METRIC_BY_NAME and isinstance(one, Mapping) and not _over(one, at_ms)
    }


def _limit(metric: Metric, one: Mapping[str, float | None], scale: int, policy: Policy) -> Limit:
    ward = ward_limit(policy, metric, scale)
    return Limit(low=one.get("low", ward.low), high=one.get("high", ward.high))


def _over(one: Mapping[str, object], at_ms: int) -> bool:
    end = _end(one)
    return end is not None and at_ms >= end


def _end(one: object) -> int | None:
    """Until when a limit holds; None: until somebody changes it."""
    until = one.get("until") if isinstance(one, Mapping) else None
    if not isinstance(until, str):
        return None
    return round(datetime.fromisoformat(until).timestamp() * 1000)
