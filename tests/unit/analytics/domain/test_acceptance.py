"""The one rule of what may be a reading, and the doors that ask it."""

from collections import Counter

import pytest

from analytics.domain.acceptance import ValueVerdict, contradicted, doubts, refusals, verdict
from analytics.domain.vitals import FACTS, Metric, Quality
from device_sim.recordings.cleaning import Cell, clean
from gateway.admission.staff_entries import entered_samples


@pytest.mark.parametrize("metric", list(FACTS))
def test_a_value_is_judged_by_its_ranges_ends_included(metric: Metric) -> None:
    facts = FACTS[metric]
    step = 1 if metric in {Metric.ACVPU, Metric.O2} else 0.5
    for edge in facts.plausible:
        assert verdict(metric, edge) is ValueVerdict.GOOD
    for edge, beyond in zip(facts.reject, (-step, step), strict=True):
        assert verdict(metric, edge) is not ValueVerdict.REFUSED
        assert verdict(metric, edge + beyond) is ValueVerdict.REFUSED
    assert verdict(metric, float("nan")) is ValueVerdict.REFUSED


def test_the_words_of_a_refusal_name_range_and_unit() -> None:
    (told,) = refusals([(Metric.TEMP, 98.6)])
    assert (told.metric, told.why) == (Metric.TEMP, "must be from 20 to 47 °C")
    (told,) = refusals([(Metric.O2, 0.5)])
    assert told.why == "must be a whole number from 0 to 1"
    (told,) = doubts([(Metric.HR, 18)])
    assert told.why == "is outside what is plausible, 20 to 250 /min"


def test_swapped_pressures_are_refused_and_narrow_ones_doubted() -> None:
    (told,) = refusals([(Metric.SBP, 80), (Metric.DBP, 120)])
    assert told.metric == Metric.DBP
    assert refusals([(Metric.SBP, 78), (Metric.DBP, 70)]) == []
    assert [one.metric for one in doubts([(Metric.SBP, 78), (Metric.DBP, 70)])] == [Metric.SBP]
    assert contradicted([(Metric.SBP, 80), (Metric.DBP, 70)]) == frozenset()


def test_an_entry_is_graded_like_a_frame_unless_a_person_confirmed_it() -> None:
    entry = {"t": 1_000, "sbp": 78, "dbp": 70, "hr": 18, "rr": 16}
    graded = {one.metric: one.quality for one in entered_samples(_payload(entry))}
    assert graded == {
        Metric.SBP: Quality.QUESTIONABLE,
        Metric.DBP: Quality.QUESTIONABLE,
        Metric.HR: Quality.QUESTIONABLE,
        Metric.RR: Quality.MANUAL,
    }
    sure = {one.metric: one.quality for one in entered_samples(_payload(entry, confirmed=True))}
    assert sure[Metric.SBP] == sure[Metric.DBP] == Quality.MANUAL
    assert sure[Metric.HR] == Quality.QUESTIONABLE


def test_an_entry_of_before_the_rule_stays_what_it_was() -> None:
    before = {"samples": [{"t": 1_000, "sbp": 80, "dbp": 120}]}
    assert {one.quality for one in entered_samples(before)} == {Quality.MANUAL}


def test_bedside_rows_are_cleaned_by_the_same_ranges() -> None:
    counts: Counter[str] = Counter()
    beyond = [Cell(1, one.wire_name, facts.reject[1] + 1) for one, facts in FACTS.items()]
    assert clean(beyond, counts) == []
    assert counts["impossible"] == len(FACTS)


def _payload(entry: dict[str, object], *, confirmed: bool = False) -> dict[str, object]:
    return {"samples": [entry], "graded": True, "confirmed": confirmed}
