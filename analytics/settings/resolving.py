"""From stored values to the policies that decisions are made by; pure, the same in every program.

The order: the defaults, the ward's profile, what the ward set; for one patient then the patient's
profile and what was set for them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, TypeVar

from analytics.domain.budget import BudgetPolicy
from analytics.domain.care import Limit
from analytics.domain.contact import ContactPolicy
from analytics.domain.episode import EpisodePolicy
from analytics.domain.equipment import EquipmentPolicy, RetentionPolicy
from analytics.domain.observation_policy import ObservationPolicy
from analytics.domain.vitals import Metric
from analytics.policy import Policy
from analytics.settings.catalog import CATALOG, PROFILES, Setting, Value

P = TypeVar("P")
NEVER = 1.0
"""No chance that a model gives is so high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WardPolicy:
    """All that one ward has set, as the decisions use it."""

    clinical: Policy
    episodes: EpisodePolicy
    equipment: EquipmentPolicy
    retention: RetentionPolicy
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)
    contact: ContactPolicy = field(default_factory=ContactPolicy)
    observation: ObservationPolicy = field(default_factory=ObservationPolicy)


DEFAULTS = WardPolicy(
    clinical=Policy(),
    episodes=EpisodePolicy(),
    equipment=EquipmentPolicy(),
    retention=RetentionPolicy(),
    budget=BudgetPolicy(),
)


def ward_policy(
    profile: str, values: Mapping[str, Value], base: WardPolicy = DEFAULTS
) -> WardPolicy:
    """Return what a ward decides by.

    A name that this version does not know, and a profile that it does not have, change nothing.

    Args:
        profile: the ward's.
        values: what the ward has set, by name.
        base: the program's own defaults, where its operator has set others.
    """
    told = {**PROFILES.get(profile, {}), **values}
    return WardPolicy(
        clinical=_with(base.clinical, told),
        episodes=_with(base.episodes, told),
        equipment=_with(base.equipment, told),
        retention=_with(base.retention, told),
        budget=_with(base.budget, told),
        contact=_with(base.contact, told),
        observation=_with(base.observation, told),
    )


def own_policy(ward: P, profile: str | None, values: Mapping[str, Value]) -> P:
    """Return what one patient is judged or observed by: the ward's with what was set for them.

    All of their own profile counts, its limits too; of what was set by name only what may be a
    patient's own.
    """
    own = {path: one for path, one in values.items() if path in CATALOG and CATALOG[path].patient}
    told = {**PROFILES.get(profile or "", {}), **own}
    return _with(ward, told) if told else ward


def without_diabetes(policy: Policy) -> Policy:
    """Return a policy as it fits somebody who has no diabetes: what is low for them, and for long.

    Sensors of healthy people are below 70 mg/dL for some minutes of most days (Hall 2018), at
    night above all, and nothing that they take makes it fall on.
    """
    usual = policy.limits.get(Metric.GLUCOSE)
    limits = policy.limits
    if usual is not None and usual.low is not None:
        low = min(usual.low, policy.glucose_deep)
        limits = MappingProxyType({**limits, Metric.GLUCOSE: replace(usual, low=low)})
    return replace(
        policy, limits=limits, glucose_deep_s=policy.glucose_other_s, low_soon_chance=NEVER
    )


def _with(policy: P, values: Mapping[str, Value]) -> P:
    """Return a policy with the values that are its own."""
    mine: dict[str, list[tuple[Setting, Value]]] = defaultdict(list)
    for path, value in values.items():
        setting = CATALOG.get(path)
        if setting is not None and setting.owner is type(policy):
            mine[setting.field].append((setting, value))
    if not mine:
        return policy
    kinds = {one.name: one.type for one in fields(policy)}  # type: ignore[arg-type]
    made = {
        name: _changed(getattr(policy, name), told, whole=kinds[name] is int)
        for name, told in mine.items()
    }
    return replace(policy, **made)  # type: ignore[type-var]


def _changed(old: Any, told: list[tuple[Setting, Value]], *, whole: bool) -> Any:  # noqa: ANN401 - of the field's own type
    if isinstance(old, str):
        word = told[-1][1]
        return word if isinstance(word, str) else old
    if not isinstance(old, Mapping):
        return _scaled(*told[-1], whole=whole)
    made = dict(old)
    for setting, value in told:
        metric = setting.metric
        if setting.side is None:
            whole = isinstance(made.get(metric), int)
            made[metric] = _scaled(setting, value, whole=whole)
        else:
            made[metric] = replace(made.get(metric) or Limit(), **{setting.side: value})
    return MappingProxyType(made)


def _scaled(setting: Setting, value: Value, *, whole: bool) -> float | int:
    made = next((one for one in (value, setting.default) if isinstance(one, int | float)), 0.0)
    return round(made * setting.scale) if whole else float(made * setting.scale)
