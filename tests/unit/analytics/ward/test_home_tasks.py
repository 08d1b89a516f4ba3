"""Tasks fall due by the person's own clock, once, and adherence counts what is over alone."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.vitals import METRIC_BY_NAME
from analytics.ward.home_tasks import TaskTimes, adherence, due_times, next_due, reminder
from analytics.ward.plan_templates import TEMPLATES
from analytics.ward.questionnaires import QUESTIONNAIRES

BERLIN = "Europe/Berlin"
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_task_falls_due_by_the_persons_own_clock_across_the_change_of_clocks() -> None:
    eight = TaskTimes(times=(time(8),))
    found = due_times(eight, BERLIN, at("2026-10-24T00:00"), at("2026-10-27T00:00"))
    assert found == [at("2026-10-24T06:00"), at("2026-10-25T07:00"), at("2026-10-26T07:00")]
    night = TaskTimes(times=(time(2, 30),))
    spring = due_times(night, BERLIN, at("2026-03-28T12:00"), at("2026-03-30T12:00"))
    assert spring == [at("2026-03-29T01:30"), at("2026-03-30T00:30")], "2:30 is left out"
    autumn = due_times(night, BERLIN, at("2026-10-24T12:00"), at("2026-10-25T12:00"))
    assert len(autumn) == 1, "2:30 comes twice"


def test_days_of_the_week_are_the_persons_own() -> None:
    sundays = TaskTimes(times=(time(0, 30),), days=(7,))
    assert next_due(sundays, "Asia/Shanghai", at("2026-10-20T00:00")) == at("2026-10-24T16:30")


@given(
    st.lists(st.times(), min_size=1, max_size=4),
    st.sets(st.integers(1, 7), min_size=1),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(("UTC", BERLIN, "Asia/Shanghai", "America/New_York")),
)
def test_whoever_looks_often_sees_what_one_look_sees(
    times: list[time], days: set[int], start: datetime, zone: str
) -> None:
    when = TaskTimes(times=times, days=sorted(days))
    begin = start.replace(tzinfo=UTC)
    whole = due_times(when, zone, begin, begin + 9 * DAY)
    by_step = [
        one
        for n in range(9)
        for one in due_times(when, zone, begin + n * DAY, begin + n * DAY + DAY)
    ]
    assert whole == by_step
    assert whole[0] == next_due(when, zone, begin)


@pytest.mark.parametrize(
    ("states", "share"),
    [((), None), (("due",), None), (("done", "due"), 1.0), (("done", "skipped", "missed"), 1 / 3)],
)
def test_adherence_is_of_what_is_over(states: tuple[str, ...], share: float | None) -> None:
    assert adherence({"state": one} for one in states) == share


def test_a_reminder_names_kinds_and_no_word_of_the_plan() -> None:
    said = reminder([("take", None), ("measure", "weight"), ("take", None), ("measure", "sbp")])
    assert said == (
        "It is time to measure your blood pressure and your weight. It is time for your medicine."
    )


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_names_its_source_and_only_what_there_is(name: str) -> None:
    one = TEMPLATES[name]
    assert "proposed" in one.source
    for task in one.tasks:
        known = {"measure": METRIC_BY_NAME, "answer": QUESTIONNAIRES}.get(task.kind.value)
        assert known is None or task.subject in known
        assert all(time.fromisoformat(text) for text in task.times)
