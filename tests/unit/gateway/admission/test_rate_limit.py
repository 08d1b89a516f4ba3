"""Rates: a steady share, room for catch-up, and a forgery costs more than it gains."""

from gateway.admission.rate_limit import SWEEP_EVERY_S, RateLimiter, RateRules

RULES = RateRules(per_s=10.0, burst=50.0)


def taken(allowance: RateLimiter, name: str, now_s: float, tries: int) -> int:
    return sum(allowance.try_acquire(name, now_s) for _ in range(tries))


def test_a_burst_then_a_steady_share() -> None:
    allowance = RateLimiter(RULES)
    assert taken(allowance, "a", 0.0, 200) == 50
    assert taken(allowance, "a", 1.0, 200) == 10
    assert taken(allowance, "a", 100.0, 200) == 50


def test_one_senders_flood_is_its_own() -> None:
    allowance = RateLimiter(RULES)
    taken(allowance, "a", 0.0, 1_000)
    assert allowance.try_acquire("b", 0.0)


def test_a_forgery_costs_more_and_a_pardon_gives_all_back() -> None:
    allowance = RateLimiter(RULES)
    allowance.charge("a", 5)
    assert allowance.try_acquire("a", 0.0)
    allowance.charge("a", 20)
    assert taken(allowance, "a", 0.0, 100) == 29
    allowance.charge("a", 5)
    assert not allowance.try_acquire("a", 0.5)
    assert taken(allowance, "a", 0.7, 100) == 2
    allowance.refill("a")
    assert taken(allowance, "a", 0.0, 100) == 50


def test_who_is_quiet_is_forgotten() -> None:
    allowance = RateLimiter(RULES)
    for number in range(1_000):
        allowance.try_acquire(str(number), 0.0)
    allowance.sweep(SWEEP_EVERY_S)
    assert len(allowance) == 0
    allowance.try_acquire("a", SWEEP_EVERY_S)
    allowance.sweep(SWEEP_EVERY_S + 1.0)
    assert len(allowance) == 1
