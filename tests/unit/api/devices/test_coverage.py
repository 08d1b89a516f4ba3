"""A day's readings against the schedule."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.devices.coverage import HourCount, local_days, of_day, seconds_within, whole

DAY = date(2026, 3, 29)
DAY_S = 86_400.0
BERLIN = ZoneInfo("Europe/Berlin")


def hours(metric: str, *counts: int) -> list[HourCount]:
    return [HourCount(DAY, metric, count) for count in counts]


def test_a_whole_day_is_covered_and_half_a_day_half() -> None:
    assert of_day({"hr": 60}, DAY_S, hours("hr", *[60] * 24))["hr"].coverage == 1.0
    assert of_day({"hr": 60}, DAY_S, hours("hr", *[60] * 12))["hr"].coverage == 0.5


def test_a_burst_does_not_make_up_for_silence() -> None:
    found = of_day({"hr": 60}, DAY_S, hours("hr", 1_440))["hr"]
    assert (found.expected, found.received, found.coverage) == (1_440, 1_440, round(1 / 24, 4))


def test_a_rare_metric_may_come_at_any_hour() -> None:
    assert of_day({"weight": DAY_S}, DAY_S, hours("weight", 1))["weight"].coverage == 1.0
    assert of_day({"weight": DAY_S}, DAY_S, [])["weight"].coverage == 0.0
    assert of_day({"weight": 7 * DAY_S}, DAY_S, [])["weight"].coverage is None


def test_nothing_expected_is_not_full_coverage() -> None:
    found = of_day({}, DAY_S, hours("hr", 5))["hr"]
    assert (found.expected, found.received, found.coverage) == (0, 5, None)
    assert of_day({"hr": 60}, 0.0, [])["hr"].coverage is None
    assert whole([found]) is None


def test_a_frequent_metric_hides_no_other() -> None:
    both = of_day({"hr": 1, "sbp": 14_400}, DAY_S, hours("hr", *[3_600] * 24))
    assert whole(both.values()) == 0.5


def test_days_are_the_wards_own_and_may_be_23_hours_long() -> None:
    span = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC)
    days = local_days(span, BERLIN)
    assert [day.day for day, _ in days] == [28, 29, 30]
    assert [seconds_within(part, span[0], None) / 3_600 for _, part in days] == [11, 23, 14]


def test_only_the_time_with_the_patient_counts() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    part = start, start + timedelta(hours=10)
    assert seconds_within(part, None, None) == 0
    assert seconds_within(part, start + timedelta(hours=4), None) == 6 * 3_600
    assert seconds_within(part, start, start + timedelta(hours=1)) == 3_600
    assert seconds_within(part, start + timedelta(days=1), None) == 0
