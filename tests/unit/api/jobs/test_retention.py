"""When a nightly run is due, and which periods cannot be set."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from api.jobs.retention import next_run
from api.jobs.retention_settings import KINDS, RetentionSettings

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-01-05T01:00", "2026-01-05T02:00"),  # three o'clock in Berlin's winter
        ("2026-01-05T02:00", "2026-01-06T02:00"),
        ("2026-01-05T02:30", "2026-01-06T02:00"),
        ("2026-07-05T00:59", "2026-07-05T01:00"),  # and in its summer
        ("2026-07-05T23:00", "2026-07-06T01:00"),
    ],
)
def test_the_run_is_at_the_hour_of_the_wards_day(since: str, due: str) -> None:
    assert next_run(at(since), 3, BERLIN) == at(due)


@pytest.mark.parametrize("day", ["2026-03-28T12:00", "2026-10-24T12:00"])
def test_there_is_one_run_in_each_night_of_changed_clocks(day: str) -> None:
    first = next_run(at(day), 3, BERLIN)
    second = next_run(first, 3, BERLIN)
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)
    assert first < second < at(day) + timedelta(days=2, hours=12)


def test_what_proves_is_kept_as_long_as_what_rests_on_it() -> None:
    with pytest.raises(ValidationError, match="scores and alerts rest on readings"):
        RetentionSettings(readings_days=365)
    with pytest.raises(ValidationError, match="with the person all that is theirs goes"):
        RetentionSettings(people_days=365)
    short = RetentionSettings(readings_days=365, assessments_days=365, alerts_days=365)
    assert (short.days("readings"), short.days("messages")) == (365, 3_653)


def test_tokens_go_by_real_time_and_the_record_by_the_wards() -> None:
    settings = RetentionSettings()
    ward, real = at("2026-10-24T20:00"), at("2030-01-01T00:00")
    for kind in KINDS:
        now = real if kind == "sessions" else ward
        assert settings.cut_off(kind, ward, real) == now - timedelta(days=settings.days(kind))
