"""The account of a day: what each event met, and that whatever does not hold is said."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.day.account import (
    Story,
    burden_lines,
    ill_in,
    missed,
    spread,
    story,
    story_lines,
    told,
    while_ill,
)
from deploy.day.books import DayBooks
from deploy.day.script import write_day
from deploy.day.verdict import INVARIANTS, invariants, wrong
from device_sim.patients.scenarios import Expectation

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
DAY = write_day(START, hours=24, patients=60, seed=1)
ONSET = START + timedelta(hours=2)
COUNTS = ("findings_left", "notices_left", "twins", "calls_untold", "backfill_called")
NO_COUNTS = dict.fromkeys((*COUNTS, "historic_called"), 0)


def change(minute: float, what: str = "raised", **more: object) -> dict[str, Any]:
    known: dict[str, Any] = {
        "patient": "a",
        "alert": "1",
        "kind": "clinical",
        "at": ONSET + timedelta(minutes=minute),
        "call": what == "raised",
        "change": what,
        "rung": 0,
        "priority": "high",
        "by_person": False,
        "holder": "doctor-day-1",
    }
    return known | more


def books(*changes: Mapping[str, Any], **more: object) -> DayBooks:
    known: dict[str, Any] = {
        "changes": changes,
        "reasons": [],
        "counts": NO_COUNTS,
        "lost": 0,
        "doubled": 0,
        "sent": frozenset(),
        "known": frozenset(),
    }
    return DayBooks(**(known | more))


def expected(minutes: float = 60, scenario: str = "cardiac") -> Expectation:
    return Expectation(
        patient="a",
        device="w-a",
        scenario=scenario,
        any_of=("news2_emergency",),
        from_ms=int(ONSET.timestamp() * 1000),
        by_ms=int((ONSET + timedelta(minutes=minutes)).timestamp() * 1000),
    )


def met(*changes: Mapping[str, Any], wanted: Expectation | None = None, **more: object) -> Story:
    return story(wanted or expected(), books(*changes, **more), DAY, frozenset("b"))


def test_a_call_and_its_answer_are_told_in_minutes() -> None:
    reason = {
        "patient": "a",
        "condition": "limit_spo2_low",
        "priority": "medium",
        "started_at": ONSET + timedelta(minutes=3),
        "raised_at": ONSET + timedelta(minutes=4),
    }
    one = met(
        change(4),
        change(6, "escalated", call=True, rung=1),
        change(8, "acknowledged"),
        reasons=[reason],
    )
    said = told(one)
    assert (said["onset_to_call_min"], said["bad_to_call_min"]) == (4, 1)
    assert (said["call_to_answer_min"], one.calls, one.rung) == (4, 2, "second")
    assert story_lines([said])[-1] == "| 09:00 | cardiac | 4 | 1 | 4 | 2 | second |"
    assert spread([said], "call_to_answer_min") == "median 4.0, 90 % 4.0, most 4.0"


def test_what_was_called_before_the_onset_or_for_another_is_not_counted() -> None:
    assert met(change(-5), change(5, patient="b"), change(5, kind="technical")).called_at is None


def test_a_question_of_low_priority_is_no_call_for_a_deterioration() -> None:
    question = {
        "patient": "a",
        "condition": "incomplete_score",
        "priority": "low",
        "started_at": ONSET,
        "raised_at": ONSET + timedelta(minutes=10),
    }
    one = met(change(10, priority="low"), change(20), reasons=[question])
    assert (one.bad_at, told(one)["onset_to_call_min"], one.calls) == (None, 20, 1)


def test_what_was_due_and_called_nobody_is_missed_and_what_was_not_due_is_not() -> None:
    silent = [met(), met(wanted=expected(minutes=60 * 24)), met(change(70))]
    assert missed(silent, DAY.end) == silent[:1]
    assert wrong(checked(missing=missed(silent, DAY.end))) == [f"{INVARIANTS['missed']}: 1"]


def test_an_outage_gives_what_falls_into_it_more_time() -> None:
    into = int((DAY.outage_at - timedelta(minutes=10)).timestamp() * 1000)
    one = Expectation(
        patient="a",
        device="w-a",
        scenario="hypoxia",
        any_of=("news2_emergency",),
        from_ms=into,
        by_ms=into + 20 * 60_000,
    )
    assert story(one, books(), DAY, frozenset()).due == DAY.outage_until + timedelta(minutes=20)


def test_equipment_is_met_by_technical_alerts() -> None:
    wanted = expected(scenario="battery")
    assert met(change(5), wanted=wanted).called_at is None
    assert met(change(5, kind="technical"), wanted=wanted).called_at is not None


def test_calls_of_a_doctor_who_is_ill_are_counted_once_each_and_who_answered() -> None:
    ill = {"holder": "doctor-day-1", "call": True}
    found = books(
        change(0, at=DAY.ill_at + timedelta(minutes=1), **ill),
        change(0, at=DAY.ill_at + timedelta(minutes=2), **ill),
        change(0, "acknowledged", at=DAY.ill_at + timedelta(minutes=5), holder="doctor-day-2"),
        change(0, at=DAY.ill_at + timedelta(minutes=3), alert="2", **ill),
        change(0, at=DAY.absent_at + timedelta(minutes=30), alert="3", **ill),
    )
    assert while_ill(found, "doctor-day-1", DAY) == {"calls": 2, "answered": 1}


def test_the_outbreak_is_told_by_the_order_of_the_patients() -> None:
    numbers = sorted(line.patient for line in DAY.lines)
    truth = [
        Expectation(patient=f"p{n}", device="w", scenario="sepsis", any_of=(), from_ms=0, by_ms=0)
        for n in numbers
    ]
    assert ill_in(DAY, truth) == {f"p{n}" for n in DAY.outbreak}


def checked(found: DayBooks | None = None, **more: Any) -> dict[str, int]:  # noqa: ANN401
    given: dict[str, Any] = {
        "frames": {"lost": 0, "counted_twice": 0, "rejected": 0},
        "unrung": 0,
        "invented": 0,
        "missing": [],
        "restarts": 0,
        "refused": [],
        "unproved": 0,
    }
    return invariants(found or books(), **(given | more))


def test_a_good_day_has_nothing_wrong() -> None:
    assert wrong(checked()) == []
    assert set(checked()) == set(INVARIANTS)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("frames_lost", {"frames": {"lost": 2, "counted_twice": 0, "rejected": 0}}),
        ("frames_twice", {"frames": {"lost": 0, "counted_twice": 2, "rejected": 0}}),
        ("calls_lost", {"found": books(lost=2)}),
        ("calls_doubled", {"found": books(doubled=2)}),
        ("backfill_called", {"found": books(counts=NO_COUNTS | {"backfill_called": 2})}),
        ("twins", {"found": books(counts=NO_COUNTS | {"twins": 2})}),
        ("notices_unrung", {"unrung": 2}),
        ("notices_invented", {"invented": 2}),
        ("refused", {"refused": ["a", "b"]}),
        ("restarts", {"restarts": 2}),
        ("unproved", {"unproved": 2}),
    ],
)
def test_whatever_does_not_hold_is_said(name: str, more: dict[str, Any]) -> None:
    assert wrong(checked(**more)) == [f"{INVARIANTS[name]}: 2"]


def test_telephones_and_record_are_held_against_each_other() -> None:
    one, other, third = uuid4(), uuid4(), uuid4()
    found = books(sent=frozenset({one, other}), known=frozenset({one, other}))
    rung: set[UUID] = {one, third}
    assert (found.unrung(rung), found.invented(rung)) == (1, 1)


def test_the_burden_table_has_a_line_for_each_condition() -> None:
    row = {
        "alerts": 2,
        "calls": 3,
        "calls_a_patient_day": 0.01,
        "in_time": {"value": 0.5, "n": 2},
        "acknowledged_s": {"median": 240.0},
    }
    empty = row | {"in_time": None, "acknowledged_s": None, "condition": "risk"}
    burden = {"total": row, "technical": {"alerts": 4, "calls": 5}, "conditions": [empty]}
    lines = burden_lines(burden)
    assert lines[2] == "| all clinical | 2 | 3 | 0.010 | 50% of 2 | 4.0 |"
    assert lines[3] == "| risk | 2 | 3 | 0.010 |  |  |"
    assert lines[4] == "| equipment and ward | 4 | 5 | | | |"
