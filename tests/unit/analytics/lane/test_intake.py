"""What was refused is visible: the score loses the metric, and somebody is told."""

import msgspec
import pytest

from analytics.domain.alerts import Kind
from analytics.domain.vitals import Metric
from analytics.lane.lane import assessment_json
from tests.support.bedside import HOUR, MINUTE, T0, WELL, Bedside, reading
from tests.support.story import Story


def test_the_score_loses_the_metric_at_once() -> None:
    story = Story().hear(0, **WELL)
    story.hear(60, temp=49.9)
    made = story.assessment
    assert made is not None
    assert (made.score, made.low, made.high, made.missing) == (None, 0, 3, (Metric.TEMP,))
    for _ in range(2):
        story.hear(300, temp=50.1, hr=71)
    made = story.assessment
    assert made is not None
    told = msgspec.json.decode(assessment_json(made))
    assert told["news2"]["missing"] == ["temp"]
    [refused] = told["refused"]
    assert refused == {
        "metric": "temp",
        "count": 3,
        "since": "2025-11-24T16:01:00.000Z",
        "reason": "out_of_range",
        "value": 50.1,
        "hint": "outside 20 to 47 °C",
        "device": "w-one",
    }


def test_somebody_is_told_after_two_minutes_without_a_good_one() -> None:
    story = Story().hear(0, **WELL).hear(60, temp=49.9).wait(119)
    assert story.raised == []
    story.wait(2)
    assert story.shown(Kind.TECHNICAL) == ["refused"]
    assert "36.8 °C before" in story.words("refused")
    story.hear(60, temp=36.9).hear(150, temp=36.9)
    assert story.over("refused")
    assert story.assessment is not None
    assert story.assessment.refused == ()


@pytest.mark.parametrize("metric", ["glucose", "weight", "dbp"])
def test_a_metric_that_no_score_needs_is_visible_too(metric: str) -> None:
    story = Story().hear(0, **WELL)
    story.hear(60, **{metric: 9999}).wait(121)
    assert story.assessment is not None
    assert [one.metric for one in story.assessment.refused] == [Metric[metric.upper()]]
    assert story.shown(Kind.TECHNICAL) == ["refused"]
    story.hear(60, **{metric: {"glucose": 110, "weight": 80, "dbp": 75}[metric]})
    assert story.assessment.refused == ()


def test_a_good_one_of_the_same_moment_stands() -> None:
    bed = Bedside()
    made = bed.take(reading(T0, {"temp": 36.8}, refused={"temp": 99.0})).assessment
    assert made is not None
    assert made.refused == ()


def test_what_is_older_than_the_newest_good_one_says_nothing() -> None:
    bed = Bedside()
    bed.well()
    outcome = bed.take(reading(T0 - MINUTE, {}, refused={"hr": 999}, delay_ms=2 * MINUTE))
    assert (outcome.assessment, outcome.findings) == (None, [])


def test_back_fill_is_lost_to_the_score_and_calls_nobody() -> None:
    bed = Bedside()
    bed.well()
    outcome = bed.take(reading(T0 + MINUTE, {}, refused={"hr": 999}, delay_ms=HOUR))
    assert outcome.assessment is not None
    assert Metric.HR in outcome.assessment.missing
    assert all(one.late for one in outcome.findings)


def test_a_time_ahead_of_the_wards_says_that_it_is_not_measured_now() -> None:
    bed = Bedside()
    bed.well()
    ahead = reading(
        T0 + HOUR, {}, refused={"spo2": 97}, delay_ms=-50 * MINUTE, reason="from_the_future"
    )
    made = bed.take(ahead).assessment
    assert made is not None
    assert [one.reason for one in made.refused] == ["from_the_future"]


def test_losing_a_parameter_ends_no_alert() -> None:
    story = Story().hear(0, **{**WELL, "rr": 26, "hr": 120, "temp": 39.5})
    assert "news2_emergency" in story.shown(Kind.CLINICAL)
    for _ in range(10):
        story.hear(60, temp=99, rr=999, hr=70, spo2=97, sbp=120)
    assert not story.over("news2_emergency")


def test_after_a_week_it_is_no_news() -> None:
    story = Story().hear(0, **WELL).hear(60, weight=9999)
    assert story.assessment is not None
    assert len(story.assessment.refused) == 1
    story.hear(8 * 86_400, hr=70)
    assert story.assessment.refused == ()
