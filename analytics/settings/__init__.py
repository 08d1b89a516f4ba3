"""Settings of a ward: their names, their bounds, and the policies they make."""

from analytics.settings.bounds import SOFT, Side, bounds_of
from analytics.settings.catalog import CATALOG, FIXED, GROUPS, PROFILES, Setting, Value
from analytics.settings.checking import (
    RefusedSetting,
    UnconfirmedSetting,
    check,
    defaults,
    flattened,
    kept,
    nested,
)
from analytics.settings.profiles import ABOUT, FORMER
from analytics.settings.resolving import (
    DEFAULTS,
    WardPolicy,
    own_policy,
    ward_policy,
    without_diabetes,
)

__all__ = [
    "ABOUT",
    "CATALOG",
    "DEFAULTS",
    "FIXED",
    "FORMER",
    "GROUPS",
    "PROFILES",
    "SOFT",
    "RefusedSetting",
    "Setting",
    "Side",
    "UnconfirmedSetting",
    "Value",
    "WardPolicy",
    "bounds_of",
    "check",
    "defaults",
    "flattened",
    "kept",
    "nested",
    "own_policy",
    "ward_policy",
    "without_diabetes",
]
