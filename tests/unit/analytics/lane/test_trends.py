"""Trends: dips of which none lasts, and what drifts over days; each with its end."""

from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.alerts import FindingChange, Kind, Priority
from analytics.domain.care import CarePlan, Limit, Scoring
from analytics.domain.vitals import Metric
from analytics.lane.lane import PatientLane
from analytics.rules.desaturation import BUCKET_MS, BUCKETS, HOLD_MS, Desaturation
from analytics.rules.drift import Drift, change_of, day_of
from tests.support.bedside import MODEL, SECOND, Bedside, reading
from tests.support.story import Story

DAY = 86_400
STARTED, CLEARED = FindingChange.STARTED, FindingChange.CLEARED


def changes(bed: Bedside, condition: str) -> list[FindingChange]:
    return [one.change for one in bed.findings if one.condition == condition]


def dips(bed: Bedside, minutes: int, *, low: float, every_s: int = 120) -> None:
    """A value every ten seconds; every so often two of them in a row are low."""
    for step in range(minutes * 6):
        bed.see(10, spo2=low if step * 10 % every_s < 20 else 93)


@given(
    st.lists(
        st.tuples(st.integers(1, 4_000), st.floats(70, 100, width=16)), min_size=1, max_size=60
    )
)
def test_sums_that_are_added_to_are_those_of_the_last_hour(steps: list[tuple[int, float]]) -> None:
    kept, seen, now = Desaturation(), [], 0
    for apart_s, value in steps:
        now += apart_s * SECOND
        kept.add_reading(91 - value, now, apart_s * SECOND)
        seen.append((now // BUCKET_MS, max(0.0, 91 - value), min(apart_s * SECOND, HOLD_MS)))
    since = now // BUCKET_MS - BUCKETS
    last = [(depth, span) for bucket, depth, span in seen if bucket > since and depth > 0]
    assert kept.area == pytest.approx(sum(depth * span for depth, span in last))
    assert kept.span_ms == sum(span for _, span in last)


def test_dips_of_which_none_lasts_are_told_together() -> None:
    """Twenty seconds at 84: rarely they are nothing; each minute and a half they are too much."""
    bed = Bedside()
    dips(bed, 60, low=84, every_s=300)
    assert changes(bed, "trend_spo2") == []
    dips(bed, 60, low=84, every_s=90)
    assert set(changes(bed, "limit_spo2_low")) == {STARTED, CLEARED}  # each was dropped
    assert changes(bed, "trend_spo2")[0] is STARTED
    told = next(one for one in bed.findings if one.condition == "trend_spo2")
    assert told.priority is Priority.MEDIUM
    assert told.message.startswith("SpO2 below 91 for ")
    assert told.message.endswith("min of the last hour, in dips, 7 points deep on average")
    bed.findings.clear()
    for _ in range(360):
        bed.see(10, spo2=97)
    assert changes(bed, "trend_spo2")[-1] is CLEARED


def test_what_the_limit_has_told_counts_no_more() -> None:
    """One number makes one alert: while SpO2 stays low it is the limit's."""
    bed = Bedside()
    for _ in range(60):
        bed.see(60, spo2=85)
    for _ in range(30):
        bed.see(60, spo2=97)
    assert changes(bed, "limit_spo2_low")[0] is STARTED
    assert changes(bed, "trend_spo2") == []


def test_dips_are_below_the_patients_own_limit() -> None:
    own = Bedside(CarePlan(limits={Metric.SPO2: Limit(low=82)}))
    dips(own, 100, low=84, every_s=90)
    assert changes(own, "trend_spo2") == []


def rising(story: Story, *lows: float, metric: str = "hr") -> Story:
    """Days of a wearable: low at rest, some more by day."""
    for low in lows:
        for part in range(8):
            story.hear(DAY / 8, **{metric: low if part < 3 else max(low, 60) + 6})
    return story


def test_a_pulse_that_drifts_is_told_in_days_and_numbers_and_ends() -> None:
    story = rising(Story(), 62, 63, 62, 61, 63, 64, 66, 67, 69, 70)
    assert story.raised == []
    rising(story, 71)
    [(name, priority, words)] = [one for one in story.raised if one[0] == "trend_hr"]
    assert (name, priority) == ("trend_hr", Priority.LOW)
    assert words == "Resting pulse up: in 6 days from 62 to 70 /min"
    rising(story, 71, 71, 72)
    assert story.words("trend_hr") == "Resting pulse up: in 9 days from 62 to 71 /min"
    rising(story, 66, 64, 63, 63, 63)
    assert story.over("trend_hr")


def test_a_cuff_twice_a_day_has_not_seen_the_person_at_rest() -> None:
    story = Story()
    for step in range(40):
        story.hear(DAY / 2, hr=62 + step / 2)
    assert "trend_hr" not in story.shown(Kind.CLINICAL)


@pytest.mark.parametrize("odd", [40, 95])
def test_one_odd_day_is_no_drift(odd: float) -> None:
    story = rising(Story(), 62, 63, 62, 61, 63, 62, odd, 62, 63, 62, 61, 62)
    assert "trend_hr" not in story.shown(Kind.CLINICAL)


def test_a_weight_that_creeps_is_told_where_no_sudden_gain_is() -> None:
    story = Story()
    for day in range(14):
        story.hear(DAY, "scale", weight=84 + 0.25 * day)
    [(name, _, words)] = story.raised
    assert name == "trend_weight"
    assert words == "Weight up: in 10 days from 84.2 to 86.8 kg"
    lost = Story()
    for day in range(14):
        lost.hear(DAY, "scale", weight=84 - 0.5 * day)
    assert lost.words("trend_weight").startswith("Weight down: in ")


def test_a_restored_lane_goes_on_with_its_trends_bit_for_bit() -> None:
    chance = Random(3)
    bed, other = Bedside(), Bedside()
    for step in range(2_000):
        values = {"spo2": chance.choice([84, 96, 97]), "hr": 60 + step / 100 + chance.gauss(0, 1)}
        bed.see(900, **values, rr=12 + step / 200)
        other.now = bed.now
        other.take(reading(bed.now, values | {"rr": 12 + step / 200}))
        if step % 97 == 0:
            other.lane = PatientLane.restore(other.lane.snapshot())
    assert other.lane.snapshot() == bed.lane.snapshot()
    assert other.findings == bed.findings
    assert {"trend_hr", "trend_rr"} <= {one.condition for one in bed.findings}
    assert MODEL.version == bed.model.version


@pytest.mark.parametrize("rise", [True, False])
@given(
    gaps=st.lists(st.integers(1, 4), min_size=1, max_size=40),
    lows=st.lists(st.floats(40, 100, width=16), min_size=40, max_size=40),
)
def test_a_change_is_between_two_middles_and_no_greater_than_the_days_differ(
    *, rise: bool, gaps: list[int], lows: list[float]
) -> None:
    days = [sum(gaps[: at + 1]) for at in range(len(gaps))]
    found = change_of(days, lows[: len(days)], 14, rise=rise)
    recent = [low for day, low in zip(days, lows, strict=False) if day > days[-1] - 14]
    assert all(one < two for one, two in pairwise(days))
    if found is None:
        assert len(recent) < 6
    else:
        assert 0 < found.days < 14
        assert {found.before, found.now} <= set(recent)


@pytest.mark.parametrize(("zone", "parts"), [("Pacific/Auckland", 2), ("UTC", 1), ("No/Where", 1)])
def test_a_night_is_the_patients_own(zone: str, parts: int) -> None:
    """Between 23:30 and 05:00 in Auckland lies noon by UTC."""
    bed = Bedside(CarePlan(scoring=Scoring(zone=zone)))
    for hour in (datetime(2026, 3, 2, 10, 30, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC)):
        bed.now = int(hour.timestamp() * 1000)
        bed.see(weight=80.0)
    assert bed.lane.state.drifts[int(Metric.WEIGHT)].parts == parts


def test_a_move_to_the_west_makes_no_day_twice() -> None:
    kept = Drift()
    for day, value in ((5, 80.0), (6, 81.0), (5, 79.0), (6, 82.0), (7, 83.0)):
        kept.add_value(day, value, 1)
    assert (kept.days, kept.lows, kept.day) == ([5, 6], [80.0, 79.0], 7)


@given(
    st.integers(0, 4_000_000_000_000),
    st.integers(0, 3 * DAY * SECOND),
    st.sampled_from(["UTC", "Europe/London", "America/Los_Angeles", "Pacific/Apia"]),
)
def test_days_never_go_back(t_ms: int, more_ms: int, zone: str) -> None:
    one, other = day_of(t_ms, zone), day_of(t_ms + more_ms, zone)
    assert 0 <= other - one <= 5
    assert abs(one - day_of(t_ms, "UTC")) <= 1
