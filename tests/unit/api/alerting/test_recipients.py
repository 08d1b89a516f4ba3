"""Whom an alert is for, whatever happens and whoever is there."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from analytics.alerts.transitions import Episode, EpisodeEvent, EpisodePolicy, Level
from analytics.domain.alerts import Priority, State
from api.alerting import recipients
from api.alerting.on_call import Duty, OnShift
from api.store.episodes import EpisodeRow

POLICY = EpisodePolicy()
SHOWN = st.sampled_from([State.OPEN, State.ACKNOWLEDGED])
IDS = st.integers(min_value=1, max_value=4).map(lambda n: UUID(int=n))
PEOPLE = st.lists(
    st.builds(
        OnShift,
        doctor_id=IDS,
        kind=st.sampled_from(["doctor", "nurse"]),
        ward=st.sampled_from(["main", "other"]),
        user_id=st.none() | IDS.map(lambda one: UUID(int=one.int + 100)),
    ),
    unique_by=lambda one: one.doctor_id,
    max_size=4,
)


def episode(state: State, level: Level, condition: str) -> Episode:
    return Episode(
        condition=condition,
        priority=Priority.MEDIUM,
        state=state,
        started_ms=0,
        measured_ms=0,
        received_ms=0,
        raised_ms=0,
        level=level,
    )


RECORDS = st.builds(
    lambda state, level, condition, **more: EpisodeRow(
        episode=episode(state, level, condition), patient_no=1, ward="main", **more
    ),
    state=SHOWN,
    level=st.sampled_from(list(Level)),
    condition=st.sampled_from(["news2_emergency", "critical_hr", "limit_hr_high", "risk"]),
    doctor_id=st.none() | IDS,
    planned_id=st.none() | IDS,
    acknowledged_by=st.none() | IDS.map(lambda one: UUID(int=one.int + 100)),
)
PLANS = st.dictionaries(st.just(1), IDS, max_size=1)


def right(record: EpisodeRow, people: list[OnShift]) -> bool:
    """Held by somebody at work, or the coordinator's while nobody of the ward is."""
    if not any(one.ward == "main" for one in people):
        above = (Level.COORDINATOR, Level.OUT_OF_HOURS)
        return record.doctor_id is None and record.episode.level in above
    return any(one.doctor_id == record.doctor_id for one in people)


@given(record=RECORDS, people=PEOPLE, plan=PLANS, event=st.sampled_from(list(EpisodeEvent)))
def test_after_anything_it_is_for_somebody_who_is_there(
    record: EpisodeRow, people: list[OnShift], plan: dict[int, UUID], event: EpisodeEvent
) -> None:
    if event is EpisodeEvent.HISTORIC:
        return
    made = recipients.after(record, event, None, Duty(on_shift=people, planned=plan), POLICY)
    assert right(made, people)
    levels = list(Level)
    assert levels.index(made.episode.level) >= levels.index(record.episode.level)


@given(record=RECORDS, people=PEOPLE, plan=PLANS)
def test_a_second_look_changes_nothing_more(
    record: EpisodeRow, people: list[OnShift], plan: dict[int, UUID]
) -> None:
    duty = Duty(on_shift=people, planned=plan)
    once = recipients.handed_over(record, duty, POLICY)
    assert right(once, people)
    assert recipients.handed_over(once, duty, POLICY) == once


@given(record=RECORDS, people=PEOPLE, plan=PLANS)
def test_an_unanswered_emergency_is_a_doctors_while_one_is_there(
    record: EpisodeRow, people: list[OnShift], plan: dict[int, UUID]
) -> None:
    first = replace(record, episode=episode(State.OPEN, Level.DOCTOR, "critical_spo2"))
    made = recipients.handed_over(first, Duty(on_shift=people, planned=plan), POLICY)
    doctors = {one.doctor_id for one in people if one.kind == "doctor"}
    if any(one.kind == "doctor" and one.ward == "main" for one in people):
        assert made.doctor_id in doctors


def test_closed_technical_and_pending_ones_are_left_alone() -> None:
    duty = Duty(on_shift=[OnShift(doctor_id=UUID(int=1), kind="doctor", ward="main")])
    for state, condition in (
        (State.PENDING, "risk"),
        (State.RESOLVED, "risk"),
        (State.OPEN, "silent"),
    ):
        one = EpisodeRow(
            episode=episode(state, Level.COORDINATOR, condition), patient_no=1, ward="main"
        )
        assert recipients.handed_over(one, duty, POLICY) == one
        assert recipients.after(one, EpisodeEvent.RAISED, None, duty, POLICY) == one


def at(level: Level, condition: str = "limit_hr_high", **more: object) -> EpisodeRow:
    one = replace(episode(State.OPEN, level, condition), **more)  # type: ignore[arg-type]
    return EpisodeRow(episode=one, patient_no=1, ward="main")


