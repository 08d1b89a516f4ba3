"""Which week is due where somebody lives, which are missing, and what of a week is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.domain.vitals import Metric
from analytics.ward.weekly_report import (
    MOST_MISSING,
    VitalDay,
    due_week,
    is_late,
    missed_weeks,
    trend,
    vitals,
)

MONDAY = date(2026, 10, 19)


@pytest.mark.parametrize(
    ("at", "zone", "week"),
    [
        ("2026-10-26T07:59Z", "Europe/Berlin", "2026-10-12"),  # 08:59, clocks went back on Sunday
        ("2026-10-26T08:00Z", "Europe/Berlin", "2026-10-19"),
        ("2026-10-26T01:00Z", "Asia/Shanghai", "2026-10-19"),
        ("2026-10-26T12:00Z", "America/Los_Angeles", "2026-10-12"),
        ("2026-11-01T23:00Z", "Europe/Berlin", "2026-10-19"),  # already Monday, not yet nine
        ("2026-10-28T12:00Z", "UTC", "2026-10-19"),
    ],
)
def test_a_week_is_due_on_the_monday_after_at_nine_where_the_person_lives(
    at: str, zone: str, week: str
) -> None:
    assert due_week(datetime.fromisoformat(at), zone, 9).isoformat() == week


def test_weeks_between_are_missing_and_bounded() -> None:
    week = timedelta(days=7)
    assert missed_weeks(None, MONDAY) == []
    assert missed_weeks(MONDAY - week, MONDAY) == []
    assert missed_weeks(MONDAY - 3 * week, MONDAY) == [MONDAY - 2 * week, MONDAY - week]
    assert len(missed_weeks(MONDAY - 99 * week, MONDAY)) == MOST_MISSING


def test_a_report_that_would_come_days_later_is_late() -> None:
    thursday = datetime(2026, 10, 29, 8, 0, tzinfo=UTC)
    assert not is_late(thursday - timedelta(days=1), MONDAY, "UTC", 3.0)
    assert is_late(thursday, MONDAY, "UTC", 3.0)


def test_a_trend_is_told_only_beyond_what_days_differ_by_chance() -> None:
    assert trend([70, 71, 69, 70], [60, 61, 59, 60]) == "higher"
    assert trend([60, 61, 59, 60], [70, 71, 69, 70]) == "lower"
    assert trend([70, 80, 60, 72], [66, 75, 60, 71]) == "same"
    assert trend([70, 71], [60, 61, 59]) is None
    assert trend([70.0] * 3, [70.0] * 3) == "same"
    assert trend([71.0] * 3, [70.0] * 3) == "higher"


def test_a_vital_has_its_range_and_one_that_stopped_is_told_as_not_measured() -> None:
    def one(offset: int, metric: Metric, mean: float) -> VitalDay:
        day = MONDAY + timedelta(days=offset)
        return VitalDay(day=day, metric=metric, low=mean - 4, mean=mean, high=mean + 9, count=2)

    days = [one(n, Metric.HR, 70 + n) for n in range(3)]
    days += [one(n - 7, Metric.HR, 60 + n) for n in range(3)]
    days.append(one(-2, Metric.WEIGHT, 80))
    pulse, weight = vitals(days, MONDAY)
    assert (pulse["metric"], pulse["days"], pulse["count"]) == ("hr", 3, 6)
    assert (pulse["low"], pulse["high"], pulse["mean"], pulse["before"]) == (66, 81, 71.0, 61.0)
    assert pulse["trend"] == "higher"
    assert (weight["metric"], weight["days"], weight["mean"]) == ("weight", 0, None)
