"""Implausible readings: a mistake of the equipment, a passing artefact, or the truth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.alerts import Kind, Priority
from analytics.domain.care import CarePlan, Scoring
from analytics.domain.error_codes import NO_READING, OTHER_UNITS
from analytics.domain.vitals import METRIC_BY_NAME, Metric
from analytics.policy import DEFAULT
from analytics.rules.implausible import Known, explained
from tests.support.bedside import HOUR, T0, WELL
from tests.support.story import Story

CLINICAL, TECHNICAL = Kind.CLINICAL, Kind.TECHNICAL


@pytest.mark.parametrize(
    ("metric", "usual", "code"),
    [
        ("hr", 72, 255),
        ("hr", 72, 127),
        ("dbp", 78, 255),
        ("glucose", 115, 10),
        ("glucose", 115, 12),
        ("temp", 36.7, 0),
        ("spo2", 97, 127),
        ("hr", 72, 65535),
        ("rr", 15, 255),
        ("glucose", 115, 2047),
    ],
)
def test_a_code_for_no_reading_is_told_and_calls_nobody(
    metric: str, usual: float, code: float
) -> None:
    story = Story().hear(0, **{metric: usual})
    for _ in range(6):
        story.hear(60, **{metric: code})
    assert story.shown(CLINICAL) == []
    assert len(story.shown(TECHNICAL)) == 1
    words = story.words(story.shown(TECHNICAL)[0])
    assert f"{code:g}" in words
    assert f"{usual:g}" in words
    for _ in range(4):
        story.hear(60, **{metric: usual})
    assert story.over(story.shown(TECHNICAL)[0])


def test_a_pulse_that_stays_0_calls() -> None:
    story = Story().hear(0, hr=72, spo2=97)
    story.hear(60, hr=0)
    assert story.raised == []
    story.hear(30, hr=0)
    assert story.raised == [], "the same 0 again proves nothing but by lasting"
    story.wait(95)
    [(name, priority, words)] = story.raised
    assert (name, priority) == ("critical_hr", Priority.HIGH)
    assert "72 /min before" in words


def test_a_0_after_which_nothing_comes_calls() -> None:
    story = Story().hear(0, hr=72).hear(60, hr=0).wait(121)
    assert story.shown(CLINICAL) == ["critical_hr"]


@pytest.mark.parametrize("odd", [0, 18, 255])
def test_a_value_between_good_ones_is_a_passing_fault(odd: float) -> None:
    story = Story().hear(0, hr=72).hear(60, hr=odd).hear(60, hr=74)
    assert story.shown(CLINICAL) == []
    [(name, priority, words)] = story.raised
    assert (name, priority) == ("sensor", Priority.LOW)
    assert words == f"Heart rate {odd:g} by w-one between 72 and 74 /min: check the sensor"
    for _ in range(30):
        story.hear(60, hr=odd).hear(60, hr=74)
    assert len(story.raised) == 1, "one alert for as long as it goes on"


def test_a_code_in_the_score_is_lost_at_once_and_found_again() -> None:
    story = Story().hear(0, **WELL)
    assert story.assessment is not None
    assert story.assessment.score == 0
    story.hear(60, hr=255)
    assert (story.assessment.score, story.assessment.missing) == (None, (Metric.HR,))
    assert (story.assessment.low, story.assessment.high) == (0, 3)
    story.hear(60, hr=71)
    assert (story.assessment.score, story.assessment.refused) == (0, ())


@pytest.mark.parametrize(
    ("metric", "usual", "sent", "unit"),
    [
        ("spo2", None, 0.97, "97 %"),
        ("spo2", 97, 0.96, "96 %"),
        ("temp", None, 98.6, "37 °C"),
        ("temp", 36.8, 97.2, "36.2 °C"),
        ("temp", 36.8, 310.0, "36.9 °C"),
        ("glucose", 110, 6.1, "109.9 mg/dL"),
        ("glucose", None, 5.5, "99.1 mg/dL"),
        ("glucose", 99, 4.9, "88.3 mg/dL"),
        ("hr", 72, 1.2, "72 /min"),
        ("sbp", 120, 16.0, "120 mmHg"),
        ("dbp", 80, 10.7, "80.3 mmHg"),
        ("weight", 84, 185.2, "84 kg"),
        ("weight", None, 84000, "84 kg"),
        ("temp", 36.8, 367, "36.7 °C"),
        ("hr", 72, 7200, "72 /min"),
    ],
)
def test_another_unit_is_named_and_calls_nobody(
    metric: str, usual: float | None, sent: float, unit: str
) -> None:
    story = Story()
    if usual is not None:
        story.hear(0, **{metric: usual})
    for _ in range(5):
        story.hear(60, **{metric: sent})
    assert story.shown(CLINICAL) == []
    assert story.shown(TECHNICAL) == ["units"]
    words = story.words("units")
    assert unit in words
    assert words.endswith("unit?")
    assert usual is None or f"{usual:g}" in words


@pytest.mark.parametrize(
    ("metric", "sent", "words"),
    [
        ("spo2", 0.78, "SpO2: 0.78 as a fraction is 78 %"),
        ("temp", 105.8, "Temperature: 105.8 °F is 41 °C"),
        ("glucose", 20.8, "Glucose 20.8 as sent, 374.7 mg/dL if in another unit"),
    ],
)
def test_bad_in_either_unit_it_calls_in_neutral_words(metric: str, sent: float, words: str) -> None:
    story = Story()
    for _ in range(3):
        story.hear(60, **{metric: sent})
    [called] = [one for one in story.raised if one[0] not in ("units", "refused")]
    assert called[2].startswith(words)
    for name, _, said in story.raised:
        assert "glucose_" not in name
        assert "hypo" not in said.lower()


def test_a_glucose_code_becomes_true_when_the_step_to_it_can_be() -> None:
    story = Story().hear(0, glucose=112).hear(300, glucose=115).hear(300, glucose=38)
    assert [one.value for one in story.doubted] == [38]
    assert story.shown(CLINICAL) == []
    story.hear(300, glucose=38)
    assert story.shown(CLINICAL) == ["critical_glucose"]


@pytest.mark.parametrize("low", [38, 39, 35])
def test_a_true_low_glucose_calls_at_once(low: float) -> None:
    story = Story().hear(0, glucose=72).hear(300, glucose=61).hear(300, glucose=low)
    assert "critical_glucose" in story.shown(CLINICAL)


def test_a_pulse_of_127_on_the_way_there_is_a_pulse() -> None:
    story = Story().hear(0, hr=110).hear(60, hr=120).hear(60, hr=127)
    assert story.doubted == []
    assert story.assessment is not None
    assert dict(story.assessment.values)[Metric.HR] == 127


@given(st.sampled_from(sorted(OTHER_UNITS)), st.floats(0.0, 1.0))
def test_what_a_person_has_is_known_in_every_unit(code: int, part: float) -> None:
    """Whatever is explained by a unit comes near what was known."""
    low, high = {1: (50, 110), 2: (85, 99), 3: (10, 30), 4: (35, 40), 5: (90, 180)}.get(
        code, (60, 120)
    )
    usual = low + part * (high - low)
    for unit in OTHER_UNITS[code]:
        sent = usual / unit.factor - unit.offset
        verdict = explained(code, sent, Known(usual, T0), DEFAULT)
        if verdict is None or verdict.ours is None:
            assert unit.decimals or sent in NO_READING[code]
            continue
        assert abs(verdict.ours - usual) <= 0.2 * usual


def test_every_code_is_implausible_or_looked_at() -> None:
    for metric in METRIC_BY_NAME.values():
        for code in NO_READING[metric]:
            assert explained(metric, code, None, DEFAULT) is not None


def test_the_device_is_asked_to_measure_again_once_for_each_doubt() -> None:
    story = Story().hear(0, temp=36.8)
    asked = []
    for _ in range(6):
        story.bed.findings.clear()
        story.hear(120, temp=97.2)
        asked += [one.detail["repeat"] for one in story.bed.findings if one.condition == "units"]
    assert asked == [True, False, False, False, False, False]


def test_a_low_glucose_with_decimals_that_goes_on_calls_at_once() -> None:
    story = Story().hear(0, glucose=52.1).hear(300, glucose=41.7).hear(300, glucose=31.5)
    assert ("critical_glucose", Priority.HIGH) in [one[:2] for one in story.raised]
    assert story.words("critical_glucose") == "Glucose 31.5 mg/dL, critical"
    story = Story().hear(0, glucose=31.5)
    assert story.raised == []
    assert story.wait(121).words("critical_glucose").startswith("Glucose 31.5 as sent, 567.5 mg/dL")


@pytest.mark.parametrize("known", [None, 95])
@pytest.mark.parametrize(
    ("metric", "sent", "words"),
    [
        ("glucose", 1.5, "Glucose 1.5 as sent, 27 mg/dL if in another unit"),
        ("temp", 80.0, "Temperature: 80 °F is 26.7 °C"),
    ],
)
def test_what_another_unit_makes_worse_than_plausible_calls(
    metric: str, sent: float, words: str, known: float | None
) -> None:
    story = Story()
    if known is not None and metric == "glucose":
        story.hear(0, **{metric: known})
    story.hear(60, **{metric: sent}).hear(60, **{metric: sent}).wait(121)
    assert story.words(f"critical_{metric}").startswith(words)


def test_in_a_unit_that_was_told_a_whole_number_is_no_code() -> None:
    story = Story().hear(0, glucose=112)
    for sent in (5.9, 5, 4, 2):
        story.hear(300, glucose=sent)
    story.wait(121)
    assert story.shown(CLINICAL) == ["critical_glucose"]
    assert story.words("critical_glucose").startswith("Glucose 2 as sent, 36 mg/dL")
    assert story.shown(TECHNICAL) == ["units"]


def test_a_pulse_of_1_is_no_pulse_of_100() -> None:
    story = Story().hear(0, hr=100).hear(60, hr=1).wait(121)
    assert story.shown(CLINICAL) == ["critical_hr"]


@pytest.mark.parametrize("values", [{"temp": 25}, {"sbp": 300}, {"glucose": 20}])
def test_where_no_limit_speaks_an_implausible_value_is_told(values: dict[str, float]) -> None:
    child = Scoring(adult_from_ms=T0 + 14 * 365 * 24 * HOUR)
    story = Story(CarePlan(scoring=child)).hear(0, **values).wait(121)
    assert story.shown(CLINICAL) == []
    assert story.shown(TECHNICAL) == ["sensor"]


def test_a_refused_level_of_consciousness_is_told_without_a_unit() -> None:
    story = Story().hear(0, acvpu=0).hear(60, acvpu=7).wait(121)
    assert "outside 0 to 4 (0 before)" in story.words("refused")
