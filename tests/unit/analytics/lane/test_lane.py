"""What a lane says: bands, limits, critical values, persistence, hysteresis, back-fill."""

import msgspec
import pytest

from analytics.domain.alerts import FindingChange, Priority
from analytics.domain.care import CarePlan, Limit
from analytics.domain.vitals import Metric, Quality
from analytics.lane.lane import assessment_json
from tests.support.bedside import HOUR, MINUTE, SECOND, T0, WELL, Bedside, reading

STARTED, CLEARED = FindingChange.STARTED, FindingChange.CLEARED
PERSISTS, WORSENED = FindingChange.PERSISTS, FindingChange.WORSENED


def test_a_well_person_is_silent() -> None:
    bed = Bedside()
    outcome = bed.well()
    assert outcome.assessment is not None
    assert (outcome.assessment.score, outcome.assessment.band) == (0, "low")
    assert bed.said() == []


@pytest.mark.parametrize(
    ("changed", "expected", "priority"),
    [
        ({"rr": 22, "hr": 112, "temp": 38.5}, "news2_urgent", Priority.MEDIUM),
        ({"rr": 26, "hr": 112, "temp": 39.2}, "news2_emergency", Priority.HIGH),
        ({"acvpu": 1}, "single_3", Priority.MEDIUM),
    ],
)
def test_bands(changed: dict[str, float], expected: str, priority: Priority) -> None:
    bed = Bedside()
    bed.well(**changed)
    found = {one.condition: one for one in bed.findings}
    assert found[expected].priority is priority
    assert found[expected].change is STARTED


def test_an_emergency_ends_after_two_good_minutes_only() -> None:
    bed = Bedside()
    bed.well(rr=26, hr=112, temp=39.2)
    bed.said()
    bed.well(60)
    bed.well(60)
    assert ("news2_emergency", CLEARED) not in bed.said()
    bed.well(60)
    assert ("news2_emergency", CLEARED) in bed.said()


def test_growing_old_is_not_getting_well() -> None:
    bed = Bedside()
    bed.well(acvpu=1, rr=22, hr=95)
    assert ("news2_urgent", STARTED) in bed.said()
    vitals = {name: WELL[name] for name in ("spo2", "sbp", "temp")} | {"rr": 22, "hr": 95}
    for _ in range(16):
        outcome = bed.see(HOUR / SECOND, **vitals)
    assert outcome.assessment is not None
    assert outcome.assessment.low == 3
    assert ("news2_urgent", CLEARED) not in bed.said()
    for _ in range(4):
        bed.well(90)
    assert ("news2_urgent", CLEARED) in bed.said()


def test_an_incomplete_set_asks() -> None:
    bed = Bedside()
    bed.see(hr=112, rr=15, spo2=97, sbp=120, temp=37)
    ask = next(one for one in bed.findings if one.condition == "incomplete_score")
    assert (ask.priority, ask.persist_s, ask.detail["metric"]) == (Priority.LOW, 600, "acvpu")
    bed.well(1)
    bed.well(60)
    bed.said()
    bed.take(reading(bed.now + MINUTE, {"acvpu": 0, "o2": 0}, staff=True))
    assert ("incomplete_score", STARTED) not in bed.said()


@pytest.mark.parametrize(
    ("spo2", "persist_s", "priority"),
    [
        (90, 60, Priority.MEDIUM),
        (87, 60, Priority.MEDIUM),
        (86, 30, Priority.MEDIUM),
        (80, 30, Priority.MEDIUM),
    ],
)
def test_spo2_is_graded_by_depth(spo2: float, persist_s: float, priority: Priority) -> None:
    bed = Bedside()
    bed.see(spo2=spo2)
    found = next(one for one in bed.findings if one.condition == "limit_spo2_low")
    assert (found.persist_s, found.priority) == (persist_s, priority)


