"""One alert a patient: joined reasons, one answer, calls for what is new and worse alone."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alerts import patient
from analytics.alerts.patient import PatientAlert, Step
from analytics.domain.alerts import Finding, FindingChange, Priority, State
from analytics.domain.episode import Episode, EpisodeEvent, EpisodePolicy, Level

POLICY = EpisodePolicy()
MINUTE = 60_000
T0 = 1_000 * MINUTE
URGENT, EMERGENCY, SPO2 = "news2_urgent", "news2_emergency", "limit_spo2_low"
HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW


def finding(condition: str = SPO2, at: int = 0, **more: object) -> Finding:
    """A finding ``at`` minutes after the start, of a patient measured every minute."""
    told = Finding(
        condition=condition,
        change=FindingChange.STARTED,
        priority=HIGH if condition == EMERGENCY or condition.startswith("critical") else MEDIUM,
        measured_ms=T0 + at * MINUTE,
        received_ms=T0 + at * MINUTE,
        pace_ms=MINUTE,
        silent_ms=0,
    )
    return replace(told, **more)  # type: ignore[arg-type]


class Patient:
    """A patient's alert as it goes, with all that happened."""

    def __init__(self) -> None:
        self.case = PatientAlert()
        self.steps: list[Step] = []

    def hear(self, condition: str = SPO2, at: int = 0, **more: object) -> Step | None:
        said = finding(condition, at, **more)
        return self.take(patient.apply(self.case, said, said.received_ms, POLICY))

    def score(
        self, value: float, at: int, change: FindingChange = FindingChange.PERSISTS
    ) -> Step | None:
        name = EMERGENCY if value >= 7 else URGENT
        return self.hear(name, at, value=value, change=change)

    def clear(self, condition: str, at: int, **more: object) -> Step | None:
        return self.hear(condition, at, change=FindingChange.CLEARED, **more)

    def take_on(self, at: int) -> None:
        self.take(patient.acknowledge(self.case, T0 + at * MINUTE, POLICY))

    def wait(self, at: int) -> None:
        """Let time act on all that is due until then."""
        until = T0 + at * MINUTE
        while (due := self.case.due_ms) is not None and due <= until:
            before = self.case
            self.take(patient.tick(self.case, due, POLICY))
            assert self.case != before, "time must act on what is due"

    def take(self, steps: list[Step]) -> Step | None:
        for one in steps:
            self.case = one.after
        self.steps += steps
        return steps[-1] if steps else None

    @property
    def alert(self) -> Episode:
        assert self.case.alert is not None
        return self.case.alert

    @property
    def calls(self) -> list[EpisodeEvent]:
        return [one.event for one in self.steps if one.notify]


def test_conditions_are_reasons_of_one_alert() -> None:
    one = Patient()
    for condition in (SPO2, "limit_hr_high", "single_3"):
        one.hear(condition)
    assert one.calls == [EpisodeEvent.RAISED]
    assert {r.condition: r.state for r in one.case.reasons.values()} == {
        SPO2: State.OPEN,
        "limit_hr_high": State.OPEN,
        "single_3": State.OPEN,
    }
    assert one.alert.priority is MEDIUM


def test_a_reason_waits_in_silence_and_ends_unseen() -> None:
    one = Patient()
    step = one.hear(persist_s=60)
    assert (step and step.event, step and step.shown, one.case.living) == (
        EpisodeEvent.PENDING,
        False,
        None,
    )
    assert one.case.due_ms == T0 + MINUTE
    one.clear(SPO2, 0, measured_ms=T0 + 5_000)
    assert one.case.reasons[SPO2].state is State.EXPIRED
    one.wait(60)
    assert one.case.living is None


def test_silence_counts_as_persisting() -> None:
    one = Patient()
    one.hear(persist_s=60)
    one.wait(1)
    assert one.calls == [EpisodeEvent.RAISED]


def test_what_persisted_and_ended_while_nobody_led_is_shown() -> None:
    one = Patient()
    one.hear(persist_s=60)
    one.clear(SPO2, 3)
    assert [s.event for s in one.steps if s.shown] == [EpisodeEvent.RAISED, EpisodeEvent.CLEARED]


