"""Counted things: the most urgent of those who wait have the next one."""

from itertools import permutations

from analytics.allocation.units import UnitRequest, share_units


def asks(patient: str, acuity: int = 0, since: float = 0.0) -> UnitRequest:
    return UnitRequest(patient=patient, acuity=acuity, since=since)


def test_the_most_urgent_has_the_next_one_then_who_has_waited_longest() -> None:
    waiting = [asks("late", 5, 9.0), asks("early", 5, 1.0), asks("ill", 8, 10.0), asks("calm")]
    for order in permutations(waiting):
        found = share_units(3, 1, list(order))
        assert found.give == ["ill", "early"]
        assert found.wait == ["late", "calm"]
        assert (found.free, found.short) == (2, 2)


def test_none_is_taken_away_and_what_is_too_much_is_short() -> None:
    found = share_units(2, 3, [asks("p")])
    assert (found.give, found.wait, found.free, found.short) == ([], ["p"], 0, 2)
    assert share_units(0, 0, []).short == 0