@pytest.mark.parametrize(("before", "persist_s"), [(96.0, 10), (94.0, 30)])
def test_a_rapid_fall_of_spo2_waits_for_no_delay(before: float, persist_s: float) -> None:
    bed = Bedside()
    for _ in range(5):
        bed.see(60, spo2=before)
    bed.see(60, spo2=86)
    found = next(one for one in bed.findings if one.condition == "limit_spo2_low")
    assert found.persist_s == persist_s
    assert (f"rapidly down from {before:.0f}" in found.message) == (persist_s == 10)


def test_deeper_is_worse_and_repeats_are_said_once_a_minute() -> None:
    bed = Bedside()
    for _ in range(61):
        bed.see(1, spo2=90)
    bed.see(1, spo2=85)
    bed.see(1, spo2=90)
    mine = [change for name, change in bed.said() if name == "limit_spo2_low"]
    assert mine == [STARTED, PERSISTS, WORSENED]


def test_one_bad_second_is_dropped() -> None:
    bed = Bedside()
    bed.see(spo2=88)
    for _ in range(11):
        bed.see(1, spo2=97)
    assert [c for name, c in bed.said() if name == "limit_spo2_low"] == [STARTED, CLEARED]


def test_flicker_is_not_dropped() -> None:
    bed = Bedside()
    for at in range(40):
        bed.see(2, spo2=88 if at % 3 == 0 else 97)
    assert ("limit_spo2_low", CLEARED) not in bed.said()


def test_clearing_wants_a_margin() -> None:
    bed = Bedside()
    for _ in range(8):
        bed.see(10, spo2=89)
    for _ in range(20):
        bed.see(10, spo2=91)
    assert ("limit_spo2_low", CLEARED) not in bed.said()
    for _ in range(13):
        bed.see(10, spo2=93)
    assert ("limit_spo2_low", CLEARED) in bed.said()


def test_a_stream_is_judged_by_its_median() -> None:
    bed = Bedside()
    for at in range(30):
        bed.see(2, hr=150 if at == 15 else 80)
    assert "limit_hr_high" not in dict(bed.said())
    for _ in range(30):
        bed.see(2, hr=150)
    assert ("limit_hr_high", STARTED) in bed.said()


def test_the_patients_own_limits() -> None:
    plan = CarePlan(
        spo2_scale=2,
        limits={Metric.SPO2: Limit(low=85), Metric.HR: Limit(high=90)},
    )
    bed = Bedside(plan)
    bed.see(spo2=88, hr=100)
    assert bed.said() == [("limit_hr_high", STARTED)]
    assert Bedside(CarePlan(spo2_scale=2)).see(spo2=88).findings == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"temp": 39.5}, "Temperature 39.5 °C, above 39"),
        ({"sbp": 182}, "Systolic 182 mmHg, above 180"),
        ({"spo2": 86}, "SpO2 86 %, below 91"),
    ],
)
def test_messages_name_units_as_people_read_them(changed: dict[str, float], told: str) -> None:
    bed = Bedside()
    bed.well(**changed)
    assert told in [one.message for one in bed.findings]


def test_a_limit_taken_away_ends_what_it_started() -> None:
    bed = Bedside(CarePlan(limits={Metric.WEIGHT: Limit(high=80)}))
    for _ in range(8):
        bed.see(60, weight=90)
    bed.said()
    bed.plan = CarePlan(revision=1)
    for _ in range(3):
        bed.see(90, weight=90)
    assert bed.said() == [("limit_weight_high", CLEARED)]


def test_glucose() -> None:
    bed = Bedside()
    assert bed.see(glucose=65).findings[0].priority is Priority.MEDIUM
    assert bed.see(60, glucose=50).findings[0].change is WORSENED
    assert bed.see(60, glucose=300).findings[-1].condition == "glucose_high"


def test_battery() -> None:
    bed = Bedside()
    bed.see(battery=15)
    bed.see(60, battery=22)
    bed.see(60, battery=90)
    bed.see(180, battery=90)
    assert bed.said() == [("battery", STARTED), ("battery", CLEARED)]