def test_one_acknowledgement_answers_all_and_the_same_evidence_calls_no_more() -> None:
    one = Patient()
    one.hear("limit_hr_high")
    one.score(6, 1, FindingChange.STARTED)
    one.take_on(4)
    for minute in range(5, 600):
        one.hear("limit_hr_high", minute, change=FindingChange.PERSISTS)
        one.score(6, minute)
        one.wait(minute)
    assert one.calls == [EpisodeEvent.RAISED]
    assert one.alert.state is State.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("news", "calls"),
    [
        ({"condition": EMERGENCY, "value": 7.0}, True),
        ({"condition": URGENT, "value": 6.0, "change": FindingChange.WORSENED}, False),
        ({"condition": "critical_spo2"}, True),
        ({"condition": "limit_hr_high"}, False),
        ({"condition": "baseline_hr", "priority": LOW}, False),
        ({"condition": SPO2, "change": FindingChange.WORSENED, "priority": HIGH}, True),
    ],
)
def test_what_calls_again_once_it_is_answered(news: dict[str, object], *, calls: bool) -> None:
    one = Patient()
    one.score(5, 0, FindingChange.STARTED)
    one.hear(SPO2)
    one.take_on(4)
    step = one.hear(at=5, **news)  # type: ignore[arg-type]
    assert step is not None
    assert step.notify == calls
    assert (one.alert.state is State.OPEN) == calls


def test_news2_two_points_up_calls_and_again_after_the_respite() -> None:
    one = Patient()
    one.score(7, 0, FindingChange.STARTED)
    one.take_on(4)
    one.score(8, 5)
    assert one.calls == [EpisodeEvent.RAISED]
    one.score(9, 6)
    assert one.calls == [EpisodeEvent.RAISED, EpisodeEvent.WORSENED]
    one.take_on(10)
    one.score(11, 12)
    assert len(one.calls) == 2
    for minute in range(13, 41):
        one.score(11, minute)
        one.wait(minute)
    assert one.calls == [EpisodeEvent.RAISED, EpisodeEvent.WORSENED, EpisodeEvent.WORSENED]


def test_what_was_held_back_and_is_better_calls_nobody() -> None:
    one = Patient()
    one.score(7, 0, FindingChange.STARTED)
    one.take_on(1)
    one.score(9, 2)
    one.take_on(3)
    one.score(11, 4)
    for minute in range(5, 50):
        one.score(8, minute)
        one.wait(minute)
    assert len(one.calls) == 2


def test_worse_before_anybody_answered_is_shown_without_another_call() -> None:
    one = Patient()
    one.score(7, 0, FindingChange.STARTED)
    one.score(11, 2)
    assert one.calls == [EpisodeEvent.RAISED]
    one.wait(5)
    assert one.calls == [EpisodeEvent.RAISED, EpisodeEvent.ESCALATED]


def test_a_bad_reading_after_a_gap_calls_at_once() -> None:
    one = Patient()
    one.hear()
    one.take_on(1)
    one.hear(at=10, change=FindingChange.PERSISTS, silent_ms=9 * MINUTE)
    assert len(one.calls) == 1
    step = one.hear(at=30, change=FindingChange.PERSISTS, silent_ms=20 * MINUTE)
    assert step is not None
    assert (step.event, step.notify) == (EpisodeEvent.RETURNED, True)


def test_after_an_outage_all_reasons_of_an_alert_call_once() -> None:
    one = Patient()
    reasons = (SPO2, "limit_rr_high", "critical_spo2", EMERGENCY)
    for name in reasons:
        one.hear(name)
    one.take_on(1)
    before = len(one.calls)
    for name in reasons:
        one.hear(name, 40, change=FindingChange.PERSISTS, silent_ms=39 * MINUTE)
    assert one.calls[before:] == [EpisodeEvent.RETURNED]
    one.take_on(44)
    late = one.hear("limit_temp_high", 46, change=FindingChange.PERSISTS, silent_ms=50 * MINUTE)
    assert late is None or not late.notify
    one.hear("limit_rr_high", 48, change=FindingChange.PERSISTS, silent_ms=48 * MINUTE)
    assert len(one.calls) == before + 1


def test_what_is_heard_of_again_beside_something_milder_alone_calls() -> None:
    one = Patient()
    one.hear(EMERGENCY)
    one.take_on(1)
    for at in range(5, 60, 5):
        one.hear("limit_rr_high", at, change=FindingChange.PERSISTS)
    step = one.hear(EMERGENCY, 60, change=FindingChange.PERSISTS, silent_ms=60 * MINUTE)
    assert step is not None
    assert (step.event, step.notify) == (EpisodeEvent.RETURNED, True)


def test_who_is_measured_every_hour_is_not_away_between() -> None:
    one = Patient()
    one.hear(pace_ms=60 * MINUTE)
    one.take_on(1)
    for hour in range(1, 10):
        one.wait(hour * 60)
        one.hear(
            at=hour * 60, change=FindingChange.PERSISTS, silent_ms=60 * MINUTE, pace_ms=60 * MINUTE
        )
    assert one.calls == [EpisodeEvent.RAISED]
    assert one.alert.lapsed_ms is None


