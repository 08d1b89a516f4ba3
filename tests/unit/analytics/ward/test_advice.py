"""Templates of advice are filled with the patient's own numbers, and what is not known is named."""

import re

import pytest

from analytics.domain.vitals import METRIC_BY_NAME, Metric
from analytics.ward.advice import TEMPLATES, NewestReading, blanks, filled

NEWEST = {
    Metric.SPO2: NewestReading(value=88.0, when="24 Oct 07:30"),
    Metric.GLUCOSE: NewestReading(value=62.0, when="24 Oct 07:30"),
}
LIMITS = {Metric.SPO2: (91.0, None), Metric.HR: (None, 130.0)}


def test_a_reading_has_its_unit_and_time_and_a_limit_its_unit() -> None:
    found = filled(TEMPLATES["oxygen_low"].text, NEWEST, LIMITS)
    assert found.missing == ()
    assert "Your oxygen was 88 % (24 Oct 07:30). It should not fall below 91 %." in found.text


def test_glucose_is_told_in_both_units() -> None:
    found = filled("{glucose}", NEWEST, LIMITS)
    assert found.text == "62 mg/dL (3.4 mmol/L) (24 Oct 07:30)"


def test_what_the_record_does_not_have_is_named_and_stays() -> None:
    found = filled(TEMPLATES["pulse"].text, NEWEST, LIMITS)
    assert found.missing == ("hr", "hr_low")
    assert "{hr}" in found.text
    assert "130 /min" in found.text
    assert blanks(found.text) == ["hr", "hr_low"]
    assert filled("{name} {spo2_when}", NEWEST, LIMITS).missing == ("name", "spo2_when")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_blank_of_a_template_is_a_metric_or_a_limit_of_one(name: str) -> None:
    for blank in blanks(TEMPLATES[name].text):
        assert re.sub("_(low|high)$", "", blank) in METRIC_BY_NAME
    everything = {metric: NewestReading(value=1.0, when="now") for metric in Metric}
    limits = dict.fromkeys(Metric, (1.0, 2.0))
    assert filled(TEMPLATES[name].text, everything, limits).missing == ()
