"""What befalls the ward: all of it within the day, in its order, the same again for a seed."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.day.script import OUTAGE, write_day
from device_sim.patients.scenarios import COURSES

START = datetime(2026, 3, 2, 7, tzinfo=UTC)


def test_a_whole_day_has_its_hours() -> None:
    day = write_day(START, hours=24, patients=300, seed=1)
    assert (day.ill_at.hour, day.outage_at.hour, day.end - START) == (12, 16, timedelta(days=1))
    assert day.ill_at < day.absent_at < day.outage_at
    assert len(day.outbreak) == 25
    assert len(day.lines) == 55
    assert {one.kind for one in day.lines} == set(COURSES)
    ill = [one for one in day.lines if one.patient in day.outbreak]
    assert {one.kind for one in ill} == {"sepsis", "hypoxia"}
    assert all(13 <= one.at.hour < 21 for one in ill)


@pytest.mark.parametrize(("hours", "patients"), [(24, 300), (2, 8), (1, 1), (6, 40)])
def test_everything_lies_within_the_day_and_on_patients_of_their_own(
    hours: float, patients: int
) -> None:
    day = write_day(START, hours=hours, patients=patients, seed=3)
    numbers = [one.patient for one in day.lines]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(range(patients))
    assert day.outbreak <= set(numbers)
    assert day.outage_until - day.outage_at == OUTAGE
    assert all(START < one.at < day.end for one in day.lines)
    assert START < day.ill_at < day.absent_at < day.end


def test_a_short_day_has_no_course_that_would_outlast_it() -> None:
    day = write_day(START, hours=6, patients=60, seed=1)
    assert "sepsis" not in {one.kind for one in day.lines}


def test_the_same_seed_writes_the_same_day() -> None:
    first, second = (write_day(START, hours=24, patients=50, seed=5) for _ in range(2))
    assert first == second
    assert first != write_day(START, hours=24, patients=50, seed=6)
