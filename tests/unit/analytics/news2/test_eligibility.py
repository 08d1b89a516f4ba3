"""Whom NEWS2 is for: nobody under 16, nobody who is pregnant, from the very moment on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.alerts import FindingChange
from analytics.domain.care import CarePlan, Limit, Scoring, Unscored, scoring_of
from analytics.domain.civil import age_on, birthday, day_at, end_of, start_of
from analytics.domain.vitals import Metric
from analytics.lane.assessment import assessment_json
from analytics.news2.eligibility import CENTILES, child_limits, policy_for
from analytics.policy import DEFAULT
from tests.support.bedside import HOUR, MINUTE, T0, Bedside

YEAR = 31_556_952_000
TODDLER = Scoring(adult_from_ms=T0 + 14 * YEAR)
PREGNANT = Scoring(adult_from_ms=0, pregnant_ms=(T0 - 90 * 24 * HOUR, None))
ADULT = Scoring(adult_from_ms=0)
HEALTHY_AT_TWO = {"hr": 125, "rr": 28, "spo2": 98, "sbp": 92, "dbp": 56, "temp": 37.1}


def of(scoring: Scoring, **more: object) -> Bedside:
    return Bedside(CarePlan(scoring=scoring, **more))  # type: ignore[arg-type]


def test_a_healthy_toddler_has_no_score_and_calls_nobody() -> None:
    bed = of(TODDLER)
    for _ in range(10):
        outcome = bed.see(60, **HEALTHY_AT_TWO, acvpu=0, o2=0)
        made = outcome.assessment
        assert made is not None
        assert (made.score, made.low, made.high, made.band, made.risk) == (None,) * 5
        assert made.unscored is Unscored.UNDER_16
    assert bed.said() == []
    assert b'"reason":"under_16"' in assessment_json(made)


def test_an_adult_with_the_same_values_is_an_emergency() -> None:
    bed = of(ADULT)
    made = bed.see(**HEALTHY_AT_TWO, acvpu=0, o2=0).assessment
    assert made is not None
    assert made.low is not None
    assert made.low >= 5


@pytest.mark.parametrize(
    ("values", "condition"),
    [
        ({"hr": 150}, "limit_hr_high"),
        ({"hr": 70}, "limit_hr_low"),
        ({"rr": 45}, "limit_rr_high"),
        ({"spo2": 88}, "limit_spo2_low"),
        ({"acvpu": 2}, "limit_acvpu_high"),
    ],
)
def test_a_child_is_called_for_by_its_own_age(values: dict[str, float], condition: str) -> None:
    bed = of(TODDLER)
    bed.see(**values)
    assert condition in dict(bed.said())


@pytest.mark.parametrize(
    "values", [{"temp": 40.5}, {"sbp": 70}, {"dbp": 30}, {"glucose": 60}, {"hr": 20, "temp": 41.9}]
)
def test_an_adults_limit_or_critical_value_calls_nobody_for_a_child(
    values: dict[str, float],
) -> None:
    bed = of(TODDLER)
    bed.see(**values)
    assert [name for name, _ in bed.said() if name != "limit_hr_low"] == []


def test_no_pulse_is_grave_at_every_age() -> None:
    bed = of(TODDLER)
    bed.see(hr=120)
    bed.see(60, hr=0)
    assert "critical_hr" in dict(bed.said())


def test_a_child_that_grows_has_no_adults_weight_gain() -> None:
    bed = of(TODDLER)
    bed.see(weight=30.0)
    bed.see(24 * 3600, weight=31.5)
    assert bed.said() == []


def test_a_childs_own_limit_counts_and_its_other_side_is_the_ages() -> None:
    bed = of(
        TODDLER,
        limits={Metric.HR: Limit(low=100, high=130), Metric.TEMP: Limit(high=39)},
        left={Metric.HR: (False, True)},
    )
    bed.see(hr=140, temp=39.5)
    assert [name for name, _ in bed.said()] == ["limit_temp_high"], "140 is usual at two"
    bed.see(60, hr=145)
    assert [name for name, _ in bed.said()] == ["limit_hr_high"]


def test_pregnancy_has_limits_of_its_own_and_no_score() -> None:
    bed = of(PREGNANT)
    made = bed.see(hr=115, rr=24, spo2=96, sbp=105, dbp=70, temp=37.0, acvpu=0, o2=0).assessment
    assert made is not None
    assert made.unscored is Unscored.PREGNANT
    assert bed.said() == [], "an adult's NEWS2 would be 5"
    bed.see(60, sbp=168, dbp=104)
    assert {name for name, _ in bed.said()} == {"limit_sbp_high", "limit_dbp_high"}
    bed.see(60, sbp=60)
    assert "critical_sbp" in dict(bed.said()), "an adult's critical values stay"


def test_what_a_score_had_raised_ends_when_it_applies_no_more() -> None:
    ill = {"hr": 125, "rr": 26, "spo2": 93, "sbp": 95, "temp": 38.5, "acvpu": 0, "o2": 0}
    bed = of(ADULT)
    bed.see(**ill)
    assert ("news2_emergency", FindingChange.STARTED) in bed.said()
    bed.plan = CarePlan(scoring=PREGNANT, revision=1)
    bed.see(60, **ill)
    told = bed.said()
    assert ("news2_emergency", FindingChange.CLEARED) in told
    bed.plan = CarePlan(scoring=ADULT, revision=2)
    bed.see(60, **ill)
    assert ("news2_emergency", FindingChange.STARTED) in bed.said()


def test_sixteen_counts_from_its_first_moment() -> None:
    midnight = T0 + HOUR
    bed = of(Scoring(adult_from_ms=midnight))
    bed.now = midnight - 1
    before = bed.see(hr=70).assessment
    bed.now = midnight
    after = bed.see(hr=70).assessment
    assert before is not None
    assert after is not None
    assert (before.unscored, after.unscored) == (Unscored.UNDER_16, None)


def test_a_pregnancy_ends_with_its_last_moment() -> None:
    scoring = Scoring(adult_from_ms=0, pregnant_ms=(T0, T0 + HOUR))
    at = {t: scoring.unscored_at(t) for t in (T0 - 1, T0, T0 + HOUR - 1, T0 + HOUR)}
    assert list(at.values()) == [None, Unscored.PREGNANT, Unscored.PREGNANT, None]


def test_who_has_no_birth_date_is_scored_and_says_so() -> None:
    made = of(scoring_of(None)).see(hr=70).assessment
    assert made is not None
    assert (made.unscored, made.adult_assumed) == (None, True)
    assert b'"adult"' in assessment_json(made)
    sure = of(ADULT).see(hr=70).assessment
    assert sure is not None
    assert not sure.adult_assumed


def test_a_model_that_learnt_from_scores_is_not_asked_of_a_child() -> None:
    outcomes = [of(TODDLER).see(60 * MINUTE, **HEALTHY_AT_TWO) for _ in range(3)]
    assert all(one.assessment is not None and one.assessment.risk is None for one in outcomes)
    assert [one.examples for one in outcomes] == [[], [], []]


def test_limits_by_age_are_those_of_the_source_and_change_with_age() -> None:
    """1st and 99th centile of Fleming 2011, spot-checked at three ages."""
    assert child_limits(1)[Metric.HR] == Limit(low=107, high=181)
    assert child_limits(29)[Metric.RR] == Limit(low=18, high=38)
    assert child_limits(150)[Metric.HR] == Limit(low=47, high=108)
    highs = [pulse[1] for _, pulse, _ in CENTILES]
    assert highs == sorted(highs, reverse=True)
    ages = [T0 + int(years * YEAR) for years in (15.9, 8.5, 0.1)]
    high = [
        policy_for(DEFAULT, Scoring(adult_from_ms=at), T0).limits[Metric.HR].high for at in ages
    ]
    assert high == [181, 123, 104]


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 100))
def test_a_birthday_is_the_first_day_of_an_age(born: date, years: int) -> None:
    day = birthday(born, years)
    assert age_on(day, born) == years
    assert age_on(day - timedelta(days=1), born) == years - 1


def test_a_day_is_the_places_own_also_when_clocks_change() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    hours = {
        day: (end_of(day, "Europe/Berlin") - start_of(day, "Europe/Berlin")) / timedelta(hours=1)
        for day in (spring, autumn, date(2026, 6, 1))
    }
    assert list(hours.values()) == [23, 25, 24]
    assert start_of(date(2026, 1, 1), "Pacific/Kiritimati") == datetime(
        2025, 12, 31, 10, tzinfo=UTC
    )
    at = datetime(2026, 10, 24, 20, 30, tzinfo=UTC)
    assert day_at(at, "Asia/Kolkata") == date(2026, 10, 25)
    assert birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)
    assert birthday(date(2012, 2, 29), 17) == date(2029, 3, 1)
