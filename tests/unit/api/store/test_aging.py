"""The words of an alert are in the patient's time, those of the ward's own in the ward's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.store.aging import aged_message

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def row(zone: str | None) -> dict[str, Any]:
    return {
        "message": "Pulse 140",
        "state": "open",
        "time_zone": zone,
        "measured_at": NOW - timedelta(hours=5),
        "cleared_at": None,
        "lapsed_at": None,
        "kind": "clinical",
        "gap_min": 15,
        "condition": "limit_hr_high",
        "detail": {"metric": "hr"},
        "latest": None,
    }


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Asia/Kolkata", "12:30 IST"), (None, "09:00 CEST"), ("Mars/Olympus", "09:00 CEST")],
)
def test_a_time_in_words_is_civil(zone: str | None, told: str) -> None:
    words = aged_message(row(zone), NOW.astimezone(ZoneInfo("Europe/Berlin")))
    assert told in words
    assert "UTC" not in words