def test_it_closes_by_itself_once_all_reasons_were_quiet_for_their_time() -> None:
    one = Patient()
    one.hear()
    one.hear("limit_hr_high")
    one.take_on(1)
    one.clear(SPO2, 10)
    assert one.alert.cleared_ms is None
    one.clear("limit_hr_high", 20)
    assert one.alert.cleared_ms == T0 + 20 * MINUTE
    one.wait(20 + POLICY.settled_min - 1)
    assert one.case.living is not None
    one.wait(20 + POLICY.settled_min)
    assert one.alert.state is State.RESOLVED


def test_what_comes_back_in_time_is_the_same_alert_and_calls_nobody() -> None:
    one = Patient()
    one.hear()
    one.take_on(1)
    for minute in range(10, 200, 20):
        one.clear(SPO2, minute)
        one.wait(minute + 9)
        one.hear(at=minute + 10, persist_s=60)
        one.wait(minute + 11)
    assert one.calls == [EpisodeEvent.RAISED]
    assert one.case.reasons[SPO2].count > 10


def test_a_grave_one_that_is_over_waits_for_an_answer() -> None:
    one = Patient()
    one.score(7, 0, FindingChange.STARTED)
    one.clear(EMERGENCY, 2)
    one.wait(300)
    assert one.alert.state is State.OPEN
    assert EpisodeEvent.ESCALATED in one.calls
    one.take_on(301)
    one.wait(302)
    assert one.alert.state is State.RESOLVED


def test_a_milder_one_that_is_over_climbs_no_ladder() -> None:
    one = Patient()
    one.hear()
    one.clear(SPO2, 2)
    one.wait(300)
    assert (one.calls, one.alert.state) == ([EpisodeEvent.RAISED], State.RESOLVED)


def test_priority_falls_after_the_quiet_time_and_a_new_rise_calls() -> None:
    one = Patient()
    one.score(7, 0, FindingChange.STARTED)
    one.take_on(1)
    one.clear(EMERGENCY, 10)
    one.score(5, 10, FindingChange.STARTED)
    one.score(7, 30, FindingChange.STARTED)  # soon again: known
    one.clear(EMERGENCY, 40)
    assert len(one.calls) == 1
    for minute in range(41, 41 + POLICY.settled_min):
        one.score(5, minute)
        one.wait(minute)
    assert one.alert.priority is MEDIUM
    one.score(7, 200, FindingChange.STARTED)
    assert one.calls == [EpisodeEvent.RAISED, EpisodeEvent.WORSENED]


def test_a_score_that_was_better_for_long_may_call_anew() -> None:
    one = Patient()
    one.score(13, 0, FindingChange.STARTED)
    one.take_on(1)
    for minute in range(2, 120):
        one.score(8, minute)
        one.wait(minute)
    one.score(9, 120)
    assert len(one.calls) == 1
    one.score(10, 121)
    assert len(one.calls) == 2


def test_what_ended_for_another_reason_than_its_value_closes_at_once() -> None:
    one = Patient()
    one.hear()
    one.take_on(1)
    one.clear(SPO2, 2, detail={"closed_because": "limit changed from 91 to 88"})
    assert one.alert.state is State.RESOLVED


def test_closing_while_a_reason_holds_makes_a_plan() -> None:
    one = Patient()
    one.hear()
    [made] = patient.resolve(one.case, T0 + MINUTE, POLICY)
    assert made.event is EpisodeEvent.PLANNED
    assert made.after.alert is not None
    assert made.after.alert.planned


def test_a_person_has_the_last_word_for_a_while() -> None:
    one = Patient()
    one.score(7, 0, FindingChange.STARTED)
    one.clear(EMERGENCY, 2)
    one.take(patient.resolve(one.case, T0 + 3 * MINUTE, POLICY))
    assert (one.alert.state, one.alert.closed_by_person) == (State.RESOLVED, True)
    assert one.score(7, 5) is None
    step = one.score(7, 6, FindingChange.STARTED)
    assert step is not None
    assert step.event is EpisodeEvent.RAISED


def test_a_snooze_is_limited_by_priority_and_worse_ends_it() -> None:
    one = Patient()
    one.hear()
    too_long = POLICY.snooze_medium_min + 1
    assert patient.snooze(one.case, too_long, T0 + MINUTE, POLICY) == []
    one.take(patient.snooze(one.case, 10, T0 + MINUTE, POLICY))
    one.wait(10)
    assert one.calls == [EpisodeEvent.RAISED]
    one.wait(11)
    assert one.calls == [EpisodeEvent.RAISED, EpisodeEvent.SNOOZE_OVER]
    assert patient.snooze(one.case, 10, T0 + 11 * MINUTE, POLICY) == []
    one.take(patient.snooze(one.case, 5, T0 + 11 * MINUTE, POLICY))
    one.score(7, 12, FindingChange.STARTED)
    assert one.calls[-1] is EpisodeEvent.WORSENED
    assert one.alert.snoozed_ms is None


