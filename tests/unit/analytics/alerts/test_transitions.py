"""Episodes: one at a time, persistence, latching, escalation, and nothing forgotten."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alerts.transitions import (
    Episode,
    EpisodeEvent,
    EpisodePolicy,
    Level,
    Transition,
    acknowledge,
    apply,
    escalate,
    resolve,
    tick,
)
from analytics.domain.alerts import Finding, FindingChange, Priority, State

POLICY = EpisodePolicy()
MINUTE = 60_000
T0 = 1_000 * MINUTE


def finding(
    change: FindingChange = FindingChange.STARTED, at: int = T0, **changed: object
) -> Finding:
    base = Finding(
        condition="limit_spo2_low",
        change=change,
        priority=Priority.MEDIUM,
        measured_ms=at,
        received_ms=at,
        persist_s=60,
    )
    return replace(base, **changed)


def last(made: list[Transition]) -> Episode:
    return made[-1].episode


def raised(**changed: object) -> Episode:
    made = apply(None, finding(persist_s=0, **changed), T0, POLICY)
    assert [one.event for one in made] == [EpisodeEvent.RAISED]
    assert made[0].notify
    return last(made)


def test_it_waits_and_silence_counts_as_persisting() -> None:
    made = apply(None, finding(), T0, POLICY)
    waiting = last(made)
    assert (made[0].event, made[0].notify, waiting.state) == (
        EpisodeEvent.PENDING,
        False,
        State.PENDING,
    )
    assert waiting.due_ms == T0 + MINUTE
    assert tick(waiting, T0 + MINUTE - 1, POLICY) == []
    assert tick(waiting, T0 + MINUTE, POLICY)[0].event is EpisodeEvent.RAISED


def test_it_persists_by_event_time() -> None:
    waiting = last(apply(None, finding(), T0, POLICY))
    made = apply(waiting, finding(FindingChange.PERSISTS, T0 + MINUTE), T0 + 1, POLICY)
    assert made[0].event is EpisodeEvent.RAISED


def test_a_repeat_that_persists_at_once_raises() -> None:
    waiting = last(apply(None, finding(persist_s=120), T0, POLICY))
    repeat = finding(FindingChange.PERSISTS, T0 + 15_000, persist_s=0)
    assert apply(waiting, repeat, T0 + 15_000, POLICY)[0].event is EpisodeEvent.RAISED


def test_what_ends_while_it_waits_is_never_shown() -> None:
    waiting = last(apply(None, finding(), T0, POLICY))
    made = apply(waiting, finding(FindingChange.CLEARED, T0 + 5_000), T0 + 5_000, POLICY)
    assert (made[0].event, made[0].notify, last(made).raised_ms) == (
        EpisodeEvent.EXPIRED,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("priority", "events"),
    [
        (Priority.MEDIUM, [EpisodeEvent.RAISED, EpisodeEvent.RESOLVED]),
        (Priority.HIGH, [EpisodeEvent.RAISED, EpisodeEvent.CLEARED]),
    ],
)
def test_what_persisted_and_ended_while_nobody_led_is_not_lost(
    priority: Priority, events: list[EpisodeEvent]
) -> None:
    """The engine was away: it finds the start and the end together, minutes later."""
    waiting = last(apply(None, finding(priority=priority), T0 + 9 * MINUTE, POLICY))
    over = finding(FindingChange.CLEARED, T0 + 3 * MINUTE, priority=priority)
    made = apply(waiting, over, T0 + 9 * MINUTE, POLICY)
    assert [one.event for one in made] == events


def test_deeper_shortens_the_wait() -> None:
    waiting = last(apply(None, finding(), T0, POLICY))
    worse = finding(FindingChange.WORSENED, T0 + 5_000, persist_s=0, priority=Priority.HIGH)
    made = apply(waiting, worse, T0 + 5_000, POLICY)
    assert (made[0].event, last(made).priority) == (EpisodeEvent.RAISED, Priority.HIGH)


def test_repeats_are_counted_in_silence() -> None:
    made = apply(raised(), finding(FindingChange.PERSISTS, T0 + MINUTE), T0 + MINUTE, POLICY)
    assert (made[0].event, made[0].notify, last(made).count) == (EpisodeEvent.REPEATED, False, 2)


def test_worse_calls_again_even_if_acknowledged() -> None:
    taken = last(acknowledge(raised(), T0, POLICY))
    worse = finding(FindingChange.WORSENED, T0 + 1, priority=Priority.HIGH)
    made = apply(taken, worse, T0 + 1, POLICY)
    assert (made[0].event, made[0].notify, last(made).state) == (
        EpisodeEvent.WORSENED,
        True,
        State.OPEN,
    )
    lower = apply(last(made), finding(FindingChange.PERSISTS, T0 + 2), T0 + 2, POLICY)
    assert last(lower).priority is Priority.HIGH


def test_medium_ends_by_itself_and_high_latches() -> None:
    over = finding(FindingChange.CLEARED, T0 + MINUTE)
    assert last(apply(raised(), over, T0 + MINUTE, POLICY)).state is State.RESOLVED
    high = raised(priority=Priority.HIGH)
    made = apply(high, over, T0 + MINUTE, POLICY)
    assert (made[0].event, last(made).state) == (EpisodeEvent.CLEARED, State.OPEN)
    assert apply(last(made), over, T0 + MINUTE, POLICY) == []
    again = apply(last(made), finding(at=T0 + 2 * MINUTE), T0 + 2 * MINUTE, POLICY)
    assert last(again).cleared_ms is None
    taken = last(acknowledge(last(made), T0 + MINUTE, POLICY))
    assert taken.due_ms is not None
    assert last(tick(taken, taken.due_ms, POLICY)).state is State.RESOLVED


def test_an_acknowledgement_runs_out_if_it_was_bad_since_and_lately() -> None:
    taken = last(acknowledge(raised(), T0, POLICY))
    assert acknowledge(taken, T0 + 1, POLICY) == []
    goes_on = finding(FindingChange.PERSISTS, T0 + 20 * MINUTE)
    heard = last(
        apply(replace(taken, measured_ms=T0 + 19 * MINUTE), goes_on, T0 + 20 * MINUTE, POLICY)
    )
    made = tick(heard, T0 + 30 * MINUTE, POLICY)
    assert (made[0].event, made[0].notify, last(made).state) == (
        EpisodeEvent.ACK_EXPIRED,
        True,
        State.OPEN,
    )


@pytest.mark.parametrize(
    ("condition", "priority", "lasts"),
    [
        ("sensor", Priority.MEDIUM, 8 * 60),
        ("silent", Priority.MEDIUM, 8 * 60),
        ("sensor", Priority.HIGH, 30),
        ("nobody_on_shift", Priority.HIGH, 30),
        ("limit_hr_high", Priority.MEDIUM, 30),
    ],
)
def test_a_word_about_equipment_that_can_wait_lasts_a_shift(
    condition: str, priority: Priority, lasts: int
) -> None:
    """735 of 944 calls of a simulated day said every half-hour that a sensor was stuck still."""
    shown = raised(condition=condition, priority=priority)
    for word in (acknowledge, resolve):
        assert last(word(shown, T0, POLICY)).due_ms == T0 + lasts * MINUTE


@pytest.mark.parametrize("heard_min", [0, 10])
def test_what_lapses_without_new_evidence_calls_nobody(heard_min: int) -> None:
    """Nothing after the acknowledgement, or nothing lately: nobody knows of now."""
    taken = last(acknowledge(raised(), T0 + MINUTE, POLICY))
    if heard_min:
        at = T0 + heard_min * MINUTE
        taken = last(apply(taken, finding(FindingChange.PERSISTS, at), at, POLICY))
    made = tick(taken, T0 + 31 * MINUTE, POLICY)
    assert (made[0].event, made[0].notify, last(made).state) == (
        EpisodeEvent.UNHEARD,
        False,
        State.ACKNOWLEDGED,
    )
    again = finding(FindingChange.PERSISTS, T0 + 32 * MINUTE)
    called = apply(last(made), again, T0 + 32 * MINUTE, POLICY)
    assert (called[0].event, called[0].notify, last(called).state) == (
        EpisodeEvent.RETURNED,
        True,
        State.OPEN,
    )
    assert last(called).lapsed_ms is None


def test_one_reading_that_was_taken_on_calls_once_in_days() -> None:
    """One cuff reading of 186, acknowledged: it ends as what it is, unheard of."""
    current = last(acknowledge(raised(condition="limit_sbp_high"), T0 + MINUTE, POLICY))
    calls, events = current.calls, []
    while current.live:
        assert current.due_ms is not None
        [one] = tick(current, current.due_ms, POLICY)
        events.append(one.event)
        current = one.episode
    assert (calls, current.calls) == (1, 1)
    assert events[-1] is EpisodeEvent.EXPIRED


@pytest.mark.parametrize("state", ["open", "taken", "planned"])
@pytest.mark.parametrize(("minutes", "calls"), [(5, False), (16, True)])
def test_a_bad_reading_after_a_gap_calls_at_once(state: str, minutes: int, *, calls: bool) -> None:
    current = raised()
    if state == "taken":
        current = last(acknowledge(current, T0, POLICY))
    if state == "planned":
        current = last(resolve(current, T0, POLICY))
    at = T0 + minutes * MINUTE
    made = apply(current, finding(FindingChange.PERSISTS, at), at, POLICY)
    assert (made[0].event is EpisodeEvent.RETURNED, made[0].notify) == (calls, calls)


def test_the_quiet_after_closing_ends_with_a_gap() -> None:
    over = last(
        apply(
            raised(priority=Priority.HIGH),
            finding(FindingChange.CLEARED, T0 + MINUTE),
            T0 + MINUTE,
            POLICY,
        )
    )
    done = last(resolve(over, T0 + 2 * MINUTE, POLICY))
    for minutes, events in ((10, []), (16, [EpisodeEvent.RAISED])):
        at = T0 + minutes * MINUTE
        made = apply(done, finding(FindingChange.PERSISTS, at, persist_s=0), at, POLICY)
        assert [one.event for one in made] == events


def test_closing_while_it_holds_makes_a_plan() -> None:
    high = raised(priority=Priority.HIGH, condition="news2_emergency")
    made = resolve(high, T0, POLICY)
    planned = last(made)
    assert (made[0].event, made[0].notify) == (EpisodeEvent.PLANNED, False)
    assert (planned.state, planned.planned, planned.priority) == (
        State.ACKNOWLEDGED,
        True,
        Priority.HIGH,
    )
    assert planned.due_ms == T0 + POLICY.quiet_min * MINUTE
    over = finding(FindingChange.CLEARED, T0 + MINUTE)
    assert last(apply(planned, over, T0 + MINUTE, POLICY)).state is State.RESOLVED
    worse = finding(FindingChange.WORSENED, T0 + MINUTE, priority=Priority.HIGH)
    assert apply(planned, worse, T0 + MINUTE, POLICY)[0].notify


def test_what_happens_once_is_closed_at_once() -> None:
    for facts in ({"condition": "forged"}, {"condition": "sensor", "rule": "engine/1"}):
        assert last(resolve(raised(**facts), T0, POLICY)).state is State.RESOLVED
    assert last(resolve(raised(condition="sensor"), T0, POLICY)).planned


def test_low_calls_once() -> None:
    low = raised(priority=Priority.LOW)
    calls = []
    for _ in range(2):
        assert low.due_ms is not None
        [one] = tick(low, low.due_ms, POLICY)
        calls.append(one.notify)
        low = one.episode
    at = T0 + 600 * MINUTE
    calls.append(
        apply(low, finding(FindingChange.PERSISTS, at, priority=Priority.LOW), at, POLICY)[0].notify
    )
    taken = last(acknowledge(replace(low, state=State.OPEN), at, POLICY))
    calls.append(tick(taken, taken.due_ms or 0, POLICY)[0].notify)
    assert not any(calls)
    assert low.calls == 1


def test_an_older_finding_does_not_take_the_words_of_the_newest() -> None:
    newest = raised(value=92.0, message="92")
    before = finding(FindingChange.WORSENED, T0 - MINUTE, value=75.0, message="75")
    made = last(apply(newest, before, T0, POLICY))
    assert (made.value, made.message, made.measured_ms, made.count) == (92.0, "92", T0, 2)


def test_what_a_graver_alert_leaves_calls_nobody_and_climbs() -> None:
    left = raised_silently(detail={"eased_from": "news2_emergency"})
    assert left.due_ms is not None
    assert tick(left, left.due_ms, POLICY)[0].notify


def raised_silently(**changed: object) -> Episode:
    waiting = last(apply(None, finding(persist_s=20, **changed), T0, POLICY))
    on = finding(FindingChange.PERSISTS, T0 + 20_000, persist_s=20)
    made = apply(waiting, on, T0 + 20_000, POLICY)
    assert (made[0].event, made[0].notify) == (EpisodeEvent.RAISED, False)
    return last(made)


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.MEDIUM])
def test_what_is_superseded_ends_without_a_latch(priority: Priority) -> None:
    gone = finding(FindingChange.CLEARED, T0 + 1, detail={"superseded_by": "critical_spo2"})
    made = apply(raised(priority=priority), gone, T0 + 1, POLICY)
    assert (made[0].event, last(made).detail) == (EpisodeEvent.RESOLVED, gone.detail)
    waiting = last(apply(None, finding(), T0, POLICY))
    late = replace(gone, measured_ms=T0 + 5 * MINUTE)
    assert [one.event for one in apply(waiting, late, late.measured_ms, POLICY)] == [
        EpisodeEvent.EXPIRED
    ]


def test_an_acknowledged_one_ends_when_the_condition_does() -> None:
    taken = last(acknowledge(raised(priority=Priority.HIGH), T0, POLICY))
    made = apply(taken, finding(FindingChange.CLEARED), T0 + MINUTE, POLICY)
    assert last(made).state is State.RESOLVED


def test_nobody_answers() -> None:
    episode = raised(condition="news2_emergency", priority=Priority.HIGH)
    assert episode.deadline_ms == T0 + 30 * MINUTE
    assert episode.due_ms == T0 + 5 * MINUTE
    levels = []
    for _ in range(4):
        assert episode.due_ms is not None
        made = tick(episode, episode.due_ms, POLICY)
        assert made[0].notify
        levels.append((made[0].event, made[0].level))
        episode = last(made)
    assert levels == [
        (EpisodeEvent.ESCALATED, Level.SECOND),
        (EpisodeEvent.ESCALATED, Level.COORDINATOR),
        (EpisodeEvent.REMINDED, Level.COORDINATOR),
        (EpisodeEvent.REMINDED, Level.COORDINATOR),
    ]


@pytest.mark.parametrize(
    ("set_so", "rungs"),
    [
        ({}, ["second", "coordinator", "coordinator"]),
        ({"second": "nobody"}, ["coordinator", "coordinator", "coordinator"]),
        ({"out_of_hours_phone": "1"}, ["second", "coordinator", "out_of_hours", "out_of_hours"]),
        (
            {"out_of_hours_phone": "1", "second": "nobody", "coordinator": "never"},
            ["out_of_hours", "out_of_hours"],
        ),
        ({"coordinator": "never"}, ["second", "coordinator", "coordinator"]),
    ],
)
def test_a_ward_says_which_rungs_there_are(set_so: dict[str, str], rungs: list[str]) -> None:
    policy = replace(POLICY, **set_so)  # type: ignore[arg-type]
    episode, called = raised(condition="news2_emergency", priority=Priority.HIGH), []
    for _ in rungs:
        made = tick(episode, episode.due_ms or 0, policy)
        called.append(made[0].level)
        episode = last(made)
        assert episode.due_ms is not None
    assert called == rungs


def test_each_rung_has_the_time_that_the_ward_gives_it() -> None:
    policy = replace(
        POLICY, first_emergency_min=2, coordinator_emergency_min=1, out_of_hours_phone="1"
    )
    begins = finding(condition="news2_emergency", priority=Priority.HIGH, persist_s=0)
    episode, waits = last(apply(None, begins, T0, policy)), []
    for _ in range(5):
        assert episode.due_ms is not None
        before = episode.due_ms
        episode = last(tick(episode, before, policy))
        assert episode.due_ms is not None
        waits.append((before, episode.level, episode.due_ms - before))
    assert waits[0][0] == T0 + 2 * MINUTE
    assert [(level, wait // MINUTE) for _, level, wait in waits] == [
        ("second", 5),  # the share of the deadline
        ("coordinator", 1),
        ("out_of_hours", 5),
        ("out_of_hours", 30),
        ("out_of_hours", 30),
    ]


def test_the_equipments_alerts_never_leave_the_ward() -> None:
    policy = replace(POLICY, out_of_hours_phone="1", coordinator="never")
    episode = raised(condition="silent", priority=Priority.MEDIUM)
    made = tick(episode, episode.due_ms or 0, policy)
    assert (made[0].event, made[0].level) == (EpisodeEvent.REMINDED, Level.COORDINATOR)


@pytest.mark.parametrize(
    ("condition", "priority", "minutes"),
    [
        ("news2_emergency", Priority.HIGH, 30),
        ("critical_hr", Priority.HIGH, 30),
        ("news2_urgent", Priority.MEDIUM, 60),
        ("limit_hr_high", Priority.MEDIUM, 60),
        ("baseline_hr", Priority.LOW, 240),
    ],
)
def test_deadlines(condition: str, priority: Priority, minutes: int) -> None:
    assert POLICY.response_ms(condition, priority) == minutes * MINUTE


def test_technical_ones_belong_to_the_coordinator() -> None:
    assert raised(condition="silent").level is Level.COORDINATOR
    assert raised().level is Level.DOCTOR


def test_back_fill_is_history() -> None:
    late = finding(late=True, persist_s=0, priority=Priority.HIGH)
    for before in (None, raised()):
        made = apply(before, late, T0 + 60 * MINUTE, POLICY)
        assert (made[0].event, made[0].notify) == (EpisodeEvent.HISTORIC, False)
        assert last(made).historic
        assert last(made).raised_ms is None
    assert apply(None, replace(late, change=FindingChange.CLEARED), T0, POLICY) == []


def test_a_stretch_of_back_fill_is_one_piece_of_history() -> None:
    first = last(apply(None, finding(late=True, value=84.0), T0 + 60 * MINUTE, POLICY))
    worse = finding(
        at=T0 + 20 * MINUTE, late=True, value=70.0, priority=Priority.HIGH, message="worse"
    )
    second = last(apply(None, worse, T0 + 61 * MINUTE, POLICY, first))
    assert (second.count, second.started_ms, second.measured_ms) == (2, T0, T0 + 20 * MINUTE)
    assert (second.priority, second.message, second.calls) == (Priority.HIGH, "worse", 0)
    milder = finding(at=T0 + 30 * MINUTE, late=True, value=84.0)
    third = last(apply(None, milder, T0 + 62 * MINUTE, POLICY, second))
    assert (third.priority, third.message, third.count) == (Priority.HIGH, "worse", 3)
    apart = finding(at=T0 + 90 * MINUTE, late=True)
    assert last(apply(None, apart, T0 + 120 * MINUTE, POLICY, third)).count == 1


def test_a_bad_last_word_goes_to_the_coordinator() -> None:
    said = finding(
        condition="unconfirmed_deterioration",
        late=True,
        persist_s=600,
        received_ms=T0 + 120 * MINUTE,
    )
    waiting = last(apply(None, said, said.received_ms, POLICY))
    assert waiting.due_ms == said.received_ms + 10 * MINUTE
    fresh = replace(said, change=FindingChange.CLEARED, late=False)
    assert last(apply(waiting, fresh, said.received_ms + 1, POLICY)).state is State.EXPIRED
    made = tick(waiting, waiting.due_ms, POLICY)
    assert (made[0].event, made[0].level) == (EpisodeEvent.RAISED, Level.COORDINATOR)


def test_a_person_has_the_last_word_for_a_while() -> None:
    done = last(resolve(raised(condition="forged"), T0, POLICY))
    assert (done.state, done.closed_by_person) == (State.RESOLVED, True)
    assert resolve(done, T0, POLICY) == acknowledge(done, T0, POLICY) == []
    goes_on = finding(FindingChange.PERSISTS, T0 + MINUTE, persist_s=0)
    assert apply(done, goes_on, T0 + MINUTE, POLICY) == []
    assert apply(done, goes_on, T0 + 30 * MINUTE, POLICY)[0].event is EpisodeEvent.RAISED
    anew = finding(at=T0 + MINUTE, persist_s=0)
    assert apply(done, anew, T0 + MINUTE, POLICY)[0].event is EpisodeEvent.RAISED


def test_a_person_may_pass_it_on() -> None:
    taken = last(acknowledge(raised(), T0, POLICY))
    made = escalate(taken, T0 + 1, POLICY)
    assert (made[0].level, last(made).state) == (Level.SECOND, State.OPEN)
    done = last(resolve(replace(taken, cleared_ms=T0), T0, POLICY))
    assert escalate(done, T0, POLICY) == []


def test_a_forgotten_low_one_ends() -> None:
    low = replace(raised(priority=Priority.LOW), due_ms=T0 + 25 * 60 * MINUTE)
    assert tick(low, T0 + 25 * 60 * MINUTE, POLICY)[0].event is EpisodeEvent.EXPIRED


STEPS = st.one_of(
    st.tuples(st.just("time"), st.integers(1, 90 * MINUTE)),
    st.tuples(st.sampled_from(("acknowledge", "resolve", "escalate")), st.just(1_000)),
    st.tuples(
        st.builds(
            finding,
            st.sampled_from(FindingChange),
            priority=st.sampled_from(Priority),
            persist_s=st.sampled_from((0.0, 60.0, 600.0)),
            late=st.booleans(),
        ),
        st.integers(1, 5 * MINUTE),
    ),
)
ANSWERS = {"acknowledge": acknowledge, "resolve": resolve, "escalate": escalate}


@settings(deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_whatever_happens(steps: list[tuple[object, int]]) -> None:
    now, current = T0, None
    for what, wait in steps:
        now += wait
        made = _step(current, what, now)
        for one in made:
            _check(one, late=isinstance(what, Finding) and what.late)
            _calls_for_a_reason(current, one, what)
            if not one.episode.historic:
                current = one.episode
    if current is not None and current.live:
        assert current.due_ms is not None
        events = {one.event for one in tick(current, current.due_ms, POLICY)}
        assert events, "time must act on everything that is live"


def _calls_for_a_reason(before: Episode | None, one: Transition, what: object) -> None:
    """Only new evidence, a person, or the ladder of an alert that nobody answered calls."""
    after = one.episode
    known = before if before and before.live and not after.historic else None
    assert after.calls - (known.calls if known else 0) == one.notify
    if not one.notify:
        return
    if what == "time" and known is not None and known.state is State.ACKNOWLEDGED:
        assert known.acknowledged_ms is not None
        assert known.received_ms > known.acknowledged_ms
        assert one.at_ms - known.measured_ms <= POLICY.gap_min * MINUTE
    if what == "time" and known is not None and known.state is not State.PENDING:
        assert after.priority is not Priority.LOW
    if isinstance(what, Finding) and after.priority is Priority.LOW:
        assert one.event is EpisodeEvent.RAISED


def _step(current: Episode | None, what: object, now: int) -> list[Transition]:
    if isinstance(what, Finding):
        lag = 3_600_000 if what.late else 0
        seen = replace(what, measured_ms=now - lag, received_ms=now)
        return apply(current, seen, now, POLICY)
    if current is None:
        return []
    if what == "time":
        return tick(current, now, POLICY)
    return ANSWERS[str(what)](current, now, POLICY)


def _check(one: Transition, *, late: bool) -> None:
    after = one.episode
    if late:
        assert one.event is EpisodeEvent.HISTORIC
        assert not one.notify
    assert after.live == (after.due_ms is not None)
    assert after.live == (after.closed_ms is None)
    if after.state in (State.OPEN, State.ACKNOWLEDGED):
        assert after.raised_ms is not None
        assert after.deadline_ms is not None
    if one.notify:
        assert after.state is State.OPEN
        assert one.level is after.level
