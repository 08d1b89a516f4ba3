"""One device calls by one of its alerts: the gravest, then the oldest."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alerts.transitions import Episode
from analytics.domain.alerts import Priority, State
from api.alerting.device_alerts import joins, leads
from api.store.episodes import EpisodeRow


def alert(no: int, condition: str = "units", **more: object) -> EpisodeRow:
    known: dict[str, object] = {
        "priority": Priority.MEDIUM,
        "state": State.OPEN,
        "raised_ms": 1_000,
        **more,
    }
    episode = Episode(
        condition=condition,
        started_ms=0,
        measured_ms=0,
        received_ms=0,
        **known,  # type: ignore[arg-type]
    )
    return EpisodeRow(id=UUID(int=no), episode=episode, patient_no=1, ward="main", device_no=7)


def test_the_gravest_leads_then_the_oldest() -> None:
    first, later = alert(1), alert(2, raised_ms=2_000)
    assert leads(first, [first, later])
    assert not leads(later, [first, later])
    graver = alert(3, raised_ms=3_000, priority=Priority.HIGH)
    assert leads(graver, [first, later, graver])
    assert not leads(first, [first, later, graver])


def test_what_somebody_has_taken_on_leads_still() -> None:
    assert not leads(alert(2, raised_ms=2_000), [alert(1, state=State.ACKNOWLEDGED)])


def test_silence_leads_whatever_stood_before_it() -> None:
    """A device of a simulated day was silent for eight hours behind a sensor that stood still."""
    stuck = alert(1, "sensor", state=State.ACKNOWLEDGED)
    silent = alert(2, "silent", raised_ms=2_000)
    assert leads(silent, [stuck, silent])
    assert not leads(stuck, [stuck, silent])


def test_what_was_answered_long_ago_keeps_nothing_new_quiet() -> None:
    known = alert(1, state=State.ACKNOWLEDGED, acknowledged_ms=5_000, calls=1)
    new = alert(2, "refused", raised_ms=9_000)
    assert not leads(new, [known], answered_since_ms=4_000)
    assert leads(new, [known], answered_since_ms=6_000)
    assert not leads(new, [known]), "and reminds of nothing beside it"
    waits = alert(1, calls=1)
    assert not leads(new, [waits], answered_since_ms=6_000), "which waits for its answer"
    assert leads(new, [alert(1)], answered_since_ms=6_000), "which has called nobody itself"


@pytest.mark.parametrize(
    "other",
    [
        alert(1, state=State.RESOLVED),
        alert(1, state=State.PENDING),
        alert(1, cleared_ms=1_500),
        alert(1, historic=True),
        alert(1, "forged"),
        alert(1, "conflict"),
        alert(1, "news2_emergency", priority=Priority.HIGH),
    ],
)
def test_what_is_over_not_shown_or_of_another_kind_leads_nothing(other: EpisodeRow) -> None:
    assert leads(alert(2, raised_ms=2_000), [other])


@pytest.mark.parametrize("condition", ["forged", "conflict", "news2_emergency"])
def test_what_is_no_fault_of_the_device_calls_by_itself(condition: str) -> None:
    assert not joins(alert(1, condition))


@given(
    st.lists(
        st.builds(
            alert,
            st.integers(1, 9),
            raised_ms=st.integers(0, 3),
            priority=st.sampled_from(list(Priority)),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda one: one.id,
    )
)
def test_exactly_one_of_a_device_leads(alerts: list[EpisodeRow]) -> None:
    assert sum(leads(one, alerts) for one in alerts) == 1
