"""A replay runs what runs live: admission's checks, lane, alerts, escalation."""

from analytics import settings
from analytics.domain.alerts import Priority
from analytics.domain.vitals import Metric
from analytics.evaluation.replay.recordings import DAY_MS, RecordedMoment, Recording
from analytics.evaluation.replay.staff import CLOSES, TAKES_ON, Staff
from analytics.evaluation.replay.ward import alerted, replay
from analytics.policy import MINUTE_MS

RULES = settings.ward_policy("standard", {})
T0 = 1_764_000_000_000
HR, SPO2, SBP, DBP = (int(m) for m in (Metric.HR, Metric.SPO2, Metric.SBP, Metric.DBP))


def stream(*spo2: float) -> Recording:
    """One value a minute of a wearable."""
    moments = [
        RecordedMoment(T0 + at * MINUTE_MS, ((SPO2, one), (HR, 80.0)))
        for at, one in enumerate(spo2)
    ]
    return Recording(person="one", moments=moments)


def test_what_lasts_is_alerted_and_what_is_well_is_not() -> None:
    [well], _ = replay([stream(*[97.0] * 60)], RULES)
    assert well.alerts == []
    [bad], _ = replay([stream(*[97.0] * 5, *[88.0] * 20, *[97.0] * 10)], RULES)
    [alert] = [one for one in bad.alerts if one.condition == "limit_spo2_low"]
    assert T0 + 6 * MINUTE_MS <= alert.raised_ms <= T0 + 7 * MINUTE_MS
    assert alert.priority is Priority.MEDIUM
    assert alert.closed_ms is not None
    said = [alerted(bad, at, {"limit_spo2_low"}, 60 * MINUTE_MS) for at in range(35)]
    assert said[4:7] == [False, True, True]
    assert not said[-1]


def test_the_ladder_calls_until_somebody_answers_and_then_only_what_is_worse() -> None:
    nobody = Staff(name="nobody for two hours", acknowledge_ms=120 * MINUTE_MS, closes=False)
    [left], _ = replay([stream(*[88.0] * 90)], RULES, nobody)
    assert left.alerts[0].calls >= 3
    for staff in (TAKES_ON, CLOSES):
        [taken], _ = replay([stream(*[88.0] * 90)], RULES, staff)
        [alert] = taken.alerts
        assert alert.calls == 1
    [worse], _ = replay([stream(*[88.0] * 60, *[74.0] * 10)], RULES, TAKES_ON)
    [alert] = worse.alerts
    assert (alert.calls, alert.priority) == (2, Priority.HIGH)


def test_conditions_of_one_patient_are_reasons_of_one_alert() -> None:
    moments = [
        RecordedMoment(T0 + at * MINUTE_MS, ((SPO2, 88.0), (HR, 140.0), (SBP, 200.0)))
        for at in range(12)
    ]
    [course], _ = replay([Recording(person="one", moments=moments)], RULES)
    assert len(course.alerts) == 1
    shown = {one.condition for one in course.reasons}
    assert {"limit_spo2_low", "limit_hr_high", "limit_sbp_high"} <= shown


def test_values_are_judged_as_at_every_door() -> None:
    recording = Recording(
        person="one",
        moments=[
            RecordedMoment(T0, ((HR, 400.0), (SBP, 120.0), (DBP, 80.0))),
            RecordedMoment(T0 + MINUTE_MS, ((SBP, 151.0), (DBP, 144.0))),
        ],
    )
    [course], _ = replay([recording], RULES)
    assert course.refused == 1
    narrow = course.answers[1]
    assert "limit_sbp_high" not in narrow.on  # in doubt: it feeds nothing, and asks


def test_days_are_those_in_which_anything_was_measured() -> None:
    moments = [RecordedMoment(T0 + day * DAY_MS, ((HR, 70.0),)) for day in (0, 0, 1, 5)]
    assert Recording(person="one", moments=moments).days == 3


def test_the_same_recordings_give_the_same_figures() -> None:
    recordings = [stream(*[97.0] * 5, *[88.0] * 20), stream(*[95.0] * 30)]
    (first, model), (second, again) = replay(recordings, RULES), replay(recordings, RULES)
    assert [one.alerts for one in first] == [one.alerts for one in second]
    assert model.snapshot() == again.snapshot()