def test_each_device_has_a_battery_of_its_own() -> None:
    bed = Bedside()
    bed.hear("w-a", battery=15)
    for _ in range(4):
        bed.hear("w-b", 90, battery=90)
    assert bed.said() == [("battery", STARTED)], "another's full battery ends nothing"
    bed.hear("w-b", 60, battery=12)
    assert [(one.change, one.message, one.detail["device"]) for one in bed.findings] == [
        (WORSENED, "Battery of w-b at 12 %", "w-b")
    ]
    for _ in range(3):
        bed.hear("w-a", 90, battery=80)
    assert bed.said() == [("battery", WORSENED)], "the other is still low"
    for _ in range(3):
        bed.hear("w-b", 90, battery=80)
    assert bed.said() == [("battery", CLEARED)]


def test_a_battery_that_was_low_before_each_device_had_its_own_ends() -> None:
    bed = Bedside()
    bed.hear("w-a", battery=15)
    bed.lane.state.on["battery"] = bed.lane.state.on.pop("battery/w-a")
    for _ in range(3):
        bed.hear("w-a", 90, battery=80)
    assert bed.said() == [("battery", STARTED), ("battery", CLEARED)]


def test_a_questionable_critical_value_asks_then_pages() -> None:
    bed = Bedside()
    bed.see(hr=18)
    first = bed.findings[0]
    assert (first.condition, first.persist_s, first.detail["repeat"]) == ("critical_hr", 120, True)
    bed.see(5, hr=17)
    assert len(bed.findings) == 1, "too soon to be a repeat"
    bed.see(11, hr=18)
    assert (bed.findings[-1].change, bed.findings[-1].persist_s) == (PERSISTS, 0)


def test_something_better_ends_the_question() -> None:
    bed = Bedside()
    bed.take(reading(T0, {"spo2": 48}, quality=Quality.QUESTIONABLE))
    bed.now = T0 + 20 * SECOND
    bed.see(spo2=97)
    assert bed.said() == [("critical_spo2", STARTED), ("critical_spo2", CLEARED)]


def test_a_trusted_critical_value_pages_at_once() -> None:
    bed = Bedside()
    bed.see(sbp=65)
    found = next(one for one in bed.findings if one.condition == "critical_sbp")
    assert (found.persist_s, found.priority) == (0, Priority.HIGH)


@pytest.mark.parametrize("quality", [Quality.POOR, Quality.CALIBRATING, Quality.UNSYNCHRONISED])
def test_what_is_for_charts_only_does_nothing(quality: Quality) -> None:
    bed = Bedside()
    before = bed.lane.snapshot()
    outcome = bed.take(reading(T0, {"spo2": 40, "hr": 200}, quality=quality))
    assert (outcome.assessment, outcome.findings) == (None, [])
    if quality is not Quality.POOR:  # that counts in how good what comes is, and nowhere else
        assert bed.lane.snapshot() == before


def test_a_paused_patient_raises_nothing() -> None:
    bed = Bedside(CarePlan(paused=True))
    outcome = bed.well(rr=40, hr=200)
    assert outcome.assessment is not None
    assert bed.said() == []


def test_back_fill_never_pages_and_clears_nothing() -> None:
    bed = Bedside()
    bed.well(spo2=85)
    bed.said()
    late = reading(bed.now + 60 * SECOND, {"spo2": 97}, delay_ms=20 * MINUTE)
    for _ in range(4):
        bed.take(late)
    assert bed.said() == []
    bad = reading(bed.now - HOUR, {"hr": 160, "spo2": 70}, delay_ms=HOUR)
    outcome = bed.take(bad)
    assert outcome.assessment is None
    assert {one.late for one in outcome.findings} == {True}
    now = bed.well(30 * 60, spo2=97).assessment
    assert now is not None
    assert dict(now.values)[Metric.SPO2] == 97


def test_a_live_reading_after_bad_back_fill_starts_the_condition() -> None:
    bed = Bedside()
    bed.take(reading(T0, {"spo2": 85}, delay_ms=20 * MINUTE))
    assert ("limit_spo2_low", STARTED) in bed.said(late=True)
    bed.take(reading(T0 + 21 * MINUTE, {"spo2": 85}))
    assert ("limit_spo2_low", STARTED) in bed.said()


