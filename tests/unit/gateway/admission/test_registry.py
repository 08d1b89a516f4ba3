"""A person's limits as the gateway reads them: null is none, what is not there is the ward's."""

import pytest

from analytics.domain.care import Limit
from analytics.domain.vitals import Metric
from analytics.policy import DEFAULT
from analytics.settings.in_force import StoredPlan, plan_of
from api.forms.patients import PatientChange
from tests.support.bedside import Bedside


@pytest.mark.parametrize(
    ("scale", "said", "expected"),
    [
        (1, {"high": 99}, Limit(low=91, high=99)),
        (2, {"high": 96}, Limit(low=86, high=96)),
        (1, {"low": None, "high": 99}, Limit(low=None, high=99)),
        (2, {"low": 88, "high": None}, Limit(low=88)),
        (1, {"low": 88}, Limit(low=88)),
        (1, {}, Limit(low=91)),
    ],
)
def test_spo2(scale: int, said: dict[str, float | None], expected: Limit) -> None:
    form = PatientChange.model_validate({"limits": {"spo2": said}})
    plan = plan_of(StoredPlan(3, scale, form.model_dump()["limits"]), paused=False)
    assert plan.limits == {Metric.SPO2: expected}


@pytest.mark.parametrize(
    "metric", sorted(set(Metric) & set(DEFAULT.limits) - {Metric.SPO2, Metric.GLUCOSE})
)
def test_who_sets_one_side_keeps_the_wards_other(metric: Metric) -> None:
    ward = DEFAULT.limits[metric]
    assert ward.low is not None
    assert ward.high is not None
    middle = (ward.low + ward.high) / 2
    form = PatientChange.model_validate({"limits": {metric.wire_name: {"high": middle}}})
    plan = plan_of(StoredPlan(3, 1, form.model_dump()["limits"]), paused=False)
    assert plan.limits == {metric: Limit(low=ward.low, high=middle)}


def test_an_upper_limit_of_spo2_silences_no_low_one() -> None:
    form = PatientChange.model_validate({"limits": {"spo2": {"high": 99}}})
    bed = Bedside(plan_of(StoredPlan(1, 1, form.model_dump()["limits"]), paused=False))
    bed.see(spo2=89)
    assert "limit_spo2_low" in dict(bed.said())
