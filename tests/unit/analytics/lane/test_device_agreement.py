"""Two devices that disagree, and one that is stuck."""

import pytest

from analytics.domain.alerts import Kind
from analytics.domain.care import CarePlan
from tests.support.story import Story

CLINICAL, TECHNICAL = Kind.CLINICAL, Kind.TECHNICAL


def test_two_that_disagree_make_one_episode_of_the_worse() -> None:
    story = Story()
    for _ in range(15):
        story.hear(20, "ring", spo2=84).hear(20, "clip", spo2=97)
    assert [name for name in story.shown(CLINICAL) if "spo2" in name] == ["limit_spo2_low"]
    assert story.shown(TECHNICAL) == ["sensor"]
    words = story.words("sensor")
    assert "84 % by ring" in words
    assert "97 % by clip" in words
    for _ in range(10):
        story.hear(20, "ring", spo2=96).hear(20, "clip", spo2=97)
    assert story.over("sensor")
    assert story.over("limit_spo2_low")


@pytest.mark.parametrize("first", ["ring", "clip"])
def test_the_worse_one_counts_whichever_comes_last(first: str) -> None:
    said = {"ring": 84.0, "clip": 97.0}
    second = next(name for name in said if name != first)
    story = Story().hear(0, first, spo2=said[first]).hear(20, second, spo2=said[second])
    assert story.assessment is not None
    story.hear(5, "watch", rr=15)
    assert dict(story.assessment.values)[2] == 84


def test_what_is_worse_depends_on_the_patients_scale() -> None:
    story = Story(CarePlan(spo2_scale=2))
    story.hear(0, "ring", spo2=89, o2=1).hear(20, "clip", spo2=98)
    story.hear(20, "ring", spo2=89)
    assert story.assessment is not None
    assert dict(story.assessment.values)[2] == 98


def test_readings_that_are_apart_in_time_do_not_disagree() -> None:
    story = Story()
    for at in range(20):
        story.hear(600, "watch", hr=65 + at % 2).hear(600, "cuff", hr=110 + at % 2)
    assert story.shown(TECHNICAL) == []


def test_a_person_is_no_second_sensor() -> None:
    story = Story()
    for _ in range(10):
        story.hear(20, "watch", rr=26).hear(20, "", rr=14)
    assert story.shown(TECHNICAL) == []


def test_the_other_takes_over_when_the_worse_falls_silent() -> None:
    story = Story()
    for _ in range(5):
        story.hear(20, "ring", spo2=84).hear(20, "clip", spo2=97)
    for _ in range(20):
        story.hear(30, "clip", spo2=97)
    assert story.over("limit_spo2_low")
    assert story.over("sensor")


def test_three_hours_of_one_value_are_a_stuck_sensor() -> None:
    story = Story()
    for _ in range(178):
        story.hear(60, hr=88, spo2=100)
    assert story.shown(TECHNICAL) == ["sensor"]
    assert "Heart rate 88 /min and SpO2 100 % for 2 h" in story.words("sensor")
    for _ in range(5):
        story.hear(60, hr=86, spo2=100).hear(60, hr=90, spo2=99)
    assert story.over("sensor")


@pytest.mark.parametrize("moves", ["hr", "spo2"])
def test_a_living_signal_beside_it_is_proof_of_life(moves: str) -> None:
    story = Story()
    for at in range(178):
        values = {"hr": 70.0, "spo2": 98.0}
        values[moves] += at % 2
        story.hear(60, **values)
    assert story.shown(TECHNICAL) == []


def test_full_saturation_for_hours_is_common_in_the_well() -> None:
    story = Story()
    for _ in range(300):
        story.hear(60, spo2=100)
    assert story.shown(TECHNICAL) == []
    for _ in range(500):
        story.hear(60, spo2=100)
    assert story.shown(TECHNICAL) == ["sensor"]


def test_spot_readings_and_temperature_may_stay_the_same() -> None:
    story = Story()
    for _ in range(20):
        story.hear(3600, "cuff", sbp=120, dbp=80, hr=72)
    for _ in range(200):
        story.hear(60, "patch", temp=36.6)
    assert story.shown(TECHNICAL) == []


def test_full_saturation_beside_a_living_pulse_proves_nothing() -> None:
    story = Story()
    for at in range(800):
        story.hear(60, hr=70 + at % 3, spo2=100)
    assert story.shown(TECHNICAL) == []


def test_a_good_device_beside_it_neither_hides_nor_ends_the_fault_of_another() -> None:
    story = Story()
    for _ in range(6):
        story.hear(30, "fahrenheit", temp=98.6).hear(30, "celsius", temp=37.0)
    assert story.shown(TECHNICAL) == ["units"]
    assert story.assessment is not None
    assert dict(story.assessment.values)[4] == 37.0
    story.hear(30, "fahrenheit", temp=98.6)
    assert story.assessment.refused == ()
    for _ in range(6):
        story.hear(60, "fahrenheit", temp=37.1)
    assert story.over("units")
