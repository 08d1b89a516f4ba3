"""How long a worker stands by after it lost what it needs to serve."""

from gateway.worker.worker import FIRST_PAUSE_S, FIRST_TRUCE_S, LAST_PAUSE_S, LAST_TRUCE_S, Backoff


def test_a_database_that_stays_away_is_asked_twice_a_second_and_no_oftener() -> None:
    patience = Backoff()
    pauses = [patience.delay_after(0.0, taken=False) for _ in range(6)]
    assert pauses == sorted(pauses)
    assert pauses[0] == FIRST_PAUSE_S
    assert pauses[-1] == LAST_PAUSE_S


def test_after_a_tenure_the_first_pause_is_short_again() -> None:
    patience = Backoff()
    for _ in range(6):
        patience.delay_after(0.0, taken=False)
    assert patience.delay_after(5.0, taken=False) == FIRST_PAUSE_S


def test_somebody_who_takes_the_session_again_and_again_is_left_longer_each_time() -> None:
    patience = Backoff()
    pauses = [patience.delay_after(2.0, taken=True) for _ in range(9)]
    assert pauses[:3] == [FIRST_TRUCE_S, 2 * FIRST_TRUCE_S, 4 * FIRST_TRUCE_S]
    assert pauses[-1] == LAST_TRUCE_S


def test_after_long_peace_the_truce_is_short_again() -> None:
    patience = Backoff()
    for _ in range(5):
        patience.delay_after(2.0, taken=True)
    assert patience.delay_after(LAST_TRUCE_S + 1, taken=True) == FIRST_TRUCE_S
