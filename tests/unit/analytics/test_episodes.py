"""Episodes: one at a time, persistence, latching, escalation, and nothing forgotten."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.domain.alerts import Change, Finding, Priority, State
from analytics.episodes import (
    Episode,
    EpisodePolicy,
    Event,
    Level,
    Transition,
    acknowledge,
    apply,
    escalate,
    resolve,
    tick,
)

POLICY = EpisodePolicy()
MINUTE = 60_000
T0 = 1_000 * MINUTE


def finding(change: Change = Change.STARTED, at: int = T0, **changed: object) -> Finding:
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
    assert [one.event for one in made] == [Event.RAISED]
    assert made[0].notify
    return last(made)


def test_it_waits_and_silence_counts_as_persisting() -> None:
    made = apply(None, finding(), T0, POLICY)
    waiting = last(made)
    assert (made[0].event, made[0].notify, waiting.state) == (Event.PENDING, False, State.PENDING)
    assert waiting.due_ms == T0 + MINUTE
    assert tick(waiting, T0 + MINUTE - 1, POLICY) == []
    assert tick(waiting, T0 + MINUTE, POLICY)[0].event is Event.RAISED


def test_it_persists_by_event_time() -> None:
    waiting = last(apply(None, finding(), T0, POLICY))
    made = apply(waiting, finding(Change.PERSISTS, T0 + MINUTE), T0 + 1, POLICY)
    assert made[0].event is Event.RAISED


def test_a_repeat_that_persists_at_once_raises() -> None:
    waiting = last(apply(None, finding(persist_s=120), T0, POLICY))
    repeat = finding(Change.PERSISTS, T0 + 15_000, persist_s=0)
    assert apply(waiting, repeat, T0 + 15_000, POLICY)[0].event is Event.RAISED


def test_what_ends_while_it_waits_is_never_shown() -> None:
    waiting = last(apply(None, finding(), T0, POLICY))
    made = apply(waiting, finding(Change.CLEARED, T0 + 5_000), T0 + 5_000, POLICY)
    assert (made[0].event, made[0].notify, last(made).raised_ms) == (Event.EXPIRED, False, None)


@pytest.mark.parametrize(
    ("priority", "events"),
    [
        (Priority.MEDIUM, [Event.RAISED, Event.RESOLVED]),
        (Priority.HIGH, [Event.RAISED, Event.CLEARED]),
    ],
)
def test_what_persisted_and_ended_while_nobody_led_is_not_lost(
    priority: Priority, events: list[Event]
) -> None:
    """The engine was away: it finds the start and the end together, minutes later."""
    waiting = last(apply(None, finding(priority=priority), T0 + 9 * MINUTE, POLICY))
    over = finding(Change.CLEARED, T0 + 3 * MINUTE, priority=priority)
    made = apply(waiting, over, T0 + 9 * MINUTE, POLICY)
    assert [one.event for one in made] == events


def test_deeper_shortens_the_wait() -> None:
    waiting = last(apply(None, finding(), T0, POLICY))
    worse = finding(Change.WORSENED, T0 + 5_000, persist_s=0, priority=Priority.HIGH)
    made = apply(waiting, worse, T0 + 5_000, POLICY)
    assert (made[0].event, last(made).priority) == (Event.RAISED, Priority.HIGH)


def test_repeats_are_counted_in_silence() -> None:
    made = apply(raised(), finding(Change.PERSISTS, T0 + MINUTE), T0 + MINUTE, POLICY)
    assert (made[0].event, made[0].notify, last(made).count) == (Event.REPEATED, False, 2)


def test_worse_calls_again_even_if_acknowledged() -> None:
    taken = last(acknowledge(raised(), T0, POLICY))
    worse = finding(Change.WORSENED, T0 + 1, priority=Priority.HIGH)
    made = apply(taken, worse, T0 + 1, POLICY)
    assert (made[0].event, made[0].notify, last(made).state) == (Event.WORSENED, True, State.OPEN)
    lower = apply(last(made), finding(Change.PERSISTS, T0 + 2), T0 + 2, POLICY)
    assert last(lower).priority is Priority.HIGH


def test_medium_ends_by_itself_and_high_latches() -> None:
    over = finding(Change.CLEARED, T0 + MINUTE)
    assert last(apply(raised(), over, T0 + MINUTE, POLICY)).state is State.RESOLVED
    high = raised(priority=Priority.HIGH)
    made = apply(high, over, T0 + MINUTE, POLICY)
    assert (made[0].event, last(made).state) == (Event.CLEARED, State.OPEN)
    assert apply(last(made), over, T0 + MINUTE, POLICY) == []
    again = apply(last(made), finding(at=T0 + 2 * MINUTE), T0 + 2 * MINUTE, POLICY)
    assert last(again).cleared_ms is None
    taken = last(acknowledge(last(made), T0 + MINUTE, POLICY))
    assert taken.due_ms is not None
    assert last(tick(taken, taken.due_ms, POLICY)).state is State.RESOLVED


def test_an_acknowledgement_runs_out() -> None:
    taken = last(acknowledge(raised(), T0, POLICY))
    assert acknowledge(taken, T0 + 1, POLICY) == []
    made = tick(taken, T0 + 30 * MINUTE, POLICY)
    assert (made[0].event, made[0].notify, last(made).state) == (
        Event.ACK_EXPIRED,
        True,
        State.OPEN,
    )


def test_an_acknowledged_one_ends_when_the_condition_does() -> None:
    taken = last(acknowledge(raised(priority=Priority.HIGH), T0, POLICY))
    made = apply(taken, finding(Change.CLEARED), T0 + MINUTE, POLICY)
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
        (Event.ESCALATED, Level.SECOND),
        (Event.ESCALATED, Level.COORDINATOR),
        (Event.REMINDED, Level.COORDINATOR),
        (Event.REMINDED, Level.COORDINATOR),
    ]


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
        assert (made[0].event, made[0].notify) == (Event.HISTORIC, False)
        assert last(made).historic
        assert last(made).raised_ms is None
    assert apply(None, replace(late, change=Change.CLEARED), T0, POLICY) == []


def test_a_bad_last_word_goes_to_the_coordinator() -> None:
    said = finding(
        condition="unconfirmed_deterioration",
        late=True,
        persist_s=600,
        received_ms=T0 + 120 * MINUTE,
    )
    waiting = last(apply(None, said, said.received_ms, POLICY))
    assert waiting.due_ms == said.received_ms + 10 * MINUTE
    fresh = replace(said, change=Change.CLEARED, late=False)
    assert last(apply(waiting, fresh, said.received_ms + 1, POLICY)).state is State.EXPIRED
    made = tick(waiting, waiting.due_ms, POLICY)
    assert (made[0].event, made[0].level) == (Event.RAISED, Level.COORDINATOR)


def test_a_person_has_the_last_word_for_a_while() -> None:
    done = last(resolve(raised(), T0, POLICY))
    assert (done.state, done.closed_by_person) == (State.RESOLVED, True)
    assert resolve(done, T0, POLICY) == acknowledge(done, T0, POLICY) == []
    goes_on = finding(Change.PERSISTS, T0 + MINUTE, persist_s=0)
    assert apply(done, goes_on, T0 + MINUTE, POLICY) == []
    assert apply(done, goes_on, T0 + 30 * MINUTE, POLICY)[0].event is Event.RAISED
    anew = finding(at=T0 + MINUTE, persist_s=0)
    assert apply(done, anew, T0 + MINUTE, POLICY)[0].event is Event.RAISED


def test_a_person_may_pass_it_on() -> None:
    taken = last(acknowledge(raised(), T0, POLICY))
    made = escalate(taken, T0 + 1, POLICY)
    assert (made[0].level, last(made).state) == (Level.SECOND, State.OPEN)
    assert escalate(last(resolve(taken, T0, POLICY)), T0, POLICY) == []


def test_a_forgotten_low_one_ends() -> None:
    low = replace(raised(priority=Priority.LOW), due_ms=T0 + 25 * 60 * MINUTE)
    assert tick(low, T0 + 25 * 60 * MINUTE, POLICY)[0].event is Event.EXPIRED


STEPS = st.one_of(
    st.tuples(st.just("time"), st.integers(1, 90 * MINUTE)),
    st.tuples(st.sampled_from(("acknowledge", "resolve", "escalate")), st.just(1_000)),
    st.tuples(
        st.builds(
            finding,
            st.sampled_from(Change),
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
            if not one.episode.historic:
                current = one.episode
    if current is not None and current.live:
        assert current.due_ms is not None
        events = {one.event for one in tick(current, current.due_ms, POLICY)}
        assert events, "time must act on everything that is live"


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
        assert one.event is Event.HISTORIC
        assert not one.notify
    assert after.live == (after.due_ms is not None)
    assert after.live == (after.closed_ms is None)
    if after.state in (State.OPEN, State.ACKNOWLEDGED):
        assert after.raised_ms is not None
        assert after.deadline_ms is not None
    if one.notify:
        assert after.state is State.OPEN
        assert one.level is after.level
