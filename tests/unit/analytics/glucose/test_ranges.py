"""The consensus' ranges, the ADA's levels, the profile."""

import pytest

from analytics.glucose.ranges import MINUTE_MS, RANGES, episodes, profile, range_of, summary

STEP = 5 * MINUTE_MS


def course(*values: float, start: int = 0) -> list[tuple[int, float]]:
    return [(start + at * STEP, value) for at, value in enumerate(values)]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (53.9, "very_low"),
        (54, "low"),
        (69.9, "low"),
        (70, "target"),
        (180, "target"),
        (180.1, "high"),
        (250, "high"),
        (250.1, "very_high"),
    ],
)
def test_each_edge_is_in_the_range_of_the_consensus(value: float, name: str) -> None:
    assert range_of(value) == name


def test_shares_are_of_time_and_make_one() -> None:
    told = summary(course(*[100] * 6, *[200] * 3, *[60] * 3), 60 * MINUTE_MS)
    assert set(told.shares) == {name for name, _, _ in RANGES}
    assert sum(told.shares.values()) == pytest.approx(1, abs=1e-3)
    assert told.shares["target"] == pytest.approx(30 / 70, abs=1e-3)
    assert told.gmi is not None
    assert told.mean is not None
    assert told.gmi == pytest.approx(3.31 + 0.02392 * told.mean, abs=0.01)


def test_a_reading_does_not_stand_for_a_gap() -> None:
    told = summary([(0, 60.0), (10 * 60 * MINUTE_MS, 100.0)], 24 * 60 * MINUTE_MS)
    assert told.shares["low"] == pytest.approx(0.5)
    assert told.covered == pytest.approx(30 / 1440, abs=1e-3)
    assert summary([], 1).mean is None


def test_a_low_lasts_a_quarter_of_an_hour_and_ends_so() -> None:
    found = episodes(course(90, 65, 60, 52, 66, 80, 85, 90, 95))
    assert [(one.kind, one.level, one.worst) for one in found] == [("low", 1, 52)]
    assert (found[0].start_ms, found[0].end_ms) == (STEP, 5 * STEP)
    assert episodes(course(90, 65, 66, 80, 90, 95)) == []  # ten minutes are none


def test_levels_are_told_apart_and_what_goes_on_has_no_end() -> None:
    found = episodes(course(*[260] * 5))
    assert [(one.kind, one.level, one.end_ms) for one in found] == [
        ("high", 1, None),
        ("high", 2, None),
    ]


def test_a_gap_ends_an_episode_at_its_last_reading() -> None:
    found = episodes([*course(60, 60, 60, 60), *course(60, start=90 * MINUTE_MS)])
    assert [one.end_ms for one in found] == [3 * STEP]


def test_the_profile_is_by_hour_of_the_patients_day() -> None:
    told = profile(course(100, 110, 120), lambda t_ms: (t_ms // MINUTE_MS + 23 * 60) % 1440)
    assert [(one.hour, one.count) for one in told] == [(23, 3)]
    assert told[0].centiles["p50"] == 110
