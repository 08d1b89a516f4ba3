"""Shares and rates with their intervals, and what changed from one span to the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ward.outcomes import Counted, Estimate, change, rate, share


def counted(people: list[tuple[float, float]]) -> Counted:
    """Of (hits, size) by person."""
    return Counted(
        hits=sum(d for d, _ in people),
        size=sum(n for _, n in people),
        people=len(people),
        hits_squared=sum(d * d for d, _ in people),
        hits_by_size=sum(d * n for d, n in people),
        size_squared=sum(n * n for _, n in people),
    )


def test_a_share_of_one_thing_each_is_wilsons() -> None:
    """8 of 10, 0 of 5: 49 to 94 %, 0 to 43 % (by hand)."""
    found = share(counted([(1, 1)] * 8 + [(0, 1)] * 2))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=0.02)
    none = share(counted([(0, 1)] * 5))
    assert none is not None
    assert (none.low, none.high) == pytest.approx((0.0, 0.4345), abs=1e-4)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (20, 12.217, 30.888)],
)
def test_a_rate_of_few_events_has_the_interval_of_poisson(
    count: int, low: float, high: float
) -> None:
    """Against the exact interval (Garwood 1936), of people who do not differ."""
    found = rate(counted([(count / 4, 25.0)] * 4))
    assert found is not None
    assert found.value == count / 100
    assert found.low * 100 == pytest.approx(low, abs=0.06)
    assert found.high * 100 == pytest.approx(high, rel=0.01)


def test_of_nothing_nothing_is_told() -> None:
    nothing = counted([])
    assert share(nothing) is None
    assert rate(nothing) is None
    assert change(None, Estimate(value=1.0, low=0.5, high=2.0)) is None


def test_people_who_differ_make_the_interval_wider() -> None:
    """The same 50 of 100 measurements: of ten alike, and of five who did all and five none."""
    alike = share(counted([(5, 10)] * 10))
    apart = share(counted([(10, 10)] * 5 + [(0, 10)] * 5))
    assert alike is not None
    assert apart is not None
    assert alike.value == apart.value == 0.5
    assert apart.high - apart.low > 2 * (alike.high - alike.low)
    calm, burst = rate(counted([(2, 10)] * 10)), rate(counted([(20, 10)] + [(0, 10)] * 9))
    assert calm is not None
    assert burst is not None
    assert burst.high - burst.low > 2 * (calm.high - calm.low)


def test_few_events_do_not_make_a_certain_change() -> None:
    """2 of 20 after 4 of 20 may be chance; 200 of 2,000 after 400 of 2,000 is not."""
    few = change(share(counted([(1, 10)] * 2)), share(counted([(2, 10)] * 2)))
    many = change(share(counted([(1, 10)] * 200)), share(counted([(2, 10)] * 200)))
    assert few is not None
    assert many is not None
    assert few.value == many.value == pytest.approx(-0.1)
    assert not few.certain
    assert many.certain


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=1, max_size=30))
def test_an_interval_holds_its_value_and_stays_in_bounds(people: list[tuple[int, int]]) -> None:
    one = counted([(min(d, n), n) for d, n in people])
    found, often = share(one), rate(one)
    assert found is not None
    assert often is not None
    assert 0.0 <= found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9 <= 1.0 + 2e-9
    assert 0.0 <= often.low <= often.value + 1e-9 <= often.high + 2e-9
