"""Simulated days: the same day under every policy, and what the plan saves."""

from analytics.allocation.policies import compare
from analytics.allocation.simulated_day import simulate
from analytics.allocation.simulated_ward import Setup

SMALL = Setup(patients=60, staff=5)


def test_a_day_is_the_same_for_the_same_seed_and_policies_differ() -> None:
    one, again = (simulate(SMALL, 3, "fixed") for _ in range(2))
    assert one == again
    assert simulate(SMALL, 4, "fixed") != one
    assert simulate(SMALL, 3, "greedy") != one


def test_the_plan_makes_urgent_patients_wait_less_than_fixed_panels() -> None:
    done: list[int] = []
    found = compare(SMALL, 3, 1, done.append)
    assert done == [1, 2, 3]
    late = {policy: figures["late"].value for policy, figures in found.figures.items()}
    assert late["ours"] < late["fixed"]
    saved = found.late_saved["ours"]
    assert saved.low <= saved.value <= saved.high
    assert saved.value > 0
