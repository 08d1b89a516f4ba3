"""What a group asks a day: over days watched, surer with more people, never sure of nothing."""

import pytest

from analytics.studies.demand import PatientAsked, demand

REVIEW = 12.0


def test_rates_are_over_the_days_that_were_watched() -> None:
    found = demand([PatientAsked(7, 84, 7), PatientAsked(0, 0, 1)], REVIEW)
    assert found is not None
    assert found.alerts == pytest.approx(7 / 8, abs=1e-3)
    assert found.minutes == pytest.approx(84 / 8, abs=1e-2)


def test_more_patients_make_it_surer() -> None:
    few = [PatientAsked(n % 5, 12 * (n % 5), 7) for n in range(8)]
    some, many = demand(few, REVIEW), demand(few * 20, REVIEW)
    assert some is not None
    assert many is not None
    assert some.minutes == many.minutes
    low, high = some.minutes_ci95
    assert low < some.minutes < high
    assert many.minutes_ci95[1] - many.minutes_ci95[0] < (high - low) / 2
    assert demand(few, REVIEW) == some, "the same people, the same interval"


def test_no_alert_so_far_is_not_no_alert_ever() -> None:
    found = demand([PatientAsked(0, 0, 7)] * 3, REVIEW)
    assert found is not None
    assert (found.alerts, found.alerts_ci95[0]) == (0, 0)
    assert found.alerts_ci95[1] == pytest.approx(3 / 21, abs=1e-3)
    assert found.minutes_ci95[1] == pytest.approx(36 / 21, abs=1e-3)


def test_nobody_watched_asks_nothing_that_is_known() -> None:
    assert demand([], REVIEW) is None
    assert demand([PatientAsked(0, 0, 0)], REVIEW) is None
