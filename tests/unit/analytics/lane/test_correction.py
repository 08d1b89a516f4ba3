"""Two courses of a lane, and what a correction says of their difference."""

from dataclasses import replace

from analytics.domain.alerts import EASED_FROM, Finding, FindingChange, Priority
from analytics.lane.correction import LaneCourse, compare
from analytics.rules.hysteresis import UNCONFIRMED, ActiveCondition

NOW = 1_764_000_000_000


def found(
    name: str, change: FindingChange = FindingChange.STARTED, at: int = 1, **more: object
) -> Finding:
    made = Finding(
        condition=name,
        change=change,
        priority=Priority.HIGH,
        measured_ms=NOW + at,
        received_ms=NOW + at,
        message=f"{name} {at}",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _condition() -> ActiveCondition:
    return ActiveCondition(
        since_ms=NOW,
        due_ms=NOW,
        emitted_ms=NOW,
        bad_ms=NOW,
        inside_ms=0,
        depth=1,
        known=0,
        firm=True,
        priority=Priority.HIGH,
    )


def on(*names: str) -> dict[str, ActiveCondition]:
    return {name: _condition() for name in names}


def test_what_only_the_first_course_found_is_retracted() -> None:
    before = LaneCourse([found("a"), found("b"), found("b", FindingChange.CLEARED)], on("a"))
    said = compare([], {}, before, LaneCourse([], {}), NOW)
    assert (said.retracted, said.said) == (["a", "b"], [])


def test_what_was_on_before_the_reading_never_rests_on_it() -> None:
    earlier = {"a": found("a", at=0)}
    worse = LaneCourse([found("a", FindingChange.WORSENED)], on("a"))
    said = compare(["a"], earlier, worse, LaneCourse([], on("a")), NOW)
    assert said.retracted == []
    assert [(one.message, one.change) for one in said.said] == [("a 0", FindingChange.PERSISTS)]


def test_one_of_several_causes_holds_the_alert() -> None:
    """The lane knows two stuck sensors by their own names; the alert of both is one."""
    before = LaneCourse([found("sensor"), found("sensor", at=2)], on("sensor/a", "sensor/b"))
    assert compare([], {}, before, LaneCourse([], on("sensor/b")), NOW).retracted == []
    assert compare(["sensor/a"], {}, before, LaneCourse([], {}), NOW).retracted == []


def test_what_the_reading_had_ended_goes_on() -> None:
    ended = LaneCourse([found("a", FindingChange.CLEARED)], {})
    [one] = compare(["a"], {}, ended, LaneCourse([], on("a")), NOW).said
    assert (one.change, one.measured_ms) == (FindingChange.STARTED, NOW)
    assert "entered in error" in one.message


def test_other_words_persist_and_the_same_words_are_not_said_again() -> None:
    first = LaneCourse([found("a", at=1), found("a", FindingChange.PERSISTS, at=3)], on("a"))
    later = LaneCourse([found("a", at=2), found("a", FindingChange.PERSISTS, at=3)], on("a"))
    assert compare([], {}, first, later, NOW).said == []
    other = LaneCourse([found("a", at=2)], on("a"))
    [one] = compare([], {}, first, other, NOW).said
    assert (one.message, one.change) == ("a 2", FindingChange.PERSISTS)


def test_what_only_the_second_course_found_starts() -> None:
    after = LaneCourse([found("a", FindingChange.PERSISTS)], on("a"))
    [one] = compare([], {}, LaneCourse([], {}), after, NOW).said
    assert one.change is FindingChange.STARTED
    ended = LaneCourse([found("a"), found("a", FindingChange.CLEARED, at=2)], {})
    assert compare([], {}, LaneCourse([], {}), ended, NOW).said == []
    [one] = compare([], {}, LaneCourse([found("a")], on("a")), ended, NOW).said
    assert one.change is FindingChange.CLEARED


def test_a_milder_band_that_is_left_of_a_graver_one_does_not_call_again() -> None:
    before = LaneCourse([found("news2_emergency")], on("news2_emergency"))
    after = LaneCourse([found("news2_urgent"), found("risk")], on("news2_urgent", "risk"))
    said = compare([], {}, before, after, NOW)
    assert said.retracted == ["news2_emergency"]
    eased = {one.condition: one.detail.get(EASED_FROM) for one in said.said}
    assert eased == {"news2_urgent": "news2_emergency", "risk": None}


def test_back_fill_is_history_but_for_its_question() -> None:
    past = [found("a", late=True), found("b", late=True), found(UNCONFIRMED, late=True)]
    said = compare([], {}, LaneCourse(past, {}), LaneCourse([past[1]], {}), NOW)
    assert said.historic == [("a", NOW + 1)]
    assert said.retracted == [UNCONFIRMED]
