"""Personal baselines stay robust; rolling features fall where they belong in event time."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.domain.alerts import Change
from analytics.domain.vitals import Metric
from analytics.lane.state import Track
from analytics.news2.score import score
from analytics.risk.baseline import FLOORS, READY_READINGS, Baseline
from analytics.risk.features import BUCKET_MS, NAMES, SPEC, Rolling, vector
from analytics.risk.trajectory import Trajectory
from tests.support.bedside import Bedside, reading

HOUR = 3_600_000
HR_FLOOR = FLOORS[Metric.HR]


def learnt(values: list[float], spacing_ms: int = HOUR) -> Baseline:
    baseline = Baseline()
    for at, value in enumerate(values):
        baseline.learn(value, (at + 1) * spacing_ms, HR_FLOOR)
    return baseline


def test_it_finds_what_is_usual() -> None:
    chance = Random(1)
    baseline = learnt([chance.gauss(58, 4) for _ in range(300)])
    assert baseline.ready
    assert baseline.median == pytest.approx(58, abs=1)
    assert baseline.unit(HR_FLOOR) == pytest.approx(4, abs=1.2)
    assert baseline.deviation(82, HR_FLOOR) > 4


def test_one_in_ten_wild_readings_hardly_move_it() -> None:
    chance = Random(2)
    values = [chance.gauss(60, 3) if at % 10 else 200.0 for at in range(300)]
    assert learnt(values).median == pytest.approx(60, abs=2)


def test_a_bad_first_reading_does_not_set_it() -> None:
    assert learnt([250.0, *[60.0] * 30]).median == pytest.approx(60)


def test_it_follows_a_slow_drift() -> None:
    values = [60 + at / 50 for at in range(500)]
    assert learnt(values).median == pytest.approx(values[-1], abs=2)


def test_a_stream_does_not_outweigh_a_spot_reading() -> None:
    assert learnt([60.0] * 600, spacing_ms=1_000).readings == 2
    assert not learnt([60.0] * (READY_READINGS - 1)).ready


def test_a_trend_is_against_the_hours_before() -> None:
    rolling = Rolling()
    for half_hour in range(12):
        rolling.add(70.0, half_hour * BUCKET_MS)
    rolling.add(100.0, 12 * BUCKET_MS)
    assert (rolling.prior, rolling.prior_count) == (70.0, 12)
    rolling.add(130.0, 10 * BUCKET_MS)
    assert rolling.prior > 70
    rolling.add(1.0, -5 * BUCKET_MS)
    assert rolling.prior_count == 13


@settings(deadline=None)
@given(st.permutations(range(13)))
def test_order_of_arrival_does_not_matter_within_the_window(order: list[int]) -> None:
    rolling, other = Rolling(), Rolling()
    for at in range(13):
        rolling.add(float(at), at * BUCKET_MS)
    other.add(0.0, 12 * BUCKET_MS)
    for at in order:
        other.add(float(at), at * BUCKET_MS)
    assert other.prior == pytest.approx(rolling.prior)


def test_missing_adds_nothing_by_itself() -> None:
    features = vector([None] * len(SPEC), score([None] * 7), Trajectory(), oxygen=False)
    assert len(features) == len(NAMES)
    named = dict(zip(NAMES, features, strict=True))
    assert named.pop("NEWS2 not known") == pytest.approx(20 / 7)
    assert named.pop("never at NEWS2 of 5 or more") == 1.0
    assert set(named.values()) == {0.0}


def test_levels_are_in_clinical_units() -> None:
    tracks = [Track(t_ms=0, value=centre + scale, staff=False) for _, _, centre, scale in SPEC]
    features = vector(tracks, score([None] * 7), Trajectory(), oxygen=True)
    assert features[0] == features[3] == pytest.approx(1)
    assert features[NAMES.index("on oxygen")] == 1


@pytest.mark.parametrize("start_hour", [2, 8, 10, 14, 20])
def test_the_first_nights_are_no_alert(start_hour: int) -> None:
    """A pulse 32 /min slower by night: healthy adults have 23 in the median, 36 at times."""
    chance = Random(3)
    bed, wander = Bedside(), 0.0
    for step in range(3 * 24 * 12):
        hour = (start_hour + step / 12) % 24
        wander = 0.8 * wander + chance.gauss(0, 0.6)
        usual, spread = (52, 3) if hour >= 23 or hour < 7 else (84, 6)
        bed.see(300, hr=round(usual + spread * wander))
    assert "baseline_hr" not in dict(bed.said())


def test_a_baseline_waits_for_a_whole_day() -> None:
    half_a_day = learnt([60.0] * 150, 300_000)
    assert half_a_day.readings >= READY_READINGS
    assert not half_a_day.ready
    assert learnt([60.0] * 290, 300_000).ready


@pytest.mark.parametrize("every_s", [300, 6 * 3_600, 12 * 3_600])
@pytest.mark.parametrize("usual", [65, 110])
def test_a_level_that_stays_is_the_new_usual_within_three_days(every_s: int, usual: int) -> None:
    chance = Random(4)
    bed = Bedside()
    for step in range(18 * 86_400 // every_s):
        stepped = step >= 15 * 86_400 // every_s
        outcome = bed.see(every_s, hr=round(chance.gauss(88 if stepped else usual, 2)))
    assert outcome.assessment is not None
    [(code, median, deviation)] = outcome.assessment.baselines
    assert (code, median) == (Metric.HR, pytest.approx(88, abs=3))
    assert abs(deviation) < 2
    told = [(one.condition, one.change) for one in bed.findings]
    assert told.count(("baseline_hr", Change.STARTED)) == 1
    assert told[-1] == ("baseline_hr", Change.CLEARED)


def test_a_level_is_the_new_usual_within_three_days_of_which_an_alert_was_open_for_one() -> None:
    bed = Bedside()
    for step in range(10 * 24):
        hours = step - 7 * 24
        bed.now += HOUR
        one = reading(bed.now, {"hr": 65 if hours < 0 else 88})
        outcome = bed.take(one, in_episode=0 <= hours < 24)
    assert outcome.assessment is not None
    [(_, median, _)] = outcome.assessment.baselines
    assert median == pytest.approx(88, abs=3)


def test_a_day_of_fever_is_no_new_level() -> None:
    baseline = learnt([60.0] * 96)
    for hour in range(97, 97 + 30):
        baseline.learn(90.0, hour * HOUR, HR_FLOOR)
    for hour in range(127, 127 + 24):
        baseline.learn(60.0, hour * HOUR, HR_FLOOR)
    assert baseline.median == pytest.approx(60, abs=3)


def test_wild_readings_are_no_new_level() -> None:
    values = [60.0 if at % 10 else 200.0 for at in range(2_000)]
    assert learnt(values, 300_000).median == pytest.approx(60, abs=4)
