"""Shares add up to all the groups, differ by one at most, and move little when somebody comes."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gateway.ownership.shares import GROUPS, buckets_of, quota

WORKERS = st.sets(st.uuids(), min_size=1, max_size=40)


@given(WORKERS)
def test_the_shares_of_all_who_live_are_all_the_groups(live: set[UUID]) -> None:
    shares = [quota(worker, live) for worker in live]
    assert sum(shares) == GROUPS
    assert max(shares) - min(shares) <= 1


@given(WORKERS, st.uuids())
def test_whoever_comes_costs_nobody_more_than_the_new_share(live: set[UUID], new: UUID) -> None:
    for worker in live - {new}:
        assert quota(worker, live | {new}) <= quota(worker, live)


@given(WORKERS)
def test_whoever_asks_counts_as_alive(live: set[UUID]) -> None:
    worker = next(iter(live))
    assert quota(worker, live - {worker}) == quota(worker, live)


def test_the_groups_divide_the_buckets() -> None:
    found = sorted(bucket for group in range(GROUPS) for bucket in buckets_of(GROUPS, group))
    assert found == list(range(256))