def test_unconfirmed_deterioration() -> None:
    bed = Bedside()
    said = ("unconfirmed_deterioration", STARTED)
    ended = ("unconfirmed_deterioration", CLEARED)
    bed.take(reading(T0, {"spo2": 85}, delay_ms=HOUR))
    assert said in bed.said(late=True)
    bed.take(reading(T0 + MINUTE, {"spo2": 97}, delay_ms=HOUR))
    assert bed.said(late=True)[-1] == ended
    bed.take(reading(T0 + 2 * MINUTE, {"spo2": 80}, delay_ms=HOUR))
    assert said in bed.said(late=True)
    bed.take(reading(T0 + HOUR, {"hr": 70}))
    assert ended in bed.said()


def test_what_is_fresh_confirms_only_what_it_says_something_of() -> None:
    bed = Bedside()
    ended = ("unconfirmed_deterioration", CLEARED)
    bed.take(reading(T0, {**WELL, "rr": 26, "hr": 135, "glucose": 45}, delay_ms=HOUR))
    bed.said(late=True)
    bed.take(reading(T0 + HOUR, {"weight": 70}))
    assert ended not in bed.said()
    bed.take(reading(T0 + HOUR + SECOND, {"rr": 15, "hr": 70}))
    assert ended not in bed.said(), "the glucose is still not known to be better"
    bed.take(reading(T0 + HOUR + MINUTE, {"glucose": 110}))
    assert ended in bed.said()


def test_late_weight_does_not_take_back_a_late_deterioration() -> None:
    bed = Bedside()
    bed.take(reading(T0, {"rr": 22, "hr": 115, "temp": 39.5}, delay_ms=HOUR))
    bed.take(reading(T0 + MINUTE, {"weight": 70}, delay_ms=HOUR))
    told = [change for name, change in bed.said(late=True) if name.startswith("unconfirmed")]
    assert told == [STARTED]


def test_a_late_questionable_critical_value_waits_to_be_confirmed() -> None:
    bed = Bedside()
    bed.take(reading(T0, {"spo2": 48}, quality=Quality.QUESTIONABLE, delay_ms=HOUR))
    assert ("unconfirmed_deterioration", STARTED) in bed.said(late=True)
    bed.take(reading(T0 + HOUR, {"spo2": 97}))
    assert ("unconfirmed_deterioration", CLEARED) in bed.said()


def test_more_bad_back_fill_is_said_again() -> None:
    bed = Bedside()
    said = []
    for at in range(0, 31 * MINUTE, MINUTE):
        bed.take(reading(T0 + at, {"spo2": 85}, delay_ms=HOUR))
        said += [change for name, change in bed.said(late=True) if name.startswith("unconfirmed")]
    assert said == [STARTED, PERSISTS, PERSISTS, PERSISTS]


def test_after_a_pause_back_fill_is_judged_anew() -> None:
    bed = Bedside(CarePlan(paused=True))
    bed.take(reading(T0, {"spo2": 85}, delay_ms=HOUR))
    bed.plan = CarePlan()
    bed.take(reading(T0 + MINUTE, {"spo2": 85}, delay_ms=HOUR))
    assert ("unconfirmed_deterioration", STARTED) in bed.said(late=True)


@pytest.mark.parametrize("every_s", [10, 15, 30])
def test_good_readings_between_bad_ones_do_not_hide_them(every_s: float) -> None:
    bed = Bedside()
    for at in range(6):
        bed.see(every_s, spo2=89 if at % 2 == 0 else 97)
    mine = [one for one in bed.findings if one.condition == "limit_spo2_low"]
    assert [one.persist_s for one in mine if one.change is STARTED] == [60, 60, 0]
    assert mine[-1].change is not CLEARED


def test_a_rare_dip_still_waits() -> None:
    bed = Bedside()
    for at in range(9):
        bed.see(60, spo2=85 if at % 3 == 0 else 97)
    waits = {one.persist_s for one in bed.findings if one.change is STARTED}
    assert 0 not in waits


