"""Streams are smoothed before score and baseline; what comes now and then is taken as it is."""

from analytics.domain.vitals import Metric
from tests.support.bedside import HOUR, T0, WELL, Bedside, reading

SPO2 = int(Metric.SPO2)


def scored(bed: Bedside, after_s: float, **changed: float) -> dict[int, float]:
    made = bed.well(after_s, **changed).assessment
    assert made is not None
    return dict(made.values)


def test_one_spike_of_a_stream_is_no_score() -> None:
    bed = Bedside()
    for _ in range(5):
        scored(bed, 10)
    for name, spike in (("spo2", 84), ("hr", 150), ("rr", 34), ("temp", 40.5)):
        values = scored(bed, 10, **{name: spike})
        assert values[int(Metric[name.upper()])] == WELL[name]
        scored(bed, 10)
    assert not any(one.condition.startswith("news2") for one in bed.findings)


def test_what_lasts_counts_within_half_a_minute() -> None:
    bed = Bedside()
    for _ in range(7):
        scored(bed, 10)
    seen = [scored(bed, 10, spo2=84)[SPO2] for _ in range(5)]
    assert seen[0] == 97
    assert seen[3] == 84


def test_single_readings_and_staffs_count_as_they_are() -> None:
    bed = Bedside()
    scored(bed, 0)
    assert scored(bed, 300, spo2=84)[SPO2] == 84
    for _ in range(5):
        scored(bed, 10)
    outcome = bed.take(reading(bed.now + 10_000, {"spo2": 85}, staff=True))
    assert outcome.assessment is not None
    assert dict(outcome.assessment.values)[SPO2] == 85
    assert bed.now - T0 < HOUR
