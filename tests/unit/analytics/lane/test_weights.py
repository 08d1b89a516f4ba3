"""Weight over days: what is gained, and what is somebody else's."""

import pytest

from analytics.domain.alerts import Kind, Priority
from analytics.domain.vitals import Metric
from tests.support.bedside import HOUR, MINUTE, T0, reading
from tests.support.story import Story

DAY = 86_400


def days(*weights: float) -> Story:
    story = Story()
    for at, weight in enumerate(weights):
        story.hear(DAY if at else 0, "scale", weight=weight)
    return story


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ((84.1, 84.9, 85.8, 86.7), "2.6 kg gained in 3 days (from 84.1 kg)"),
        ((84.1, 85.2), "1.1 kg gained in a day (from 84.1 kg)"),
        ((84.1, 84.9, 85.5, 86.1), None),
        ((84.1, 85.1), None),
        ((84.0, 84.5, 85.0, 85.5, 86.0, 86.5), None),
        ((84.0, 82.0, 80.0, 81.0), None),
    ],
)
def test_what_is_gained_is_told(weights: tuple[float, ...], told: str | None) -> None:
    story = days(*weights)
    if told is None:
        assert story.raised == []
        return
    [(name, priority, words)] = story.raised
    assert (name, priority) == ("weight_gain", Priority.MEDIUM)
    assert words.endswith(told)


def test_nobody_weighs_to_the_hour_and_the_evening_is_heavier() -> None:
    story = days(84.1)
    story.hear(8 * 3600, "scale", weight=85.4).hear(16 * 3600, "scale", weight=84.3)
    assert story.raised == []
    story = days(84.1, 84.9, 85.8)
    story.hear(DAY + 5 * 3600, "scale", weight=86.7)
    assert story.shown(Kind.CLINICAL) == ["weight_gain"]


def test_it_ends_when_the_weight_has_gone_down_not_when_days_have_passed() -> None:
    story = days(84.1, 84.9, 85.8, 86.7, 86.7, 86.7, 86.7, 86.7)
    assert not story.over("weight_gain")
    for _ in range(2):
        story.hear(DAY, "scale", weight=84.3)
    assert story.over("weight_gain")


def test_weights_that_were_entered_late_are_what_it_is_reckoned_from() -> None:
    story = Story()
    now = T0 + 100 * HOUR
    for hours, weight in ((72, 84.1), (48, 84.9), (24, 85.8)):
        at = now - hours * HOUR
        entry = reading(at, {"weight": weight}, delay_ms=now - at, staff=True)
        story.bed.take(entry)
    story.bed.now = now + MINUTE
    story.hear(0, "scale", weight=86.7)
    assert story.shown(Kind.CLINICAL) == ["weight_gain"]


def test_another_person_on_the_scale_is_doubted_and_told() -> None:
    story = days(84.1, 84.3, 84.0, 52.3)
    assert [(one.metric, one.value) for one in story.doubted] == [(Metric.WEIGHT, 52.3)]
    story.wait(121)
    assert story.shown(Kind.TECHNICAL) == ["sensor"]
    assert "another person" in story.words("sensor")
    story.hear(DAY, "scale", weight=84.2)
    assert story.shown(Kind.CLINICAL) == []


def test_what_comes_again_on_another_day_is_true() -> None:
    story = days(84.1, 70.0, 70.3)
    assert [one.value for one in story.doubted] == [70.0]
    assert story.shown(Kind.CLINICAL) == []


def test_pounds_stay_pounds_however_often() -> None:
    story = days(84.1, 185.2, 185.3, 185.2)
    assert len(story.doubted) == 3
    assert story.shown(Kind.TECHNICAL) == ["units"]


@pytest.mark.parametrize("other", [13.2, 310.0])
def test_a_weight_that_no_adult_has_is_told_too(other: float) -> None:
    story = days(84.1, 84.3, other)
    story.wait(121)
    assert story.shown(Kind.TECHNICAL) == ["sensor"]
    assert "another person" in story.words("sensor")
