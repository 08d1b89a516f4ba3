"""The warning of a low: before it, for whoever may have diabetes, never in place of the limit."""

from dataclasses import replace

import msgspec
import pytest

from analytics.domain.alerts import Finding, FindingChange, Priority
from analytics.domain.vitals import Metric
from analytics.lane.lane import PatientLane
from analytics.lane.low_soon import NAME
from analytics.lane.state import FORMAT, decode
from analytics.policy import DEFAULT, Policy
from analytics.settings import without_diabetes
from analytics.settings.in_force import Arrangement, StoredPlan, WardRules
from tests.support.bedside import MINUTE, SECOND, Bedside, reading

STARTED, CLEARED = FindingChange.STARTED, FindingChange.CLEARED
FALLING = [130.0 - 4 * at for at in range(15)]
"""Down to 74 in over an hour, a value each five minutes."""


def bed(policy: Policy = DEFAULT) -> Bedside:
    made = Bedside()
    made.lane.policy = policy
    return made


def worn(at: Bedside, values: list[float], every_s: float = 300) -> list[Finding]:
    for value in values:
        at.see(every_s, glucose=value)
    return [one for one in at.findings if one.condition == NAME]


def test_a_fall_is_told_before_it_is_low_and_gives_way_to_the_low() -> None:
    patient = bed()
    told = worn(patient, FALLING)[0]
    assert (told.change, told.priority, told.persist_s) == (STARTED, Priority.LOW, 0)
    assert told.value is not None
    assert told.value > 70
    assert "below 70 within 30 min" in told.message
    patient.said()
    patient.see(300, glucose=66)
    assert patient.said() == [("glucose_low", STARTED), (NAME, CLEARED)]


def test_it_ends_when_glucose_turns() -> None:
    patient = bed()
    worn(patient, FALLING)
    patient.said()
    worn(patient, [80.0, 92.0, 105.0, 118.0])
    assert patient.said() == [(NAME, CLEARED)]


def test_a_sensor_that_speaks_each_minute_is_told_of_as_well() -> None:
    values = [130.0 - 0.8 * at for at in range(72)]
    assert [one.change for one in worn(bed(), values, 60)][:1] == [STARTED]


def test_late_readings_and_a_level_glucose_warn_of_nothing() -> None:
    patient = bed()
    for value in FALLING:
        patient.now += 5 * MINUTE
        patient.take(reading(patient.now, {"glucose": value}, delay_ms=20 * MINUTE))
    assert all(one.condition != NAME for one in patient.findings)
    assert worn(bed(), [110.0] * 30) == []


def test_the_chance_and_its_delay_can_be_set() -> None:
    assert worn(bed(replace(DEFAULT, low_soon_chance=1.0)), FALLING) == []
    told = worn(bed(replace(DEFAULT, low_soon_s=600.0)), FALLING)[0]
    assert told.persist_s == 600


def test_without_diabetes_nobody_is_called_for_65_at_night() -> None:
    patient = bed(without_diabetes(DEFAULT))
    worn(patient, [*FALLING, 65.0, 65.0, 60.0, 65.0, 80.0])
    assert patient.said() == []
    worn(patient, [50.0])
    [low] = [one for one in patient.findings if one.condition == "glucose_low"]
    assert (low.priority, low.persist_s) == (Priority.HIGH, 900)


@pytest.mark.parametrize(("diabetes", "low"), [(None, 70), (True, 70), (False, 54)])
def test_who_has_no_diabetes_is_judged_by_another_limit(
    *, diabetes: bool | None, low: float
) -> None:
    stored = StoredPlan(scoring={"adult_from_ms": 0, "diabetes": diabetes})
    policy = Arrangement(stored, WardRules()).policy
    assert policy.limits[Metric.GLUCOSE].low == low
    assert (policy is DEFAULT) is (diabetes is not False)


def test_a_restored_lane_warns_at_the_same_reading() -> None:
    patient = bed()
    worn(patient, FALLING[:9])
    other = PatientLane.restore(patient.lane.snapshot())
    at = patient.now
    for value in FALLING[9:]:
        at += 300 * SECOND
        one = reading(at, {"glucose": value})
        mine = patient.lane.fold(one, patient.plan, patient.model, in_episode=False)
        theirs = other.fold(one, patient.plan, patient.model, in_episode=False)
        assert mine.findings == theirs.findings
    assert patient.lane.snapshot() == other.snapshot()


def test_a_snapshot_of_before_begins_with_an_empty_trace() -> None:
    patient = bed()
    worn(patient, [110.0])
    version, state = msgspec.msgpack.decode(patient.lane.snapshot())
    assert version == FORMAT
    old = msgspec.msgpack.encode((FORMAT - 1, state[:-1]))
    assert decode(old).glucose.times_ms == []
