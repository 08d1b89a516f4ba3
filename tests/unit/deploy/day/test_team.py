"""Somebody is at work at every moment of the day, by the seed values for a ward of its size."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from deploy.day.team import posts, rota

START = datetime(2026, 3, 2, 7, tzinfo=UTC)


def test_a_ward_of_300_has_one_nurse_for_30_and_one_doctor_for_60_by_day() -> None:
    count = Counter((post.role, post.night) for post in posts(300))
    assert count == {
        ("doctor", False): 5,
        ("doctor", True): 2,
        ("nurse", False): 10,
        ("nurse", True): 5,
        ("coordinator", False): 2,
    }


def test_doctors_and_nurses_are_there_at_every_hour_and_beyond_the_end() -> None:
    end = START + timedelta(days=1)
    for role in ("doctor", "nurse"):
        spans = [span for post in posts(10) if post.role == role for span in rota(post, START, end)]
        for hour in range(-5, 30):
            at = START + timedelta(hours=hour)
            assert any(begins <= at < ends for begins, ends in spans), hour


def test_the_first_shift_of_a_day_post_holds_the_first_hours() -> None:
    early = next(post for post in posts(10) if not post.night)
    assert (START, START + timedelta(hours=12)) in rota(early, START, START + timedelta(hours=3))
