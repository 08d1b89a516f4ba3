"""Personal baselines stay robust; rolling features fall where they belong in event time."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river import stats

from analytics.domain.alerts import FindingChange
from analytics.domain.vitals import Metric
from analytics.lane.assessment import assessment_json
from analytics.lane.state import Track
from analytics.news2.score import score
from analytics.risk.baseline import DAY_MS, FLOORS, MOST_WEIGHT, READY_READINGS, Baseline
from analytics.risk.features import BUCKET_MS, NAMES, SPEC, Rolling, vector
from analytics.risk.trajectory import Trajectory
from tests.support.bedside import MINUTE, Bedside, reading

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
    [usual_now] = outcome.assessment.baselines
    assert (usual_now.metric, usual_now.median) == (Metric.HR, pytest.approx(88, abs=3))
    assert abs(usual_now.deviation) < 2
    assert usual_now.moved_from == pytest.approx(usual, abs=3)
    told = [one.change for one in bed.findings if one.condition == "baseline_hr"]
    assert told.count(FindingChange.STARTED) == 1
    assert told[-1] == FindingChange.CLEARED


def test_a_level_is_the_new_usual_within_three_days_of_which_an_alert_was_open_for_one() -> None:
    bed = Bedside()
    for step in range(10 * 24):
        hours = step - 7 * 24
        bed.now += HOUR
        one = reading(bed.now, {"hr": 65 if hours < 0 else 88})
        outcome = bed.take(one, in_episode=0 <= hours < 24)
    assert outcome.assessment is not None
    [usual_now] = outcome.assessment.baselines
    assert usual_now.median == pytest.approx(88, abs=3)


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


def test_the_centre_moves_as_rivers_exponential_mean() -> None:
    """Far from the clip and past the first readings the recursion is river's own."""
    chance = Random(5)
    baseline = learnt([60.0] * 400)
    mean = stats.EWMean(fading_factor=MOST_WEIGHT)
    mean.update(baseline.median)
    recent = [60.0, 60.0]
    for at in range(200):
        value = chance.uniform(56, 64)
        recent = [*recent[-2:], value]
        baseline.learn(value, (401 + at) * 6 * HOUR, HR_FLOOR)
        mean.update(sorted(recent)[1])
    assert baseline.median == pytest.approx(mean.get())


def test_a_glitch_between_good_readings_moves_nothing() -> None:
    steady, glitched = learnt([60.0] * 60), learnt([60.0] * 60)
    for at, (value, other) in enumerate([(60, 60), (60, 130), (60, 60)], 61):
        steady.learn(value, at * HOUR, HR_FLOOR)
        glitched.learn(other, at * HOUR, HR_FLOOR)
    assert (glitched.median, glitched.spread) == (steady.median, steady.spread)


def test_a_quarter_of_the_day_speaks_for_itself_once_it_was_seen_on_days() -> None:
    baseline = Baseline()
    for step in range(10 * 48):
        hour = step // 2 % 24
        baseline.learn(52.0 + step % 3 if hour < 6 else 80.0 + step % 3, step * HOUR // 2, HR_FLOOR)
    night = baseline.compare(90, 10 * DAY_MS + 3 * HOUR, HR_FLOOR)
    usual, deviation, by_hour = night
    assert by_hour
    assert usual == pytest.approx(53, abs=4)
    assert deviation > (90 - baseline.median) / baseline.unit(HR_FLOOR) + 1
    day = baseline.compare(66, 10 * DAY_MS + 15 * HOUR, HR_FLOOR)
    assert abs(day[1]) < 2
    early = Baseline()
    for step in range(2 * 48):
        early.learn(60.0, step * HOUR // 2, HR_FLOOR)
    assert early.ready
    assert not early.compare(60.0, 2 * DAY_MS, HR_FLOOR)[2]


def test_warming_up_drift_and_quality_are_told_in_words() -> None:
    bed = Bedside()
    told = json.loads(assessment_json(bed.well().assessment))
    assert {"metric": "hr", "readings": 1, "of": READY_READINGS} in told["warming_up"]
    assert told["quality"] == {"share": 1.0, "doubts": []}
    for step in range(18 * 8):
        outcome = bed.see(3 * 3_600, hr=65 + step % 2 if step < 15 * 8 else 88 + step % 2)
    told = json.loads(assessment_json(outcome.assessment))
    [pulse] = [one for one in told["baselines"] if one["metric"] == "hr"]
    assert pulse["readings"] > 100
    assert pulse["drift"].startswith("Heart rate is usually 88")
    assert "it was 65" in pulse["drift"]


def test_what_counts_for_nothing_lowers_the_quality_and_fades() -> None:
    bed = Bedside()
    for _ in range(4):
        bed.well(60)
    bed.take(reading(bed.now + MINUTE, {"hr": 72}, refused={"spo2": 400}))
    low = bed.well(120).assessment.quality
    assert 0.9 < low.share < 1
    for _ in range(48):
        bed.well(1_800)
    assert bed.well(60).assessment.quality.share > low.share
