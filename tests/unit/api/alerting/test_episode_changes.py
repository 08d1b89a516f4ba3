"""What a ledger makes of findings, time and answers, whatever their order."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from analytics.alerts.transitions import EpisodePolicy
from analytics.domain.alerts import Finding, FindingChange, Priority
from api.alerting.episode_changes import EpisodeChanges
from api.alerting.on_call import Duty, OnShift
from api.alerting.subjects import Subject

SUBJECT = Subject(ward="main", patient_no=1, frame_id=5)
POLICY = EpisodePolicy()
DOCTOR = OnShift(doctor_id=UUID(int=1), kind="doctor", ward="main")


def ledger(now_ms: int = 0, *people: OnShift) -> EpisodeChanges:
    return EpisodeChanges(now_ms=now_ms, policy=POLICY, duty=Duty(on_shift=people))


def finding(change: FindingChange, at: int = 0, **more: object) -> Finding:
    facts: dict[str, object] = {
        "condition": "limit_hr_high",
        "change": change,
        "priority": Priority.MEDIUM,
        "measured_ms": at,
        "received_ms": at,
    }
    return Finding(**{**facts, **more})  # type: ignore[arg-type]


def test_the_frame_that_raised_it_stays_when_others_repeat_it() -> None:
    made = ledger(0, DOCTOR)
    made.apply_finding(SUBJECT, finding(FindingChange.STARTED))
    later = Subject(ward="main", patient_no=1, frame_id=6)
    made.apply_finding(later, finding(FindingChange.PERSISTS))
    [record] = made.changed.values()
    assert (record.frame_id, record.doctor_id) == (5, DOCTOR.doctor_id)


def test_back_fill_is_a_row_of_its_own_and_leaves_the_open_one() -> None:
    made = ledger(0, DOCTOR)
    made.apply_finding(SUBJECT, finding(FindingChange.STARTED))
    made.apply_finding(SUBJECT, finding(FindingChange.STARTED, late=True))
    historic = [one.episode.historic for one in made.changed.values()]
    assert historic == [False, True]
    assert len(made.news) == 1


def test_a_hand_over_tells_who_had_it() -> None:
    made = ledger()
    made.apply_finding(SUBJECT, finding(FindingChange.STARTED))
    [record] = made.changed.values()
    after = ledger(1, DOCTOR)
    after.load([record])
    after.hand_over(record)
    after.hand_over(next(iter(after.changed.values())))
    [news] = after.news
    assert (news.change, news.former) == ("handed_over", None)


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*FindingChange, "acknowledge", "resolve", "escalate", "due"]),
        st.booleans(),
        st.integers(min_value=0, max_value=3_600_000),
    ),
    max_size=25,
)


@given(STEPS)
def test_never_two_living_episodes_and_news_come_in_order(
    steps: list[tuple[FindingChange | str, bool, int]],
) -> None:
    """Law 8, and: nothing is told of an alert before it is raised, nothing after it is closed."""
    made, actor = ledger(0, DOCTOR), UUID(int=9)
    for step, late, gap in steps:
        made.now_ms += gap
        living = [one for one in made.changed.values() if one.open]
        if isinstance(step, FindingChange):
            said = finding(step, made.now_ms - 1_000, late=late, persist_s=60.0 * late)
            made.apply_finding(SUBJECT, said)
        elif living and step == "due":
            made.tick(living[0])
        elif living:
            getattr(made, step)(living[0], actor)
        assert sum(one.open for one in made.changed.values()) <= 1
    told: dict[UUID, list[str]] = {}
    for news in made.news:
        told.setdefault(news.episode_id, []).append(news.event)
    for events in told.values():
        assert events[0] == "alert.raised"
        assert "alert.closed" not in events[:-1]
        assert events.count("alert.raised") == 1