def test_a_live_critical_value_out_of_order_is_not_silent() -> None:
    bed = Bedside()
    bed.well()
    bed.well(60)
    bed.said()
    bed.take(reading(T0 + 30 * SECOND, {"spo2": 70, "hr": 190}))
    assert {("critical_spo2", STARTED), ("critical_hr", STARTED)} <= set(bed.said())


def test_a_time_ahead_does_not_make_history_of_what_follows() -> None:
    bed = Bedside()
    bed.take(reading(T0 + 110 * SECOND, WELL, delay_ms=-110 * SECOND))
    bed.take(reading(T0 + 10 * SECOND, {"spo2": 84, "rr": 26, "hr": 120}))
    assert {("limit_spo2_low", STARTED), ("news2_emergency", STARTED)} <= set(bed.said())


def test_an_older_good_value_ends_no_question() -> None:
    bed = Bedside()
    bed.well()
    bed.well(60)
    bed.take(reading(T0 + 70 * SECOND, {"spo2": 48}, quality=Quality.QUESTIONABLE))
    bed.take(reading(T0 + 50 * SECOND, {"spo2": 97}))
    assert ("critical_spo2", CLEARED) not in bed.said()


def test_an_uncertain_clock_counts_as_live_by_arrival_and_says_so() -> None:
    bed = Bedside()
    bed.well()
    behind = reading(T0 - HOUR, {"spo2": 78}, delay_ms=HOUR + MINUTE, clock_uncertain=True)
    outcome = bed.take(behind)
    assert outcome.assessment is not None
    assert outcome.assessment.clock_uncertain
    assert outcome.assessment.time_ms == T0 + MINUTE
    found = next(one for one in outcome.findings if one.condition == "critical_spo2")
    assert not found.late
    assert found.detail["clock_uncertain"] is True


def test_out_of_order_is_history() -> None:
    bed = Bedside()
    bed.well()
    bed.well(30)
    bed.said()
    outcome = bed.take(reading(T0 + 10 * SECOND, {"spo2": 80}))
    assert outcome.assessment is None
    assert [one.late for one in outcome.findings] == [True]


def test_moments_of_one_frame_are_judged_one_by_one() -> None:
    bed = Bedside()
    frame = reading(T0, WELL)
    worse = reading(T0 + MINUTE, {**WELL, "rr": 26, "hr": 135})
    better = reading(T0 + 2 * MINUTE, WELL)
    mixed = msgspec.structs.replace(better, samples=better.samples + frame.samples + worse.samples)
    outcome = bed.take(mixed)
    assert outcome.assessment is not None
    assert outcome.assessment.low == 0
    assert ("news2_urgent", STARTED) in bed.said()


def test_oxygen_and_consciousness_are_assumed_for_twelve_hours() -> None:
    bed = Bedside()
    bed.take(reading(T0, {"acvpu": 0, "o2": 0}, staff=True))
    vitals = {name: WELL[name] for name in ("hr", "rr", "spo2", "sbp", "temp")}
    bed.now = T0 + 12 * HOUR
    assessment = bed.see(**vitals).assessment
    assert assessment is not None
    assert (assessment.score, assessment.assumed) == (0, (Metric.ACVPU, Metric.O2))
    later = bed.see(1, **vitals).assessment
    assert later is not None
    assert (later.score, later.missing) == (None, (Metric.ACVPU, Metric.O2))


def test_the_assessment_in_json() -> None:
    assessment = Bedside().well(rr=26).assessment
    assert assessment is not None
    told = msgspec.json.decode(assessment_json(assessment))
    assert told["time"] == "2025-11-24T16:00:00.000Z"
    assert told["news2"] == {
        "score": 3,
        "low": 3,
        "high": 3,
        "band": "low_medium",
        "single_3": True,
        "single_3_in": ["rr"],
        "missing": [],
        "assumed": ["adult"],
        "settles": None,
        "reason": None,
    }
    assert told["risk"]["model"] == "risk-0"
    assert told["risk"]["horizon_minutes"] == 240
    assert told["drivers"][0]["what"]
    assert told["baselines"] == []
