"""What an alert says never passes off an old number as that of now."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from analytics.alerts.value_age import Told, words

NOW = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)


def told(minutes: int, **more: object) -> str:
    facts = {"message": "SpO2 84 %, below 91", "measured": NOW - timedelta(minutes=minutes)}
    return words(Told(aged_s=900, **(facts | more)), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "SpO2 84 %, below 91"),
        (15, "SpO2 84 %, below 91"),
        (16, "SpO2 84 %, below 91, measured 08:54 UTC, 16 min ago"),
        (120, "SpO2 84 %, below 91, measured 07:10 UTC, 2 h ago"),
        (30 * 60, "SpO2 84 %, below 91, measured 01 Mar 03:10 UTC, 30 h ago"),
        (72 * 60, "SpO2 84 %, below 91, measured 27 Feb 09:10 UTC, 3 days ago"),
    ],
)
def test_an_old_number_carries_its_age(minutes: int, said: str) -> None:
    assert told(minutes) == said


def test_what_lapsed_says_since_when_nothing_was_heard() -> None:
    said = told(120, lapsed=True)
    assert said == "Not heard since 07:10 UTC, 2 h ago; the last was: SpO2 84 %, below 91"


def test_what_is_over_says_so_first() -> None:
    said = told(20, over_since=NOW - timedelta(minutes=5))
    assert said.startswith("Over since 09:05 UTC; it was: SpO2 84 %")


def test_a_newer_number_stands_beside_it() -> None:
    assert told(1, newest=("84", NOW - timedelta(seconds=30))) == "SpO2 84 %, below 91"
    assert told(5, newest=("93", NOW)).endswith(
        "measured 09:05 UTC, 5 min ago (newest: 93 at 09:10 UTC)"
    )


def test_times_are_in_the_readers_zone() -> None:
    zone = timezone(timedelta(hours=1), "CET")
    said = words(
        Told(message="x", measured=(NOW - timedelta(hours=2)).astimezone(zone), aged_s=900),
        NOW.astimezone(zone),
    )
    assert said == "x, measured 08:10 CET, 2 h ago"


def test_equipment_is_not_measured() -> None:
    assert told(20, seen="as of").endswith("below 91, as of 08:50 UTC, 20 min ago")