def people(*kinds: str) -> list[OnShift]:
    return [
        OnShift(doctor_id=UUID(int=n), kind=kind, ward="main", user_id=UUID(int=n))
        for n, kind in enumerate(kinds, 1)
    ]


CONTACT = EpisodePolicy(out_of_hours_phone="+43 1 23", coordinator="staffed")


def test_with_nobody_on_shift_a_ward_may_go_past_its_coordinators_at_once() -> None:
    """What was due for the rung that is skipped is due for the one that is called."""
    policy = replace(CONTACT, first_urgent_min=20, coordinator_urgent_min=4)
    waiting = at(Level.DOCTOR, due_ms=20 * 60_000)
    made = recipients.handed_over(waiting, Duty(), policy).episode
    assert made.level is Level.OUT_OF_HOURS
    assert made.due_ms == 10 * 60_000  # the share of the hour, from the same beginning
    staffed = Duty(on_shift=people("doctor"))
    kept = recipients.after(at(Level.COORDINATOR), EpisodeEvent.ESCALATED, None, staffed, policy)
    assert kept.episode.level is Level.COORDINATOR
    theirs = at(Level.COORDINATOR, "unconfirmed_deterioration")
    assert recipients.handed_over(theirs, Duty(), policy).episode.level is Level.OUT_OF_HOURS
    assert recipients.handed_over(theirs, staffed, policy) == theirs


def test_a_ward_says_who_is_first_for_what() -> None:
    policy = EpisodePolicy(first_routine="nurse", first_emergency="plan")
    duty = Duty(on_shift=people("doctor", "nurse"), planned={1: UUID(int=1)})

    def first(condition: str, priority: Priority) -> UUID | None:
        record = at(Level.DOCTOR, condition, priority=priority)
        return recipients.after(record, EpisodeEvent.RAISED, None, duty, policy).doctor_id

    assert first("baseline_hr", Priority.LOW) == UUID(int=2)
    assert first("limit_hr_high", Priority.MEDIUM) == UUID(int=1)
    nurses = Duty(on_shift=people("doctor", "nurse"), planned={1: UUID(int=2)})
    emergency = at(Level.DOCTOR, "critical_hr")
    made = recipients.after(emergency, EpisodeEvent.RAISED, None, nurses, policy)
    assert made.doctor_id == UUID(int=2)


def test_a_ward_says_who_is_second() -> None:
    escalated = replace(at(Level.SECOND), doctor_id=UUID(int=1))

    def second(policy: EpisodePolicy, *kinds: str) -> EpisodeRow:
        duty = Duty(on_shift=people(*kinds))
        return recipients.after(escalated, EpisodeEvent.ESCALATED, None, duty, policy)

    assert second(EpisodePolicy(second="nurse"), "doctor", "doctor", "nurse").doctor_id == UUID(
        int=3
    )
    alone = second(EpisodePolicy(second="nurse"), "doctor", "doctor")
    assert alone.episode.level is Level.COORDINATOR
    named = EpisodePolicy(second_person=str(UUID(int=3)))
    assert second(named, "doctor", "doctor", "nurse").doctor_id == UUID(int=3)
    assert second(named, "doctor", "doctor").doctor_id == UUID(int=2)


@given(record=RECORDS, people=PEOPLE, plan=PLANS, taker=IDS)
def test_what_is_taken_over_is_the_plans_or_the_takers_and_stays_so(
    record: EpisodeRow, people: list[OnShift], plan: dict[int, UUID], taker: UUID
) -> None:
    duty = Duty(on_shift=people, planned=plan)
    made = recipients.taken_over(record, taker, duty, POLICY)
    assert made.doctor_id in {record.doctor_id, plan.get(1), taker}
    if made == record:
        return
    assert right(made, people)
    assert made.episode == record.episode, "nothing but the address has changed"
    assert recipients.handed_over(made, duty, POLICY) == made


def test_a_nurse_who_takes_over_leaves_an_unanswered_emergency_with_the_doctor() -> None:
    doctor, nurse = UUID(int=1), UUID(int=2)
    people = [
        OnShift(doctor_id=doctor, kind="doctor", ward="main"),
        OnShift(doctor_id=nurse, kind="nurse", ward="main"),
    ]
    held = EpisodeRow(
        episode=episode(State.OPEN, Level.DOCTOR, "critical_spo2"),
        patient_no=1,
        ward="main",
        doctor_id=doctor,
    )
    assert recipients.taken_over(held, nurse, Duty(on_shift=people), POLICY).doctor_id == doctor
    answered = replace(held, episode=episode(State.ACKNOWLEDGED, Level.DOCTOR, "critical_spo2"))
    assert recipients.taken_over(answered, nurse, Duty(on_shift=people), POLICY).doctor_id == nurse