def test_the_coordinators_reason_gives_way_to_the_bedside() -> None:
    one = Patient()
    one.hear("unconfirmed_deterioration")
    assert one.alert.level is Level.COORDINATOR
    one.clear("unconfirmed_deterioration", 1)
    step = one.hear(SPO2, 1)
    assert step is not None
    assert (step.notify, step.level) == (True, Level.DOCTOR)


def test_what_rests_on_an_error_ends_and_the_rest_goes_on() -> None:
    one = Patient()
    one.hear()
    one.hear("limit_hr_high")
    steps = patient.retract(one.case, frozenset({SPO2}), T0 + MINUTE, POLICY)
    one.take(steps)
    assert (one.alert.state, one.alert.condition) == (State.OPEN, "limit_hr_high")
    one.take(patient.retract(one.case, frozenset({"limit_hr_high"}), T0 + MINUTE, POLICY))
    assert not one.alert.live


CONDITIONS = (SPO2, URGENT, EMERGENCY, "critical_hr", "baseline_hr", "unconfirmed_deterioration")
STEPS = st.one_of(
    st.tuples(st.just("time"), st.integers(1, 120 * MINUTE)),
    st.tuples(st.sampled_from(("acknowledge", "resolve", "escalate", "snooze")), st.just(1_000)),
    st.tuples(
        st.builds(
            finding,
            st.sampled_from(CONDITIONS),
            change=st.sampled_from(FindingChange),
            priority=st.sampled_from(Priority),
            value=st.integers(5, 15).map(float),
            persist_s=st.sampled_from((0.0, 60.0, 600.0)),
            silent_ms=st.sampled_from((None, 0, 5 * MINUTE)),
        ),
        st.integers(1, 5 * MINUTE),
    ),
)


@settings(deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_whatever_happens(steps: list[tuple[object, int]]) -> None:
    """One living alert with a due time; calls for a reason; nothing is told of after its end."""
    now, case = T0, PatientAlert()
    for what, wait in steps:
        now += wait
        for made in _step(case, what, now):
            _check(case, made, what)
            case = made.after
    for _ in range(200):
        if case.due_ms is None:
            break
        made = patient.tick(case, case.due_ms, POLICY)
        assert made, "time must act on everything that is live"
        case = made[-1].after
        if case.living is not None and case.living.state is State.OPEN:
            [case] = [s.after for s in patient.acknowledge(case, case.due_ms or now, POLICY)]
    assert case.living is None, "what is answered and not heard of again ends by itself"


def _step(case: PatientAlert, what: object, now: int) -> list[Step]:
    if isinstance(what, Finding):
        seen = replace(what, measured_ms=now, received_ms=now)
        return patient.apply(case, seen, now, POLICY)
    if what == "time":
        return patient.tick(case, now, POLICY)
    if what == "snooze":
        return patient.snooze(case, 5, now, POLICY)
    return getattr(patient, str(what))(case, now, POLICY)  # type: ignore[no-any-return]


def _check(before: PatientAlert, made: Step, what: object) -> None:
    alert, was = made.after.alert, before.living
    calls = (alert.calls if alert else 0) - (was.calls if was else 0)
    assert calls == made.notify or (alert is not None and was is None and alert == before.alert)
    if alert is None:
        assert not made.shown
        return
    assert alert.live == (alert.due_ms is not None)
    shown = [one for one in made.after.reasons.values() if one.shown]
    if alert.live:
        assert shown
        assert (alert.cleared_ms is None) == any(one.holds for one in shown)
        assert alert.condition in made.after.reasons
    else:
        assert not any(one.holds for one in shown)
    for one in made.after.reasons.values():
        assert (one.state is State.PENDING) == (one.due_ms is not None)
    if made.notify:
        assert alert.state is State.OPEN
        assert made.level is alert.level
    if made.notify and was is not None and what == "time" and was.state is State.ACKNOWLEDGED:
        assert was.called_for is not None
        assert was.called_for.held_back or any(r.due_ms for r in before.reasons.values())


def test_what_is_measured_once_a_day_is_not_forgotten_in_a_day() -> None:
    """A low alert ends after 24 h of silence, or after two and a half usual silences."""
    daily = Patient()
    for day in range(3):
        at = day * 1_450
        change = FindingChange.PERSISTS if day else FindingChange.STARTED
        said = {"priority": LOW, "change": change, "pace_ms": 1_450 * MINUTE}
        daily.hear("trend_weight", at, **said)
        daily.wait(at + 1_449)
    assert daily.calls == [EpisodeEvent.RAISED]
    daily.wait(2 * 1_450 + 3_700)
    assert daily.case.living is None
