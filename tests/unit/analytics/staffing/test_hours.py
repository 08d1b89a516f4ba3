"""Hours to demand at least cost, and what one more hour is worth."""

import pytest

from analytics.staffing.hours import Need, Supply, fewest_costs, in_words


def article() -> tuple[list[Supply], list[Need]]:
    supply = [
        Supply(id=f"doctor {at + 1}", hours=8, cost_per_hour=rate)
        for at, rate in enumerate((10, 12, 8, 12))
    ]
    return supply, [Need(id=f"demand {at + 1}", hours=(2, 3, 1)[at % 3]) for at in range(12)]


def test_the_articles_case_costs_240_and_its_duals_are_told() -> None:
    found = fewest_costs(*article())
    assert found.cost == 240
    assert found.short == []
    told = [in_words(one, one.id, 12.0) for one in found.prices]
    assert "one more hour of doctor 3 saves 4" in told
    assert "one more hour of doctor 1 saves 2" in told
    assert not any("doctor 2" in one or "doctor 4" in one for one in told)
    assert "one more hour asked in demand 5 costs 12" in told


def test_a_dual_is_what_an_hour_more_really_changes() -> None:
    supply, needs = article()
    more = [
        Supply(id=one.id, hours=one.hours + (one.id == "doctor 3"), cost_per_hour=one.cost_per_hour)
        for one in supply
    ]
    assert fewest_costs(more, needs).cost == pytest.approx(240 - 4)


def test_what_nobody_can_give_is_short_and_said() -> None:
    supply = [Supply(id="a", hours=10, cost_per_hour=50, skills=frozenset({"doctor"}))]
    needs = [
        Need(id="night", hours=6, skills=frozenset({"respiratory"})),
        Need(id="day", hours=12, skills=frozenset({"doctor"})),
    ]
    found = fewest_costs(supply, needs)
    assert sorted(found.short) == [("day", 2), ("night", 6)]
    assert found.cost == 500
    told = [in_words(one, one.id, 50.0) for one in found.prices]
    assert "one more hour of a meets an hour that nobody has" in told


def test_a_span_has_no_more_hours_for_anybody_than_it_lasts() -> None:
    supply = [Supply(id=one, hours=40, cost_per_hour=rate) for one, rate in (("a", 10), ("b", 20))]
    [need] = [Need(id="s", hours=4, each=2, away=frozenset())]
    assert fewest_costs(supply, [need]).cost == 2 * 10 + 2 * 20
    away = Need(id="s", hours=4, each=2, away=frozenset({"a"}))
    assert fewest_costs(supply, [away]).short == [("s", 2)]
