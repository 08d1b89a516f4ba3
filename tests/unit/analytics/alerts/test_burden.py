"""Rates, shares with their uncertainty, and hours that break the budget."""

from analytics.alerts.burden import WardHour, broken, rate, share


def test_a_share_has_an_interval_that_stays_between_0_and_1() -> None:
    """Wilson's interval of 8 of 10: 49 to 94 %; of 0 of 5: 0 to 43 % (computed by hand)."""
    assert share(8, 10) == {"value": 0.8, "ci95": [0.4902, 0.9433], "n": 10}
    assert share(0, 5) == {"value": 0.0, "ci95": [0.0, 0.4345], "n": 5}
    assert share(0, 0) is None


def test_there_is_no_rate_without_a_patient_day() -> None:
    assert rate(7, 3.5) == 2.0
    assert rate(7, 0.0) is None


def test_an_hour_breaks_the_budget_by_calls_for_each_person_there() -> None:
    hours = [
        WardHour(ward="main", start="2026-01-01T08:00:00Z", calls=4, staff=2.0),
        WardHour(ward="main", start="2026-01-01T09:00:00Z", calls=5, staff=2.0),
        WardHour(ward="main", start="2026-01-01T10:00:00Z", calls=1, staff=0.0),
        WardHour(ward="b", start="2026-01-01T09:00:00Z", calls=5, staff=2.0),
    ]
    over = broken(hours, {"b": 3.0}, default=2.0)
    assert [(one.ward, one.start[11:13]) for one in over] == [("main", "10"), ("main", "09")]
