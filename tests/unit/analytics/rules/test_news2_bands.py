"""The gravest band speaks for those below it, and each ends when the score has left it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.domain.alerts import FindingChange
from tests.support.bedside import WELL, Bedside
from tests.support.story import Story

SICK = {"rr": 26, "spo2": 94, "hr": 115}
"""3 + 1 + 2 points."""
BANDS = {"news2_emergency", "news2_urgent", "single_3"}


def on(bed: Bedside) -> set[str]:
    """Which bands are on by what was said so far."""
    live: set[str] = set()
    for one in bed.findings:
        if one.condition in BANDS:
            (live.discard if one.change is FindingChange.CLEARED else live.add)(one.condition)
    return live


def test_an_emergency_leaves_no_urgent_twin() -> None:
    bed = Bedside()
    bed.well(**SICK)
    assert on(bed) == {"news2_urgent"}
    bed.well(60, **SICK, temp=39.5)
    assert on(bed) == {"news2_emergency"}
    told = {one.condition: one for one in bed.findings}["news2_urgent"]
    assert (told.change, told.detail) == (
        FindingChange.CLEARED,
        {"superseded_by": "news2_emergency"},
    )


def test_what_an_emergency_leaves_is_said_to_be_less() -> None:
    bed = Bedside()
    bed.well(**SICK, temp=39.5)
    for _ in range(4):
        bed.well(60, **SICK)
    assert on(bed) == {"news2_urgent"}
    [*_, begun] = [one for one in bed.findings if one.change is FindingChange.STARTED]
    assert (begun.condition, begun.detail["eased_from"]) == ("news2_urgent", "news2_emergency")
    for _ in range(4):
        bed.well(60, hr=115, spo2=94)
    assert on(bed) == set()


@pytest.mark.parametrize("aged", ["temp", "acvpu", "sbp", "o2"])
def test_what_did_not_count_holds_no_alert_when_it_grows_too_old(aged: str) -> None:
    """Consciousness from the ward round ages; the alert it never was part of ends all the same."""
    bed = Bedside()
    bed.well(**SICK, temp=36.8)
    kept = {
        "rr": 15.0,
        "spo2": 97.0,
        "hr": 70.0,
        "temp": 36.8,
        "sbp": 120.0,
        "acvpu": 0.0,
        "o2": 0.0,
    }
    del kept[aged]
    bed.see(12.5 * 3_600, **{**kept, **SICK})
    for _ in range(4):
        bed.see(60, **kept)
    assert on(bed) == set()


def test_a_score_that_falls_by_age_alone_has_not_improved() -> None:
    """Five by breathing and a fever; the fever was last measured over six hours ago."""
    others = {"spo2": 97, "hr": 70, "sbp": 120, "acvpu": 0, "o2": 0}
    bed = Bedside()
    bed.well(rr=26, temp=39.5)
    for _ in range(4):
        bed.see(6_000, **others, rr=26)
    assert "news2_urgent" in on(bed)
    for _ in range(4):
        bed.see(60, **others, rr=15)
    assert on(bed) == set()


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "rr": st.sampled_from([15, 22, 26]),
        "spo2": st.sampled_from([97, 94, 90]),
        "hr": st.sampled_from([70, 115, 135]),
        "temp": st.sampled_from([36.8, 39.5]),
        "sbp": st.sampled_from([120, 95]),
        "acvpu": st.sampled_from([0, 1]),
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from([30, 300, 4_000, 30_000]), VALUES), max_size=25))
def test_no_two_bands_are_on_at_once(history: list[tuple[int, dict[str, float]]]) -> None:
    bed = Bedside()
    for after_s, values in history:
        bed.see(after_s, o2=0, **values)
        assert len(on(bed)) <= 1


@pytest.mark.parametrize(
    ("spots", "condition"),
    [
        ({"acvpu": 1}, "single_3"),
        ({"sbp": 95, "temp": 39.5, "o2": 1}, "news2_urgent"),
        ({"sbp": 95, "temp": 39.5, "o2": 1, "rr": 22}, "news2_emergency"),
    ],
)
def test_a_score_of_older_readings_calls_nobody_again(
    spots: dict[str, float], condition: str
) -> None:
    """A pulse and a saturation without points, every minute, are no evidence of it."""
    story = Story().hear(0, **{**WELL, **spots})
    for step in range(120):
        story.hear(60, hr=70 + step % 5, spo2=97 + step % 2)
    said = [one for one in story.bed.findings if one.condition == condition]
    assert [one.change for one in said] == [FindingChange.STARTED]
    story.hear(60, **spots)
    said = [one for one in story.bed.findings if one.condition == condition]
    assert [one.change for one in said] == [FindingChange.STARTED, FindingChange.PERSISTS]


@pytest.mark.parametrize("streamed", [{"hr": 115}, {"spo2": 94}])
def test_a_score_to_which_fresh_readings_add_is_said_again(streamed: dict[str, float]) -> None:
    story = Story().hear(0, **{**WELL, "sbp": 95, "temp": 39.5, "o2": 1})
    for _ in range(5):
        story.hear(60, **streamed)
    said = [one.change for one in story.bed.findings if one.condition == "news2_emergency"]
    assert said == [FindingChange.STARTED, *[FindingChange.PERSISTS] * 4]
