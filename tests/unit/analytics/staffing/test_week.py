"""Whole shifts within the rules of rest and hours."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from analytics.staffing.terms import Person, PlannedShift, RestRules, Span
from analytics.staffing.week import plan_week

MONDAY = datetime(2026, 12, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def forms(days: int = 7) -> list[tuple[datetime, datetime]]:
    starts = [MONDAY + timedelta(days=day, hours=at) for day in range(days) for at in (6, 14, 22)]
    return [(one, one + 8 * HOUR) for one in starts]


def spans(days: int, people: float, skills: frozenset[str] = frozenset()) -> list[Span]:
    return [
        Span(start=MONDAY + at * HOUR, end=MONDAY + (at + 4) * HOUR, people=people, skills=skills)
        for at in range(6, days * 24 + 2, 4)
    ]


def shifts_of(shifts: list[PlannedShift], person: str) -> list[PlannedShift]:
    return sorted((one for one in shifts if one.person == person), key=lambda one: one.start)


def test_a_week_is_covered_within_rest_hours_days_and_nights() -> None:
    people = [Person(id=f"p{at}", cost_per_hour=50 + at, most_hours=40) for at in range(6)]
    rules = RestRules(most_nights=3)
    week = plan_week(people, spans(7, 1.0), forms(), rules, 3.0)
    assert week.short == []
    assert len(week.shifts) == 21, "one at a time, and nobody more than is asked"
    for person in people:
        mine = shifts_of(list(week.shifts), person.id)
        assert len(mine) <= 5, "40 hours"
        assert all(b.start - a.end >= 11 * HOUR for a, b in pairwise(mine))
        assert sum(one.start.hour == 22 for one in mine) <= 3
    assert week.relaxed.cost <= week.cost


def test_doctors_cover_general_work_too_but_not_twice_at_once() -> None:
    people = [Person(id="d", kind="doctor", cost_per_hour=100), Person(id="n", kind="nurse")]
    asked = [*spans(1, 1.0, frozenset({"doctor"})), *spans(1, 1.0)]
    asked = [one for one in asked if one.end <= MONDAY + 14 * HOUR]
    week = plan_week(people, asked, forms(1), RestRules(), 5.0)
    assert week.short == []
    assert sorted(one.person for one in week.shifts) == ["d", "n"]


def test_who_is_away_has_no_shift_and_what_is_short_is_said() -> None:
    away = [(MONDAY, MONDAY + timedelta(days=1))]
    people = [Person(id="a", away=away), Person(id="b")]
    week = plan_week(people, spans(1, 2.0), forms(1), RestRules(), 5.0)
    assert week.status == "infeasible"
    assert {one.person for one in week.shifts} <= {"b"}
    assert sum(one.hours for one in week.short) == 20 * 2 - 8, "b has one shift a day"


def test_no_time_to_search_plans_nobody_and_says_what_is_short() -> None:
    week = plan_week([Person(id="a")], spans(1, 1.0), forms(1), RestRules(), 1e-9)
    assert (week.status, week.shifts, week.cost) == ("infeasible", [], 0)
    assert sum(one.hours for one in week.short) == 20
