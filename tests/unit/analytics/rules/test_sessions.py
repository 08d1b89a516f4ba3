"""Cuffs that are used now and then: a better repeat takes nothing back, another day ends it."""

from analytics import settings
from analytics.domain.alerts import FindingChange
from tests.support.bedside import HOUR, MINUTE, SECOND, T0, Bedside

HIGH = "limit_sbp_high"


def home() -> Bedside:
    bed = Bedside()
    bed.lane.policy = settings.ward_policy("home_spot", {}).clinical
    return bed


def said(bed: Bedside, condition: str = HIGH) -> list[FindingChange]:
    return [one.change for one in bed.findings if one.condition == condition]


def test_a_better_repeat_takes_nothing_back_and_the_next_measurement_ends_it() -> None:
    bed = home()
    bed.see(sbp=172, dbp=84)
    for _ in range(3):
        bed.see(3 * 60, sbp=150, dbp=82)
    assert said(bed) == [FindingChange.STARTED]
    assert HIGH in bed.lane.conditions
    bed.see(24 * HOUR // SECOND, sbp=157, dbp=84)  # inside, though not by the margin
    assert said(bed) == [FindingChange.STARTED, FindingChange.CLEARED]


def test_a_bad_repeat_prolongs_the_measurement() -> None:
    bed = home()
    bed.see(sbp=172, dbp=84)
    bed.see(15 * 60, sbp=171, dbp=84)
    bed.see(15 * 60, sbp=150, dbp=84)
    assert HIGH in bed.lane.conditions
    bed.see(6 * 60, sbp=150, dbp=84)
    assert HIGH not in bed.lane.conditions


def test_pulse_of_a_cuff_too_and_temperature_asks_for_a_repeat_as_before() -> None:
    bed = home()
    bed.see(hr=48, temp=39.6)
    bed.see(2 * 60, hr=60, temp=37.0)
    assert "limit_hr_low" in bed.lane.conditions
    assert "limit_temp_high" not in bed.lane.conditions


def test_a_stream_ends_as_before() -> None:
    bed = Bedside()
    bed.see(sbp=190, dbp=84)
    bed.see(2 * 60, sbp=150, dbp=82)
    assert said(bed) == [FindingChange.STARTED, FindingChange.CLEARED]


def test_it_is_restored_in_the_middle_of_a_measurement() -> None:
    bed, other = home(), home()
    bed.see(sbp=172, dbp=84)
    other.lane = type(bed.lane).restore(bed.lane.snapshot(), bed.lane.policy)
    other.now = bed.now
    for one in (bed, other):
        one.findings.clear()
        one.see(2 * MINUTE // SECOND, sbp=150, dbp=82)
        one.see(HOUR // SECOND, sbp=150, dbp=82)
    assert bed.findings == other.findings
    assert bed.lane.snapshot() == other.lane.snapshot()
    assert said(bed) == [FindingChange.CLEARED]
    assert bed.now > T0
