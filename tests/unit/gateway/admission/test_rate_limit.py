"""Rates: a steady share, room for catch-up, and a forgery costs more than it gains."""

from gateway.admission.rate_limit import SWEEP_EVERY_S, Allowance, AllowanceRules

RULES = AllowanceRules(per_s=10.0, burst=50.0)


def taken(allowance: Allowance, name: str, now_s: float, tries: int) -> int:
    return sum(allowance.take(name, now_s) for _ in range(tries))


def test_a_burst_then_a_steady_share() -> None:
    allowance = Allowance(RULES)
    assert taken(allowance, "a", 0.0, 200) == 50
    assert taken(allowance, "a", 1.0, 200) == 10
    assert taken(allowance, "a", 100.0, 200) == 50


def test_one_senders_flood_is_its_own() -> None:
    allowance = Allowance(RULES)
    taken(allowance, "a", 0.0, 1_000)
    assert allowance.take("b", 0.0)


def test_a_forgery_costs_more_and_a_pardon_gives_all_back() -> None:
    allowance = Allowance(RULES)
    allowance.punish("a", 5)
    assert allowance.take("a", 0.0)
    allowance.punish("a", 20)
    assert taken(allowance, "a", 0.0, 100) == 29
    allowance.punish("a", 5)
    assert not allowance.take("a", 0.5)
    assert taken(allowance, "a", 0.7, 100) == 2
    allowance.pardon("a")
    assert taken(allowance, "a", 0.0, 100) == 50


def test_who_is_quiet_is_forgotten() -> None:
    allowance = Allowance(RULES)
    for number in range(1_000):
        allowance.take(str(number), 0.0)
    allowance.sweep(SWEEP_EVERY_S)
    assert len(allowance) == 0
    allowance.take("a", SWEEP_EVERY_S)
    allowance.sweep(SWEEP_EVERY_S + 1.0)
    assert len(allowance) == 1
