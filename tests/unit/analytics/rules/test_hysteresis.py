"""One number makes one alert, and no rule calls sooner than the delay of the same number."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.domain.alerts import FindingChange, Kind, kind_of
from analytics.domain.care import CarePlan, Limit
from analytics.domain.vitals import FACTS, Metric
from tests.support.bedside import WELL, Bedside

SCORED = sorted(set(Metric) - {Metric.O2, Metric.BATTERY, Metric.STEPS})
GRADED = [
    ({"spo2": 90}, 60),
    ({"spo2": 86}, 30),
    ({"hr": 135}, 30),
    ({"hr": 38}, 30),
    ({"rr": 26}, 30),
    ({"sbp": 88}, 300),
    ({"temp": 34.8}, 300),
]
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(BUSY, max_examples=300)
@given(st.data())
def test_one_number_starts_one_condition(data: st.DataObject) -> None:
    metric = data.draw(st.sampled_from(SCORED))
    low, high = FACTS[metric].plausible
    whole = metric is Metric.ACVPU
    value = data.draw(st.integers(0, 4)) if whole else data.draw(st.floats(low, high))
    bed = Bedside()
    bed.see(**{**WELL, metric.wire_name: value})
    clinical = [one for one in bed.findings if kind_of(one.condition) is Kind.CLINICAL]
    assert len(clinical) <= 1


@pytest.mark.parametrize(("changed", "persist_s"), GRADED)
def test_the_limit_of_a_number_speaks_for_it(changed: dict[str, float], persist_s: float) -> None:
    bed = Bedside()
    bed.well(**changed)
    [found] = bed.findings
    assert found.condition.startswith("limit_")
    assert found.persist_s == persist_s


@pytest.mark.parametrize(("changed", "persist_s"), GRADED)
def test_without_a_limit_a_single_3_waits_as_long(
    changed: dict[str, float], persist_s: float
) -> None:
    limits = {metric: Limit() for metric in Metric}
    bed = Bedside(CarePlan(limits=limits))
    bed.well(**changed)
    [found] = bed.findings
    assert found.condition == "single_3"
    wanted = 60 if "spo2" in changed else persist_s
    assert found.persist_s == wanted


def test_new_confusion_waits_no_longer_than_any_single_3() -> None:
    bed = Bedside()
    bed.well(acvpu=1)
    assert [(one.condition, one.persist_s) for one in bed.findings] == [("single_3", 20)]


def test_the_absolute_limit_takes_the_place_of_the_patients_own() -> None:
    """And leaves it, calling nobody, when the value has come back that far and no further."""
    bed = Bedside()
    bed.well(spo2=86)
    bed.well(60, spo2=78)
    assert bed.said() == [
        ("limit_spo2_low", FindingChange.STARTED),
        ("critical_spo2", FindingChange.STARTED),
        ("limit_spo2_low", FindingChange.CLEARED),
    ]
    for _ in range(3):
        bed.well(60, spo2=86)
    eased = bed.findings[-1]
    assert bed.said() == [
        ("critical_spo2", FindingChange.CLEARED),
        ("limit_spo2_low", FindingChange.STARTED),
    ]
    assert eased.detail["eased_from"] == "critical_spo2"


def test_a_question_that_called_nobody_eases_nothing() -> None:
    """A doubtful 18 is asked about; the good 135 after it is the first that calls."""
    bed = Bedside()
    bed.well(hr=18)
    bed.well(20, hr=135)
    assert all("eased_from" not in one.detail for one in bed.findings)


@pytest.mark.parametrize("changed", [{"hr": 135}, {"spo2": 88}, {"hr": 190}])
def test_what_is_usual_says_no_more_of_a_number_that_a_limit_calls_for(
    changed: dict[str, float],
) -> None:
    bed = Bedside()
    for step in range(120):
        bed.well(900, hr=65 + step % 3)
    for _ in range(40):
        bed.well(60, **changed)
    assert not [name for name in bed.lane.conditions if name.startswith("baseline_")]


def test_what_is_usual_says_no_more_of_a_number_that_scores_3_by_itself() -> None:
    bed = Bedside(CarePlan(limits={Metric.HR: Limit(low=30, high=170)}))
    for step in range(120):
        bed.well(900, hr=65 + step % 3)
    for _ in range(40):
        bed.well(60, hr=135)
    assert "single_3" in bed.lane.conditions
    assert "baseline_hr" not in bed.lane.conditions


def test_an_implausible_value_that_calls_takes_the_place_of_the_limit() -> None:
    bed = Bedside()
    bed.well()
    for spo2 in (85, 85, 85, 0):
        bed.see(60, spo2=spo2)
    assert sorted(bed.lane.conditions) == ["critical_spo2", "limit_spo2_low"], "a question so far"
    bed.see(60, spo2=45)
    assert sorted(bed.lane.conditions) == ["critical_spo2"]
