"""What buckets are made of, and into how many slices a chart is cut."""

from datetime import UTC, datetime, timedelta

import pytest

from api.store.rollups import neat_width, tier_of

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "tier"),
    [
        (1, "readings"),
        (59, "readings"),
        (60, "minute"),
        (90, "readings"),
        (300, "minute"),
        (420, "readings"),
        (3600, "hour"),
        (5400, "hour"),
        (86_400, "hour"),
    ],
)
def test_a_bucket_is_made_of_what_ends_where_it_ends(seconds: int, tier: str) -> None:
    assert tier_of(timedelta(seconds=seconds)) == tier


@pytest.mark.parametrize(
    ("span", "width"),
    [
        (timedelta(minutes=1), timedelta(seconds=1)),
        (timedelta(hours=6), timedelta(seconds=31)),
        (timedelta(days=1), timedelta(minutes=3)),
        (timedelta(days=7), timedelta(minutes=15)),
        (timedelta(days=30), timedelta(hours=2)),
        (timedelta(days=400), timedelta(hours=14)),
    ],
)
def test_slices_are_few_enough_and_made_of_whole_roll_ups(
    span: timedelta, width: timedelta
) -> None:
    made = neat_width((NOW - span, NOW), 700)
    assert made == width
    assert span / made <= 700
