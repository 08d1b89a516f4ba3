"""Eligibility for NEWS2 (16 years, not in pregnancy), and what stands in its place for others.

NEWS2 is for people of 16 and over, not in pregnancy (Royal College of Physicians, 2017). Nobody
else is given a score, nor called for by an adult's band, default limit or critical value.

Under 16 the limits of pulse and breathing are the 1st and 99th centile of healthy children by age
(Fleming 2011, Lancet 377:1011-18), of SpO2 the 90 % below which the World Health Organization
gives a child oxygen (Oxygen therapy for children, 2016), of consciousness anything but alert. For
what has no such source (temperature, pressure, glucose) there is no limit but the patient's own.
In pregnancy the limits are the policy's ``pregnancy_limits``; an adult's critical values stay.

Age is counted back from the sixteenth birthday, the one date of a person that a lane knows, in
years of 365.2425 days: a band may change some hours off a birthday, the score does not.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from math import inf
from types import MappingProxyType

from analytics.domain.care import Limit, Scoring
from analytics.domain.civil import SCORED_YEARS
from analytics.domain.vitals import Metric
from analytics.policy import Policy

_YEAR_MS = 31_556_952_000
_MONTH_MS = _YEAR_MS // 12
_SPO2_LOW = 90.0

CENTILES: tuple[tuple[int, tuple[int, int], tuple[int, int]], ...] = (
    (0, (107, 181), (25, 66)),
    (3, (104, 175), (24, 64)),
    (6, (98, 168), (23, 61)),
    (9, (93, 161), (22, 58)),
    (12, (88, 156), (21, 53)),
    (18, (82, 149), (19, 46)),
    (24, (76, 142), (18, 38)),
    (36, (70, 136), (17, 33)),
    (48, (65, 131), (17, 29)),
    (72, (59, 123), (16, 27)),
    (96, (52, 115), (14, 25)),
    (144, (47, 108), (12, 23)),
    (180, (43, 104), (11, 22)),
)
"""From an age in months: 1st and 99th centile of the pulse and of the breathing rate, per minute
(Fleming 2011)."""
_FROM_MONTHS = [months for months, _, _ in CENTILES]
_ADULT = -1
_MOST_KEPT = 256
_made: dict[tuple[int, int, bool], tuple[Policy, Policy]] = {}
"""Policies that were fitted, with the one that they were made from: a pure function, kept."""


def child_limits(months: float) -> Mapping[int, Limit]:
    """Return the limits of a child of this age in months."""
    at = max(0, bisect_right(_FROM_MONTHS, months) - 1)
    _, pulse, breathing = CENTILES[at]
    return MappingProxyType(
        {
            Metric.HR: Limit(low=pulse[0], high=pulse[1]),
            Metric.RR: Limit(low=breathing[0], high=breathing[1]),
            Metric.SPO2: Limit(low=_SPO2_LOW),
            Metric.ACVPU: Limit(high=0),
        }
    )


def policy_for(policy: Policy, scoring: Scoring, at_ms: int) -> Policy:
    """Return a ward's policy as it fits a person at an event time; an adult's is the ward's own."""
    if scoring.unscored_at(at_ms) is None:
        return policy
    key = (id(policy), _band(scoring, at_ms), scoring.pregnant_at(at_ms))
    kept = _made.get(key)
    if kept is not None and kept[0] is policy:
        return kept[1]
    if len(_made) >= _MOST_KEPT:
        _made.clear()
    made = fitted(policy, key[1], pregnant=key[2])
    _made[key] = policy, made
    return made


def _band(scoring: Scoring, at_ms: int) -> int:
    """Return the index of the age band; -1 for an adult."""
    if scoring.adult_from_ms is None or not scoring.child_at(at_ms):
        return _ADULT
    months = SCORED_YEARS * 12 - (scoring.adult_from_ms - at_ms) / _MONTH_MS
    return max(0, bisect_right(_FROM_MONTHS, months) - 1)


def fitted(policy: Policy, band: int, *, pregnant: bool) -> Policy:
    """Return the policy of somebody to whom NEWS2 does not apply.

    Args:
        policy: the ward's, for adults.
        band: index of the child's age band in :data:`CENTILES`; -1 for an adult.
        pregnant: whether its limits for pregnancy apply.
    """
    limits: dict[int, Limit] = dict(policy.limits)
    if band != _ADULT:
        limits = dict(child_limits(CENTILES[band][0]))
        policy = replace(
            policy,
            critical=MappingProxyType({}),
            scale_2_low=_SPO2_LOW,
            gain_3_days=inf,  # a rule for heart failure in adults: children grow
            gain_day=inf,
        )
    if pregnant:
        limits |= policy.pregnancy_limits
    return replace(policy, limits=MappingProxyType(limits))
