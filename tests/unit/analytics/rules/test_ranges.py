"""Two comparisons say the same as the limits that they were made from, under every policy."""

from dataclasses import replace

import pytest

from analytics.domain.care import Limit
from analytics.domain.vitals import Metric
from analytics.news2.eligibility import fitted
from analytics.policy import DEFAULT, Policy
from analytics.rules.limits import NONE, beyond, ward_limit
from analytics.rules.ranges import ranges_of

POLICIES = {
    "ward": DEFAULT,
    "own settings": replace(DEFAULT, limits={Metric.HR: Limit(high=110)}, scale_2_low=84.0),
    "child": fitted(DEFAULT, 3, pregnant=False),
    "pregnant": fitted(DEFAULT, -1, pregnant=True),
}


def around(limit: Limit) -> list[float]:
    """Values at, just within and just outside a limit."""
    ends = [end for end in (limit.low, limit.high) if end is not None] or [0.0, 1e6]
    return [end + step for end in ends for step in (-50.0, -0.1, 0.0, 0.1, 50.0)]


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("scale", [1, 2])
def test_a_value_is_within_exactly_where_no_limit_is_broken(policy: Policy, scale: int) -> None:
    ranges = ranges_of(policy, scale)
    for code in map(int, Metric):
        absolute, ward = policy.critical.get(code, NONE), ward_limit(policy, code, scale)
        for limit, (low, high) in ((absolute, ranges.critical[code]), (ward, ranges.limits[code])):
            for value in around(limit):
                assert (low <= value <= high) is not beyond(limit, value), (code, value)


def test_a_policy_never_has_the_ranges_of_one_that_is_gone() -> None:
    for high in range(300, 900):  # more than are kept, at addresses that come back
        policy = replace(DEFAULT, limits={Metric.HR: Limit(high=high)})
        assert ranges_of(policy, 1).limits[Metric.HR][1] == high
